import { byId, fill, h, icon } from "./dom.js";
import { toast } from "./notices.js";
import { sayError, sayWhen } from "./words.js";

/** The list of missed calls, where a conversation would be. */
export class MissedView {
  #header = h(
    "header",
    { class: "thread-header" },
    h("button", { class: "quiet icon-button back", "aria-label": "All conversations", onclick: () => this.actions.back() }, icon("back")),
    h("span", { class: "past-call-icon missed-icon" }, icon("missed")),
    h("div", { class: "thread-title" }, h("h2", {}, "Missed calls"), h("p", {}, "Calls that you did not answer")),
  );
  #list = h("ol", { class: "missed-list" });
  #more = h("button", { class: "quiet", hidden: true, onclick: () => this.#loadMore() }, "Show earlier calls");
  #place = h("section", { class: "history", "aria-label": "Missed calls" }, this.#list, this.#more);
  /** Calls that were new when this view was opened, and stay marked while it is. */
  #new = new Set();
  #isOpen = false;

  /** @param {{back: () => void, open: (thread: string) => void, call: (thread: string, type: string) => void, mayCall: (thread: string) => boolean}} actions */
  constructor(missed, actions) {
    this.missed = missed;
    this.actions = actions;
  }

  show() {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#new.clear();
      byId("conversation").replaceChildren(this.#header, this.#place);
    }
    for (const { call, seen } of this.missed.list) if (!seen) this.#new.add(call.id);
    this.#more.hidden = !this.missed.hasMore;
    const lines = this.missed.list.map((each) => this.#line(each));
    fill(this.#list, ...(lines.length ? lines : [h("li", { class: "empty" }, "You have missed no calls.")]));
    if (document.visibilityState === "visible") this.missed.markSeen().catch(() => {});
  }

  hide() {
    this.#isOpen = false;
  }

  async #loadMore() {
    try {
      await this.missed.loadMore();
    } catch (error) {
      toast(sayError(error), { kind: "problem" });
    }
  }

  #line({ call, state, rang_at: at }) {
    const { id, thread_id: thread, owner, meta, type_verbose: type } = call;
    const isGroup = meta.thread_type === 2;
    const isNew = this.#new.has(id);
    const kind = type === "AUDIO" ? "Audio call" : "Video call";
    const how = state === "busy" ? "you were in another call" : kind;
    const mayCall = !isGroup && this.actions.mayCall(thread);
    return h(
      "li",
      { class: isNew ? "past-call fruitless is-new" : "past-call fruitless", dataset: { call: id } },
      h("span", { class: "past-call-icon" }, icon("missed")),
      h(
        "span",
        { class: "past-call-text" },
        h("strong", {}, owner.name, isNew && h("span", { class: "new-mark" }, "New")),
        h("span", {}, `${isGroup ? `${meta.thread_name} · ` : ""}${sayWhen(at)} · ${how}`),
      ),
      mayCall
        ? h("button", { class: "call-back", dataset: { focus: `back-${id}` }, onclick: () => this.actions.call(thread, type === "AUDIO" ? "audio" : "video") }, icon(type === "AUDIO" ? "phone" : "camera"), h("span", {}, "Call back"))
        : h("button", { class: "open-thread", dataset: { focus: `back-${id}` }, onclick: () => this.actions.open(thread) }, "Open"),
    );
  }
}
