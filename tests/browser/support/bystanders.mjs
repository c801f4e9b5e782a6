import { expect, expectEqual } from "./tests.mjs";
import { until } from "./wait.mjs";
import { stats } from "./world.mjs";

/** One page of a call of which nothing that happens elsewhere may be seen. Made before it signs in, so that it knows all its sockets. */
class Bystander {
  beats = 0;
  problems = [];
  #sockets = 0;

  constructor(page, who) {
    Object.assign(this, { page, who });
    page.on("response", (response) => this.#hear(response.request().method(), new URL(response.url()).pathname, response.status()));
    page.on("requestfailed", (request) => this.problems.push(`${new URL(request.url()).pathname}: ${request.failure()?.errorText}`));
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("websocket", (socket) => {
      const name = new URL(socket.url()).pathname === "/ws" ? "events" : "media";
      this.#sockets += 1;
      this.problems.push(`a socket for ${name} was opened`);
      socket.on("close", () => this.problems.push(`the socket for ${name} was closed`));
    });
  }

  #hear(method, path, status) {
    const isBeat = method === "POST" && path.endsWith("/heartbeat");
    if (isBeat && status === 200) this.beats += 1;
    if (status >= 400) this.problems.push(`${status} for ${path}`);
    // A page asks for the way in once; again only when it has lost the room.
    if (path.endsWith("/media")) this.problems.push(`asked for ${path}`);
  }

  async begin() {
    expectEqual(`sockets of ${this.who}'s page`, this.#sockets, 2);
    await this.page.evaluate(() => {
      window.bannersSeen = 0;
      const look = () => (window.bannersSeen += document.querySelectorAll('[data-banner="connection"]').length);
      new MutationObserver(look).observe(document.getElementById("banners"), { childList: true });
    });
    this.problems = [];
  }

  async count() {
    const { call, media, remotes } = await stats(this.page);
    return { call, media, frames: remotes[0]?.framesDecoded ?? 0, beats: this.beats };
  }

  async check(call) {
    expectEqual(`what disturbed ${this.who}'s page`, this.problems.splice(0).join("; "), "");
    const now = await this.count();
    expectEqual(`the call of ${this.who}'s page`, now.call, call);
    expectEqual(`the media of ${this.who}'s page`, now.media, "connected");
    expectEqual(`banners on ${this.who}'s page`, await this.page.evaluate(() => window.bannersSeen), 0);
  }
}

/** The pages of a call that goes on beside whatever a test does. */
export class Bystanders {
  /** @param {Record<string, import("playwright-core").Page>} pages by who they are */
  constructor(pages) {
    this.all = Object.entries(pages).map(([who, page]) => new Bystander(page, who));
  }

  /** From now on each page's media and events stay as they are. */
  async begin(call) {
    this.call = call;
    for (const each of this.all) await each.begin();
  }

  /** Sees new pictures and new heartbeats on each page. */
  async goOn() {
    const before = await this.#counts();
    await until("each page decodes new frames and is heard", () => this.#haveMoved(before));
    await this.check();
  }

  /** Repeats an attack until each page was seen to go on meanwhile, and sees them go on after it too. */
  async beside(attack) {
    const before = await this.#counts();
    const deadline = performance.now() + 40000;
    do {
      await attack();
      await this.check();
      expect(performance.now() < deadline, "the pages decode frames and are heard during the attack");
    } while (!(await this.#haveMoved(before)));
    await this.goOn();
  }

  async check() {
    for (const each of this.all) await each.check(this.call);
  }

  #counts() {
    return Promise.all(this.all.map((each) => each.count()));
  }

  async #haveMoved(before) {
    const now = await this.#counts();
    return now.every(({ frames, beats }, at) => frames > before[at].frames + 2 && beats > before[at].beats);
  }
}
