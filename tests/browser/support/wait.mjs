/**
 * Asks again and again until something holds, and returns it; fails with what it waited for when the deadline has passed. The only
 * pause in these tests: nothing is believed to be true after a while, everything is asked.
 */
export async function until(what, ask, { within = 30000, every = 100 } = {}) {
  const deadline = Date.now() + within;
  let problem = null;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      problem = null;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${within / 1000} s: ${what}${problem ? ` (${problem.message})` : ""}`);
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
