import * as api from "./api.js";
import { avatar, h } from "./dom.js";
import { announce } from "./notices.js";
import { sayDuration, sayEnd } from "./words.js";

const texts = {
  left: ["You left the call", "It goes on as long as somebody is in it."],
  ended: ["Call ended", ""],
  removed: ["You were removed from this call", "Camera and microphone are off. Someone who runs the call can let you back in."],
  dropped: [
    "You are not in the call any more",
    "You left in another window, or this page was out of reach for too long. Camera and microphone are off.",
  ],
  failed: ["The call did not come about", ""],
};

/** What is left of a call on the stage: how it ended, how long it was, and the way on. */
export class Summary {
  #title = h("h2", {});
  #text = h("p", {});

  /** @param {import("./call.js").Call} call */
  constructor(call, { me, close, rejoin }) {
    this.call = call;
    this.me = me;
    const [title, text] = texts[call.how];
    this.#title.textContent = title;
    this.#text.textContent = text;
    announce(title);
    const again = () => rejoin(call.thread, call.id);
    this.element = h(
      "div",
      { class: "summary", dataset: { how: call.how } },
      avatar(call.conversation.name, "large"),
      this.#title,
      this.#text,
      h(
        "div",
        { class: "summary-actions" },
        ["left", "dropped"].includes(call.how) && call.id && h("button", { class: "primary rejoin", onclick: again }, "Join again"),
        h("button", { class: "close-summary", onclick: close }, "Back to the conversation"),
      ),
    );
  }

  /** The server knows who ended it and how long it was; while it does not say, the plain words stay. */
  async load() {
    if (this.call.how !== "ended") return;
    const { calls } = await api.history(this.call.thread).catch(() => ({ calls: [] }));
    const past = calls.find(({ id }) => id === this.call.id);
    if (!past || past.end_reason === null) return;
    this.#title.textContent = sayEnd(past, this.me.id);
    this.#text.textContent = past.end_reason === "declined" ? "" : `It took ${sayDuration(past.duration_seconds ?? 0)}.`;
    announce(`${this.#title.textContent}. ${this.#text.textContent}`);
  }
}
