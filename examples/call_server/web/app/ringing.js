import * as api from "./api.js";
import { avatar, h, icon } from "./dom.js";
import { announce, toast } from "./notices.js";
import { ring } from "./ring_tone.js";
import { flashTitle } from "./title.js";
import { sayError, sayRingStop } from "./words.js";

/** How long after it should have stopped, or when nobody says when, a ring is doubted. */
const spare = 3000;
const patience = 45000;

/**
 * Incoming calls: one dialog at a time, the others wait. The server knows what rings: it is asked whenever this page may have missed
 * something, and says when it stops and why. Declining tells the caller; Escape only silences here, since one stray key should not hang
 * up on somebody, and the call stays in its conversation.
 */
export class Ringing {
  #waiting = [];
  #current = null;
  /** Calls that this page does not ring for by itself: silenced, accepted or declined here. */
  #quiet = new Set();
  /** When each call stopped, so that an answer that is older cannot make it ring again. */
  #stops = new Map();
  #doubt = patience;

  /** @param {{accept: (thread: string, call: string) => void, isBusy: () => boolean}} settings */
  constructor({ accept, isBusy }) {
    this.accept = accept;
    this.isBusy = isBusy;
  }

  /** @param {number} seconds how long the server rings at most; zero when it does not say */
  setLongest(seconds) {
    this.#doubt = seconds > 0 ? seconds * 1000 + spare : patience;
  }

  /** The caller rings, for the first time or again. @param {{call, thread, from: string, group: string|null, isAudio: boolean}} incoming */
  add(incoming) {
    const { call } = incoming;
    this.#quiet.delete(call);
    this.#put(incoming);
  }

  /** @param {string|null} why of the server, or `answeredElsewhere`, `declinedElsewhere`; null: nothing needs to be said */
  stop(call, why) {
    this.#stops.set(call, performance.now());
    this.#quiet.delete(call);
    const incoming = [this.#current?.incoming, ...this.#waiting].find((each) => each?.call === call);
    if (!incoming) return;
    const text = why && sayRingStop(why, incoming.from);
    if (text) toast(text);
    this.#remove(call);
  }

  /** Whether this page has said already that this call is over for its user. */
  hasStopped(call) {
    return this.#stops.has(call);
  }

  /** Asks the server which calls ring now. @returns {Promise<Set<string>>} */
  async check() {
    const asked = performance.now();
    const calls = await api.ringingCalls();
    for (const { id, thread_id: thread, owner, meta, type_verbose: type } of calls) {
      if (this.#quiet.has(id) || (this.#stops.get(id) ?? -1) >= asked) continue;
      this.#put({ call: id, thread, from: owner.name, group: meta.thread_type === 2 ? meta.thread_name : null, isAudio: type === "AUDIO" });
    }
    const still = new Set(calls.map(({ id }) => id));
    const shown = [this.#current?.incoming, ...this.#waiting].filter((each) => each && each.since < asked && !still.has(each.call));
    await Promise.all(shown.map((each) => this.#settle(each)));
    return still;
  }

  stopAll() {
    this.#waiting = [];
    this.#close();
  }

  /** What became of a ring that the server does not have any more. In a large group it never had one: that goes on for a while. */
  async #settle({ call, thread }) {
    const { part, active } = await api.showCall(thread, call).catch(() => ({}));
    const whys = { answered: "answeredElsewhere", declined: "declinedElsewhere", missed: "missed", cancelled: "cancelled" };
    if (whys[part]) this.stop(call, whys[part]);
    else if (!active) this.stop(call, "ended");
  }

  #put(incoming) {
    const isKnown = [this.#current?.incoming, ...this.#waiting].some((each) => each?.call === incoming.call);
    if (isKnown) return;
    this.#waiting.push({ ...incoming, since: performance.now() });
    this.#next();
  }

  #next() {
    if (this.#current || this.#waiting.length === 0) return;
    const incoming = this.#waiting.shift();
    const dialog = this.#build(incoming);
    const focus = document.activeElement;
    document.body.append(dialog);
    // In a call the controls must stay in reach while it rings.
    if (this.isBusy()) dialog.show();
    else dialog.showModal();
    dialog.querySelector(".accept").focus();
    const title = `${incoming.from} is calling`;
    flashTitle(title);
    announce(`${title}${incoming.group ? ` in ${incoming.group}` : ""}${incoming.isAudio ? ", without picture" : ""}`);
    const silence = ring();
    this.#current = { incoming, dialog, silence, timer: 0, focus };
    this.#doubtLater();
  }

  /** It rings for longer than it should: a word of the server was lost, or the server has none for it. */
  #doubtLater() {
    const current = this.#current;
    current.timer = setTimeout(async () => {
      const still = await this.check().catch(() => null);
      if (this.#current !== current) return;
      if (still && !still.has(current.incoming.call)) this.stop(current.incoming.call, "missed");
      else this.#doubtLater();
    }, this.#doubt);
  }

  #build(incoming) {
    const { from, group, isAudio } = incoming;
    const kind = isAudio ? "Audio call" : "Video call";
    const dialog = h(
      "dialog",
      { class: "ringing", role: "alertdialog", "aria-labelledby": "ringing-title", "aria-describedby": "ringing-text ringing-kind", dataset: { call: incoming.call } },
      h("p", { id: "ringing-kind", class: "ringing-kind" }, icon(isAudio ? "phone" : "camera"), kind),
      avatar(from, "large pulsing"),
      h("h2", { id: "ringing-title" }, from),
      h("p", { id: "ringing-text" }, group ? `is calling in ${group}` : "is calling you"),
      this.isBusy() && h("p", { class: "hint" }, "Accepting leaves the call you are in."),
      h(
        "div",
        { class: "ringing-actions" },
        h("button", { class: "danger decline", onclick: () => this.#decline(incoming) }, icon("leave"), "Decline"),
        h("button", { class: "primary accept", onclick: () => this.#accept(incoming) }, icon(isAudio ? "phone" : "camera"), "Accept"),
      ),
      h("p", { class: "hint keyboard" }, h("kbd", {}, "Esc"), " silences it on this device"),
    );
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#hush(incoming);
    });
    // A modal dialog is told of the key wherever the focus is.
    dialog.addEventListener("cancel", () => this.#hush(incoming));
    return dialog;
  }

  #hush({ call }) {
    this.#quiet.add(call);
    this.#remove(call);
  }

  #accept({ thread, call }) {
    this.#hush({ call });
    this.accept(thread, call);
  }

  async #decline({ thread, call }) {
    this.#hush({ call });
    try {
      await api.ignoreCall(thread, call);
    } catch (error) {
      if (error.reason !== "callEnded") toast(sayError(error), { kind: "problem" });
    }
  }

  #remove(call) {
    this.#waiting = this.#waiting.filter((each) => each.call !== call);
    if (this.#current?.incoming.call === call) this.#close();
  }

  #close() {
    if (!this.#current) return;
    const { dialog, silence, timer, focus } = this.#current;
    this.#current = null;
    clearTimeout(timer);
    silence();
    flashTitle(null);
    dialog.close();
    dialog.remove();
    if (focus?.isConnected) focus.focus();
    this.#next();
  }
}
