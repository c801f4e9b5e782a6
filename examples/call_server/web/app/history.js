import * as api from "./api.js";
import { fill, h, icon } from "./dom.js";
import { listNames, sayDuration, sayEnd, sayError, sayPart, sayWhen } from "./words.js";

/** The past calls of one conversation. */
export class History {
  element = h("section", { class: "history", "aria-labelledby": "history-title" });
  #thread;
  #me;
  #isGroup;
  #calls = [];
  #next = null;
  #list = h("ol", {});
  #more = h("button", { class: "quiet", hidden: true, onclick: () => this.#loadMore() }, "Show earlier calls");

  /** @param {{thread: string, me: string, isGroup: boolean}} settings */
  constructor({ thread, me, isGroup }) {
    this.#thread = thread;
    this.#me = me;
    this.#isGroup = isGroup;
    this.element.append(h("h3", { id: "history-title" }, "Calls"), this.#list, this.#more);
  }

  /** Asks for the newest page again; what was unfolded folds. */
  async load() {
    await this.#take(null);
  }

  #loadMore() {
    return this.#take(this.#next);
  }

  async #take(before) {
    try {
      const { calls, next } = await api.history(this.#thread, before);
      this.#calls = before ? [...this.#calls, ...calls] : calls;
      this.#next = next;
      this.#show();
    } catch (error) {
      if (this.#calls.length === 0) fill(this.#list, h("li", { class: "empty" }, sayError(error)));
    }
  }

  #show() {
    this.#more.hidden = this.#next === null;
    if (this.#calls.length === 0) {
      fill(this.#list, h("li", { class: "empty" }, "No calls yet. Start the first one."));
      return;
    }
    fill(this.#list, ...this.#calls.map((call) => this.#line(call)));
  }

  #line(call) {
    const isMine = call.owner.id === this.#me;
    const isMissed = ["missed", "busy"].includes(call.part);
    const isFruitless = isMissed || call.part === "declined" || ["declined", "setupFailed", "noAnswer"].includes(call.end_reason);
    const shape = isMine ? "outgoing" : isMissed ? "missed" : "incoming";
    // How a missed call ended is not its callee's matter; that it goes on is.
    const end = isMissed && call.end_reason !== null ? null : sayEnd(call, this.#me);
    const details = [sayWhen(call.started_at), call.type === "audio" && "audio", end, this.#sayWith(call)];
    return h(
      "li",
      { class: isFruitless ? "past-call fruitless" : "past-call", dataset: { call: call.id, end: call.end_reason ?? "", part: call.part ?? "" } },
      h("span", { class: "past-call-icon" }, icon(shape)),
      h(
        "span",
        { class: "past-call-text" },
        h("strong", {}, sayPart(call, this.#me)),
        h("span", {}, details.filter(Boolean).join(" · ")),
      ),
      call.duration_seconds !== null && !isFruitless && h("span", { class: "duration" }, sayDuration(call.duration_seconds)),
    );
  }

  /** Between two that goes without saying. */
  #sayWith({ with: people = [], with_more: more, part, owner }) {
    const wasIn = ["outgoing", "answered"].includes(part);
    const others = wasIn ? people : people.filter(({ id }) => id !== owner.id);
    if (!this.#isGroup || others.length === 0) return null;
    const shown = others.map(({ name }) => name);
    const names = listNames(more ? [...shown, "others"] : shown);
    return `${wasIn ? "with" : "answered by"} ${names}`;
  }
}
