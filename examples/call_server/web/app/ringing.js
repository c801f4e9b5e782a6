import * as api from "./api.js";
import { avatar, h, icon } from "./dom.js";
import { announce, toast } from "./notices.js";
import { ring } from "./ring_tone.js";
import { flashTitle } from "./title.js";
import { sayError } from "./words.js";

const patience = 45000;

/**
 * Incoming calls: one dialog at a time, the others wait. Declining tells the caller; Escape only silences, since one stray key should
 * not hang up on somebody, and the call stays in its conversation.
 */
export class Ringing {
  #waiting = [];
  #current = null;
  #settled = new Set();

  /** @param {{accept: (thread: string, call: string) => void, isBusy: () => boolean}} settings */
  constructor({ accept, isBusy }) {
    this.accept = accept;
    this.isBusy = isBusy;
  }

  /** @param {{call: string, thread: string, from: string, group: string|null}} incoming */
  add(incoming) {
    const { call } = incoming;
    if (this.#settled.has(call)) return;
    this.#settled.add(call);
    this.#waiting.push(incoming);
    this.#next();
  }

  /** The call was answered elsewhere, joined, or is over. */
  stop(call, { wasMissed = false } = {}) {
    this.#settled.add(call);
    this.#waiting = this.#waiting.filter((each) => each.call !== call);
    if (this.#current?.incoming.call !== call) return;
    if (wasMissed) this.#miss();
    this.#close();
  }

  stopAll() {
    this.#waiting = [];
    this.#close();
  }

  #next() {
    if (this.#current || this.#waiting.length === 0) return;
    const incoming = this.#waiting.shift();
    const dialog = this.#build(incoming);
    document.body.append(dialog);
    // In a call the controls must stay in reach while it rings.
    if (this.isBusy()) dialog.show();
    else dialog.showModal();
    dialog.querySelector(".accept").focus();
    const title = `${incoming.from} is calling`;
    flashTitle(title);
    announce(`${title}${incoming.group ? ` in ${incoming.group}` : ""}`);
    const silence = ring();
    const timer = setTimeout(() => this.stop(incoming.call, { wasMissed: true }), patience);
    this.#current = { incoming, dialog, silence, timer, focus: document.activeElement };
  }

  #build(incoming) {
    const { from, group } = incoming;
    const dialog = h(
      "dialog",
      { class: "ringing", role: "alertdialog", "aria-labelledby": "ringing-title", "aria-describedby": "ringing-text" },
      avatar(from, "large pulsing"),
      h("h2", { id: "ringing-title" }, from),
      h("p", { id: "ringing-text" }, group ? `is calling in ${group}` : "is calling you"),
      this.isBusy() && h("p", { class: "hint" }, "Accepting leaves the call you are in."),
      h(
        "div",
        { class: "ringing-actions" },
        h("button", { class: "danger decline", onclick: () => this.#decline(incoming) }, icon("leave"), "Decline"),
        h("button", { class: "primary accept", onclick: () => this.#accept(incoming) }, icon("camera"), "Accept"),
      ),
      h("p", { class: "hint keyboard" }, h("kbd", {}, "Esc"), " silences it"),
    );
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.#close();
    });
    // A modal dialog is told of the key wherever the focus is.
    dialog.addEventListener("cancel", () => this.#close());
    return dialog;
  }

  #accept({ thread, call }) {
    this.#close();
    this.accept(thread, call);
  }

  async #decline({ thread, call }) {
    this.#close();
    try {
      await api.ignoreCall(thread, call);
    } catch (error) {
      if (error.reason !== "callEnded") toast(sayError(error), { kind: "problem" });
    }
  }

  #miss() {
    toast(`You missed a call from ${this.#current.incoming.from}.`);
  }

  #close() {
    if (!this.#current) return;
    const { dialog, silence, timer } = this.#current;
    this.#current = null;
    clearTimeout(timer);
    silence();
    flashTitle(null);
    dialog.close();
    dialog.remove();
    this.#next();
  }
}
