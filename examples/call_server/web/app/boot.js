// A network that changes lets go of every request under way. A page of which a part has not arrived can do nothing, not even say so;
// this stands alone, and asks for the parts again.
const pauses = [300, 1000, 3000];

async function begin() {
  for (const pause of pauses) {
    try {
      return await import("./main.js");
    } catch (error) {
      console.error(error);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  const sorry = document.getElementById("incomplete");
  sorry.hidden = false;
  sorry.querySelector("button").addEventListener("click", () => location.reload());
}

begin();
