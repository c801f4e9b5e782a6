import * as api from "./api.js";
import { fill, h, icon } from "./dom.js";
import { sayDuration, sayEnd, sayError, sayWhen } from "./words.js";

/** The past calls of one conversation. */
export class History {
  element = h("section", { class: "history", "aria-labelledby": "history-title" });
  #thread;
  #me;
  #calls = [];
  #next = null;
  #list = h("ol", {});
  #more = h("button", { class: "quiet", hidden: true, onclick: () => this.#loadMore() }, "Show earlier calls");

  constructor(thread, me) {
    this.#thread = thread;
    this.#me = me;
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
    const isFruitless = ["declined", "setupFailed"].includes(call.end_reason);
    return h(
      "li",
      { class: isFruitless ? "past-call fruitless" : "past-call", dataset: { call: call.id, end: call.end_reason ?? "" } },
      h("span", { class: "past-call-icon" }, icon(isMine ? "outgoing" : "incoming")),
      h(
        "span",
        { class: "past-call-text" },
        h("strong", {}, isMine ? "You called" : `${call.owner.name} called`),
        h("span", {}, `${sayWhen(call.started_at)} · ${sayEnd(call, this.#me)}`),
      ),
      call.duration_seconds !== null && !isFruitless && h("span", { class: "duration" }, sayDuration(call.duration_seconds)),
    );
  }
}
