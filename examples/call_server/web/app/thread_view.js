import { avatar, byId, fill, h, icon } from "./dom.js";
import { History } from "./history.js";
import { listNames, sayClock } from "./words.js";

/** One conversation: who is in it, its call if there is one, and its past calls. */
export class ThreadView {
  #thread = null;
  #history = null;
  #header = h("header", { class: "thread-header" });
  #card = h("div", { class: "call-card-place" });
  #timer = 0;

  /** @param {{me, back: () => void, start: (thread, type: string) => void, join: (thread, call) => void, decline: (thread, call) => void}} actions */
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
      this.#history = new History({ thread: conversation.id, me: this.actions.me.id, isGroup: conversation.type === "group" });
      place.replaceChildren(this.#header, this.#card, this.#history.element);
      this.#history.load();
    }
    this.#showHeader(conversation, isDown, isBusy);
    this.#showCard(conversation);
  }

  /** Something else is shown in its place. */
  hide() {
    clearTimeout(this.#timer);
    this.#thread = null;
  }

  /** Something in the calls of this conversation changed. */
  reload(thread) {
    if (thread === this.#thread) this.#history.load();
  }

  #showHeader(conversation, isDown, isBusy) {
    const { id, name, type, members, member_count: count, active_call: call } = conversation;
    const names = members.map((each) => (each.id === this.actions.me.id ? "you" : each.name));
    if (count > members.length) names.push(`${count - members.length} more`);
    const startButton = (type, label) =>
      h(
        "button",
        {
          class: type === "video" ? "primary call-button" : "audio-call-button",
          disabled: isDown || isBusy,
          "aria-label": label,
          title: isDown ? "Calls are paused for maintenance" : isBusy ? "You are already in a call" : label,
          dataset: { focus: `call-${type}` },
          onclick: () => this.actions.start(id, type),
        },
        icon(type === "video" ? "camera" : "phone"),
        h("span", { class: "wide" }, label),
      );
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
      !call && startButton("audio", "Audio call"),
      !call && startButton("video", "Video call"),
    );
  }

  #showCard(conversation) {
    const { id, active_call: call, type } = conversation;
    clearTimeout(this.#timer);
    if (!call) return fill(this.#card);
    const isMine = call.owner.id === this.actions.me.id;
    const kind = call.type === "audio" ? "an audio call" : "a call";
    const who = call.in_call ? "You are in this call on another device" : call.empty_until ? "Everyone has left the call" : isMine ? "Your call is going on" : `${call.owner.name} started ${kind}`;
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
          h("span", { class: "call-card-state" }, ...this.#sayState(call)),
        ),
        !call.kicked && type === "private" && !isMine && !call.in_call &&
          h("button", { class: "quiet", dataset: { focus: "decline" }, onclick: () => this.actions.decline(id, call.id) }, "Decline"),
        !call.kicked && h("button", join, icon(call.in_call ? "devices" : call.type === "audio" ? "phone" : "camera"), call.in_call ? "Take the call here too" : "Join"),
      ),
    );
  }

  #sayState(call) {
    clearTimeout(this.#timer);
    if (call.kicked) return ["You were removed from it. Someone who runs it can let you back in."];
    if (!call.empty_until) return [call.participants === 1 ? "1 person in it" : `${call.participants} people in it`];
    const seconds = Math.max(0, Math.round((Date.parse(call.empty_until) - Date.now()) / 1000));
    const counter = h("span", { class: "count-down", role: "timer" }, sayClock(seconds));
    this.#timer = setTimeout(() => this.#card.isConnected && fill(this.#card.querySelector(".call-card-state"), ...this.#sayState(call)), 1000);
    return ["It ends in ", counter, " unless somebody joins"];
  }
}
