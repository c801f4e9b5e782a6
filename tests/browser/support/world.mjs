import { createHmac, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { People } from "./browser.mjs";
import { CallServer } from "./call_server.mjs";
import { Capture } from "./capture.mjs";
import { Janus } from "./janus.mjs";
import { until } from "./wait.mjs";

const secret = () => randomBytes(18).toString("hex");

/** Janus, the call server and the browsers of one test file, with what they let out. */
export class World {
  calls = new Set();

  /** @param {{folder: string, binaries: string, web: string, device: string, capture: Capture}} place @param {object} env and @param {string[]} args for the server */
  static async make(place, name, env = {}, args = []) {
    const world = new World();
    world.folder = path.join(place.folder, name);
    await mkdir(world.folder, { recursive: true });
    world.capture = place.capture;
    world.secrets = { api: secret(), admin: secret(), adminKey: secret(), tokenAuth: secret(), roomKey: secret(), session: secret() };
    world.janus = await Janus.make(world.folder, world.secrets, place.device);
    world.server = await CallServer.make({ ...place, folder: world.folder, secrets: world.secrets, janus: world.janus, env, more: args });
    world.people = new People({ folder: place.folder, url: () => world.server.url, capture: place.capture });
    await world.janus.start();
    await world.server.start();
    place.worlds.push(world);
    return world;
  }

  /** Secrets of this world, those of its rooms too: the library derives them from the key and the call. */
  allSecrets() {
    const all = { ...this.secrets };
    for (const call of this.calls) {
      all[`room secret of ${call}`] = createHmac("sha256", this.secrets.roomKey).update(`secret\0${call}`).digest("hex").slice(0, 32);
    }
    return all;
  }

  async close() {
    this.capture.add("metrics", await this.server.metrics().catch(() => ""));
    await this.people.close();
    await this.server.stop();
    await this.janus.stop();
    this.capture.add("log of the server", this.server.output);
  }
}

export const stats = (page) => page.evaluate(() => window.callStats());
export const textOf = (page, selector) => page.textContent(selector);

/** Signs in on a page that is open, to beat more often than the server asks for. */
export async function signIn(page, who, { beatSeconds }) {
  const hasten = async (route) => {
    if (route.request().method() !== "GET") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    return route.fulfill({ response, json: response.ok() ? { ...answer, heartbeat_seconds: beatSeconds } : answer });
  };
  // The page may be closed, or the server gone, while it asks.
  await page.route("**/session", (route) => hasten(route).catch(() => route.abort().catch(() => {})));
  await page.click(`[data-user="${who}"]`);
  await page.waitForSelector(".conversation");
  return page;
}

/** Presses Call in a conversation and waits until the server has given the call an id. */
export async function startCall(world, page, thread) {
  await openConversation(page, thread);
  await page.click(".call-button");
  const call = await until("the call has an id", async () => (await stats(page)).call);
  world.calls.add(call);
  return call;
}

export async function openConversation(page, name) {
  await page.click(`.conversation:has(strong:text-is("${name}"))`);
  await page.waitForSelector(`.thread-title h2:text-is("${name}")`);
}

export async function accept(page) {
  await page.click(".ringing .accept");
  await page.waitForSelector(".controls");
}

/** Waits until each of these pages has decoded so many more pictures of so many others than it has now. */
export async function seeEachOther(pages, others, frames = 30) {
  const before = await Promise.all(pages.map(stats));
  const seen = (now, at) => now.remotes.filter(({ id, framesDecoded }) => framesDecoded - (before[at].remotes.find((each) => each.id === id)?.framesDecoded ?? 0) > frames).length;
  let now = before;
  const all = async () => {
    now = await Promise.all(pages.map(stats));
    return now.every((each, at) => each.remotes.length === others && seen(each, at) === others);
  };
  await until(`${pages.length} pages decode more than ${frames} frames of ${others} others`, all, { within: 30000, every: 200 }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(now.map(({ media, remotes }) => [media, remotes]))}`);
  });
}

export async function isGone(world, call) {
  await until("the room does not exist in Janus", async () => {
    const rooms = await world.janus.rooms();
    return !rooms.some(({ room }) => String(room).includes(call));
  });
  await until("the call is torn down", async () => (await world.server.show(call)).teardown_complete === true);
}
