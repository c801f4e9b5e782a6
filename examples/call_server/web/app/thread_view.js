import { avatar, byId, fill, h, icon } from "./dom.js";
import { History } from "./history.js";
import { listNames } from "./words.js";

/** One conversation: who is in it, its call if there is one, and its past calls. */
export class ThreadView {
  #thread = null;
  #history = null;
  #header = h("header", { class: "thread-header" });
  #card = h("div", { class: "call-card-place" });

  /** @param {{me, back: () => void, start: (thread) => void, join: (thread, call) => void, decline: (thread, call) => void}} actions */
  constructor(actions) {
    this.actions = actions;
  }

  show(conversation, { isDown, isBusy }) {
    const place = byId("conversation");
    if (!conversation) {
      this.#thread = null;
      fill(place, h("div", { class: "blank" }, icon("people"), h("p", {}, "Choose a conversation to call someone.")));
      return;
    }
    if (this.#thread !== conversation.id) {
      this.#thread = conversation.id;
      this.#history = new History(conversation.id, this.actions.me.id);
      place.replaceChildren(this.#header, this.#card, this.#history.element);
      this.#history.load();
    }
    this.#showHeader(conversation, isDown, isBusy);
    this.#showCard(conversation);
  }

  /** Something in the calls of this conversation changed. */
  reload(thread) {
    if (thread === this.#thread) this.#history.load();
  }

  #showHeader(conversation, isDown, isBusy) {
    const { id, name, type, members, member_count: count, active_call: call } = conversation;
    const names = members.map((each) => (each.id === this.actions.me.id ? "you" : each.name));
    if (count > members.length) names.push(`${count - members.length} more`);
    fill(
      this.#header,
      h("button", { class: "quiet icon-button back", "aria-label": "All conversations", onclick: this.actions.back }, icon("back")),
      avatar(name),
      h(
        "div",
        { class: "thread-title" },
        h("h2", {}, name),
        h("p", {}, type === "private" ? "Private" : listNames(names)),
      ),
      !call &&
        h(
          "button",
          {
            class: "primary call-button",
            disabled: isDown || isBusy,
            title: isDown ? "Calls are paused for maintenance" : isBusy ? "You are already in a call" : null,
            dataset: { focus: "call" },
            onclick: () => this.actions.start(id),
          },
          icon("camera"),
          "Call",
        ),
    );
  }

  #showCard(conversation) {
    const { id, active_call: call, type } = conversation;
    if (!call) return fill(this.#card);
    const isMine = call.owner.id === this.actions.me.id;
    const count = call.participants === 1 ? "1 person in it" : `${call.participants} people in it`;
    const who = isMine ? "Your call is going on" : `${call.owner.name} started a call`;
    const join = { class: "primary join-button", dataset: { focus: "join" }, onclick: () => this.actions.join(id, call.id) };
    fill(
      this.#card,
      h(
        "div",
        { class: "call-card" },
        h("span", { class: "live-dot", "aria-hidden": "true" }),
        h(
          "div",
          { class: "call-card-text" },
          h("strong", {}, who),
          h("span", {}, call.kicked ? "You were removed from it. Someone who runs it can let you back in." : count),
        ),
        !call.kicked && type === "private" && !isMine && !call.in_call &&
          h("button", { class: "quiet", dataset: { focus: "decline" }, onclick: () => this.actions.decline(id, call.id) }, "Decline"),
        !call.kicked && h("button", join, icon("camera"), call.in_call ? "Return to the call" : "Join"),
      ),
    );
  }
}
