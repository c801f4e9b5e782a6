// `scripts/demo --web --cluster` in a real browser: the page works over two servers behind a proxy, also when one is killed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { People } from "./support/browser.mjs";
import { freePort, Program } from "./support/process.mjs";
import { expect, runTests, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, openConversation, seeEachOther, stats } from "./support/world.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const folder = await mkdtemp(path.join(tmpdir(), "cluster-demo-"));
const port = await freePort();
// A session of its own, as in a terminal.
const demo = new Program({ file: "setsid", args: [path.join(root, "scripts/demo"), "--web", "--cluster", "--port", String(port)], cwd: root, log: path.join(folder, "demo.log") });
const people = new People({ folder, url: () => `http://127.0.0.1:${port}/` });
const banner = '[data-banner="connection"]';
const lost = new Set();
let alice, bob, call;

/** The processes that a node has been, the latest last. */
const processesOf = (node) => [...demo.output.matchAll(new RegExp(`^${node} is process (\\d+)$`, "gm"))].map((found) => Number(found[1]));

const isAlive = (id) => {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
};

/** Signs somebody in, and notes each connection for pushes that their page loses. */
async function signedIn(who) {
  const page = await people.open(who);
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).pathname === "/ws") socket.on("close", () => lost.add(who));
  });
  await page.click(`[data-user="${who}"]`);
  await page.waitForSelector(".conversation");
  return page;
}

/** Kills a node. The pages whose connection was there make another one, and the call goes on. */
async function kill(node) {
  const before = processesOf(node);
  process.kill(before.at(-1), "SIGKILL");
  await until(`${node} is started again`, () => processesOf(node).length > before.length);
  for (const page of [alice, bob]) await page.waitForSelector(banner, { state: "detached" });
  await seeEachOther([alice, bob], 1);
  for (const page of [alice, bob]) expect((await stats(page)).call === call, `the call goes on after the death of ${node}`);
}

test("cluster: two people call over two servers, and see each other", async () => {
  demo.start();
  await until("the demo runs", () => demo.output.includes(`Open http://127.0.0.1:${port}/`), { within: 110000 });
  alice = await signedIn("alice");
  bob = await signedIn("bob");
  await openConversation(alice, "Bob");
  await alice.click(".call-button");
  call = await until("the call has an id", async () => (await stats(alice)).call);
  await accept(bob);
  await seeEachOther([alice, bob], 1);
});

test("cluster: one server is killed, then the other one; the call goes on, and both pages are told of its end", async () => {
  await kill("node-1");
  await kill("node-2");
  // A page is connected to one of the two.
  expect(lost.size === 2, `each page lost its connection once: ${[...lost]}`);
  await bob.click('[data-control="end"]');
  await alice.waitForSelector('.summary h2:text-is("Ended by Bob")');
  await bob.waitForSelector('.summary[data-how="ended"]');
});

test("cluster: Ctrl-C ends all of it", async () => {
  process.kill(-demo.pid, "SIGINT");
  await until("the demo has ended", () => !demo.isRunning);
  for (const node of ["node-1", "node-2"]) expect(!isAlive(processesOf(node).at(-1)), `${node} has ended`);
});

const { passed, failed } = await runTests(null, async () => console.log(demo.output.slice(-2000)));
await people.close();
if (demo.isRunning) process.kill(-demo.pid, "SIGKILL");
if (failed) console.log(`logs: ${folder}`);
else await rm(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
