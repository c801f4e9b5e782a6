// A network that changes lets go of every request under way. A page of which a part has not arrived can do nothing, not even say so;
// this stands alone, and asks for the parts again.
const pauses = [0, 300, 1000, 3000];

async function begin() {
  for (const pause of pauses) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      return await import("./main.js");
    } catch (error) {
      console.error(error);
    }
  }
  const sorry = document.getElementById("incomplete");
  sorry.hidden = false;
  sorry.querySelector("button").addEventListener("click", () => location.reload());
}

begin();
