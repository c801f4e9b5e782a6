import * as api from "./api.js";
import { avatar, h, icon } from "./dom.js";
import { announce } from "./notices.js";
import { sayClock, sayDuration, sayEnd } from "./words.js";

const texts = {
  left: ["You left the call", "It goes on as long as somebody is in it."],
  ended: ["Call ended", ""],
  removed: ["You were removed from this call", "Camera and microphone are off. Someone who runs the call can let you back in."],
  dropped: ["You are not in the call any more", "This page was out of reach for too long. Camera and microphone are off."],
  replaced: ["You took the call on another device", "It goes on there. Camera and microphone are off here."],
  failed: ["The call did not come about", ""],
};

/** What is left of a call on the stage: how it ended, how long it was, and the way on. */
export class Summary {
  #title = h("h2", {});
  #text = h("p", { class: "summary-text" });
  #rejoin;
  #again;
  #said = "";
  #timer = 0;

  /** @param {import("./call.js").Call} call @param {{me, close, rejoin: (thread, call) => void, again: (thread, type) => void}} actions */
  constructor(call, { me, close, rejoin, again }) {
    this.call = call;
    this.me = me;
    const [title, text] = texts[call.how];
    this.#title.textContent = title;
    this.#text.textContent = text;
    announce(title);
    this.#rejoin = h("button", { class: "primary rejoin", onclick: () => rejoin(call.thread, call.id) }, "Join again");
    const type = call.isAudio ? "audio" : "video";
    this.#again = h("button", { class: "primary call-again", hidden: true, onclick: () => again(call.thread, type) }, icon(call.isAudio ? "phone" : "camera"), "Call again");
    const mayRejoin = ["left", "dropped", "replaced"].includes(call.how) && call.id;
    this.element = h(
      "div",
      { class: "summary", dataset: { how: call.how } },
      avatar(call.conversation.name, "large"),
      this.#title,
      this.#text,
      h(
        "div",
        { class: "summary-actions" },
        mayRejoin && this.#rejoin,
        this.#again,
        h("button", { class: "close-summary", onclick: close }, "Back to the conversation"),
      ),
    );
    if (mayRejoin) call.on("afterwards", () => this.#showAfterwards());
  }

  /** The server knows who ended it and how long it was; while it does not say, the plain words stay. */
  async load() {
    if (this.call.how === "ended") await this.#sayHow();
  }

  async #sayHow() {
    const { calls } = await api.history(this.call.thread).catch(() => ({ calls: [] }));
    const past = calls.find(({ id }) => id === this.call.id);
    if (!past || past.end_reason === null) return;
    const { name, type } = this.call.conversation;
    const isFruitless = ["declined", "noAnswer"].includes(past.end_reason);
    this.#title.textContent = sayEnd(past, this.me.id);
    this.#text.textContent = past.end_reason === "noAnswer" ? `${name} did not answer.` : isFruitless ? "" : `It took ${sayDuration(past.duration_seconds ?? 0)}.`;
    this.#again.hidden = !(isFruitless && type === "private");
    this.element.dataset.end = past.end_reason;
    announce(`${this.#title.textContent}. ${this.#text.textContent}`);
  }

  /** A call that goes on without this page: elsewhere, with others, or empty for as long as somebody may come back. */
  #showAfterwards() {
    const { active, how } = this.call;
    if (!this.element.isConnected) return;
    if (active === null) return this.#say("ended", "It has ended.");
    this.#rejoin.hidden = false;
    if (how === "replaced") return;
    if (active.in_call) return this.#say("elsewhere", "You are still in it on another device.");
    if (active.empty_until) return this.#countDown(Date.parse(active.empty_until));
    this.#say("goesOn", texts[how][1]);
  }

  #say(state, text) {
    this.#rejoin.hidden = state === "ended";
    this.element.dataset.afterwards = state;
    this.#text.textContent = text;
    if (this.#said !== state) announce(text);
    this.#said = state;
  }

  #countDown(until) {
    const seconds = Math.max(0, Math.round((until - Date.now()) / 1000));
    if (this.#said !== "empty") announce(`Nobody is in it any more. It ends in ${seconds} seconds unless somebody comes back.`);
    this.#said = "empty";
    this.element.dataset.afterwards = "empty";
    this.#text.replaceChildren("Nobody is in it any more. It ends in ", h("span", { class: "count-down", role: "timer" }, sayClock(seconds)), " unless somebody comes back.");
    clearTimeout(this.#timer);
    if (seconds > 0) this.#timer = setTimeout(() => this.element.isConnected && this.#said === "empty" && this.#countDown(until), 1000);
  }
}
