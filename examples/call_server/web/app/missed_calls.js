import * as api from "./api.js";
import { coalesce } from "./coalesce.js";
import { Emitter } from "./emitter.js";

/** The calls that the user has missed, and how many of them they have not seen. Emits `change`. */
export class MissedCalls extends Emitter {
  /** @type {Array<{call, state: string, seen: boolean}>} newest first */
  list = [];
  unseen = 0;
  #next = null;
  load = coalesce(() => this.#read());

  get hasMore() {
    return this.#next !== null;
  }

  async loadMore() {
    if (!this.#next) return;
    const { data, meta } = await api.missedCalls(this.#next);
    this.list = [...this.list, ...data];
    this.#next = meta.next_page_id;
    this.emit("change");
  }

  /** The user has looked at the list. What was new in it stays marked as such until it is loaded again. */
  async markSeen() {
    if (this.unseen === 0 || this.list.length === 0) return;
    this.unseen = 0;
    for (const each of this.list) each.seen = true;
    this.emit("change");
    await api.markMissedSeen(this.list[0].call.id);
  }

  async #read() {
    const { data, meta } = await api.missedCalls();
    this.list = data;
    this.unseen = meta.unseen;
    this.#next = meta.next_page_id;
    this.emit("change");
  }
}
