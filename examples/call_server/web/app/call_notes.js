import { avatar, fill, h, icon } from "./dom.js";
import { announce, toast } from "./notices.js";
import { sayClock, sayError, sayRingState } from "./words.js";

/** What the people of a call should know besides its pictures: who is rung and what came of it, and that it ends soon. */
export class CallNotes {
  element = h("div", { class: "call-notes" });
  #call;
  #ending = h("p", { class: "call-ending", role: "timer", hidden: true });
  #rings = h("ul", { class: "rings", "aria-label": "Not in the call" });
  #states = new Map();
  #timer = 0;
  #saidEnding = false;

  /** @param {import("./call.js").Call} call */
  constructor(call) {
    this.#call = call;
    this.element.append(this.#ending, this.#rings);
    call.on("change", () => this.#show());
    this.#show();
  }

  #show() {
    if (this.#call.isOver) return clearInterval(this.#timer);
    this.#showEnding();
    this.#showRings();
  }

  #showEnding() {
    const { endsAt } = this.#call;
    this.#ending.hidden = endsAt === null;
    if (endsAt === null) return;
    const seconds = Math.max(0, Math.round((endsAt - Date.now()) / 1000));
    this.#ending.textContent = `This call ends in ${sayClock(seconds)}`;
    if (!this.#saidEnding) announce(`This call ends in ${seconds} seconds: it has lasted as long as a call may.`);
    this.#saidEnding = true;
    this.#timer ||= setInterval(() => this.#showEnding(), 1000);
  }

  #showRings() {
    const { rings, others, participants, conversation } = this.#call;
    const inside = new Set(others.map(({ owner_id: id }) => id));
    const removed = new Set(participants.filter(({ id }) => this.#call.removed.has(id)).map(({ owner_id: id }) => id));
    const isPrivate = conversation.type === "private";
    const away = rings.filter(({ id, state }) => !inside.has(id) && !removed.has(id) && !(isPrivate && state === "ringing"));
    for (const { id, name, state } of rings) {
      const before = this.#states.get(id);
      this.#states.set(id, state);
      if (before && before !== state && !inside.has(id) && state !== "answered") announce(`${name}: ${sayRingState(state)}`);
    }
    this.#rings.hidden = away.length === 0;
    fill(this.#rings, ...away.map((each) => this.#chip(each)));
  }

  #chip({ id, user, name, state }) {
    const again = state === "busy" ? "Ring anyway" : "Ring again";
    return h(
      "li",
      { class: "ring", dataset: { ring: id, state } },
      avatar(name, state === "ringing" ? "small pulsing" : "small"),
      h("span", { class: "ring-text" }, h("strong", {}, name), h("span", {}, sayRingState(state))),
      state !== "ringing" &&
        h("button", { class: "ring-again", dataset: { focus: `ring-${id}` }, onclick: () => this.#ring(user) }, icon("bell"), again, h("span", { class: "for-ears" }, ` ${name}`)),
    );
  }

  async #ring(user) {
    try {
      await this.#call.ring([user]);
    } catch (error) {
      toast(sayError(error), { kind: "problem" });
      this.#call.refresh();
    }
  }
}
