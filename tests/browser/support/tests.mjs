// A runner of a page: tests in the order of their files, each with a name and a deadline; the last line is counted by others.
const all = [];

/** @param {string} name what is true, in the present tense @param {() => Promise<void>} run */
export function test(name, run, { within = 120000 } = {}) {
  all.push({ name, run, within });
}

export function expect(isTrue, what) {
  if (!isTrue) throw new Error(what);
}

export function expectEqual(what, is, wanted) {
  if (is !== wanted) throw new Error(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
}

const inTime = (promise, milliseconds) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${milliseconds / 1000} s`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

/** @param {RegExp|null} wanted @returns {Promise<{passed: number, failed: number}>} */
export async function runTests(wanted, onFailure) {
  let passed = 0;
  let failed = 0;
  const begun = new Set();
  const broken = new Set();
  for (const { name, run, within } of all) {
    if (wanted && !wanted.test(name)) continue;
    // The first of a subject sets the scene for the others.
    const subject = name.split(":")[0];
    const isFirst = !begun.has(subject);
    begun.add(subject);
    if (broken.has(subject)) {
      failed += 1;
      console.log(`FAILED  ${name} (not run: the scene is not set)`);
      continue;
    }
    const start = Date.now();
    const took = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
    try {
      await inTime(run(), within);
      passed += 1;
      console.log(`passed  ${name} (${took()})`);
    } catch (error) {
      failed += 1;
      if (isFirst) broken.add(subject);
      console.log(`FAILED  ${name} (${took()})\n        ${error.message.split("\n").slice(0, 4).join("\n        ")}`);
      await onFailure(name, error).catch(() => {});
    }
  }
  return { passed, failed };
}
