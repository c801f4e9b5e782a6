// Drives the page in a real browser. `node run.mjs --help`
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { callTests } from "./call_test.mjs";
import { groupTests } from "./group_test.mjs";
import { hostileTests } from "./hostile_test.mjs";
import { pageRingingTests } from "./page_ringing_test.mjs";
import { pageTests } from "./page_test.mjs";
import { presenceTests } from "./presence_test.mjs";
import { ringingTests } from "./ringing_test.mjs";
import { restartTests } from "./restarts_test.mjs";
import { secretTests } from "./secrets_test.mjs";
import { Capture } from "./support/capture.mjs";
import { runTests } from "./support/tests.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { values: options } = parseArgs({
  options: {
    binaries: { type: "string", default: path.join(root, "build/dev/bin") },
    screenshots: { type: "string" },
    only: { type: "string" },
    page: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`node run.mjs [--binaries FOLDER] [--screenshots FOLDER] [--only PATTERN] [--page] [--keep]

Needs Janus, Chromium, call_server and messenger, and a network namespace with an interface besides lo: .ci/browser has all that.
  --binaries FOLDER     where call_server and messenger are (build/dev/bin)
  --screenshots FOLDER  write the pictures for docs/ there
  --only PATTERN        the tests whose names match it
  --page                only those that need no server
  --keep                leave logs and databases where they are, and say where`);
  process.exit(0);
}

const folder = await mkdtemp(path.join(tmpdir(), "call-server-"));
const device = Object.keys(networkInterfaces()).find((name) => name !== "lo");
const place = {
  folder,
  device,
  binaries: path.resolve(options.binaries),
  web: path.join(root, "examples/call_server/web"),
  capture: new Capture(),
  worlds: [],
  async screenshot(page, name) {
    if (!options.screenshots) return;
    await mkdir(options.screenshots, { recursive: true });
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: path.join(options.screenshots, `${name}.png`), animations: "disabled" });
  },
  /** Looks a last time at the pages of a world, then ends it. */
  async leave(world, pages) {
    for (const [who, page] of Object.entries(pages)) await place.capture.look(page, who);
    await world.close();
  },
};

if (options.page) {
  pageTests(place);
  pageRingingTests();
} else {
  const presence = presenceTests(place);
  presence.begin();
  pageTests(place);
  pageRingingTests();
  for (const tests of [callTests, ringingTests, groupTests, hostileTests, restartTests]) tests(place);
  presence.finish();
  secretTests(place);
}

const { passed, failed } = await runTests(options.only ? new RegExp(options.only) : null, async () => {
  for (const world of place.worlds) {
    for (const page of world.people.pages()) await page.screenshot({ path: path.join(folder, `failed-${Date.now()}.png`) });
  }
});
for (const world of place.worlds) await world.close().catch(() => {});
if (options.keep || failed) console.log(`logs and databases: ${folder}`);
else await rm(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
