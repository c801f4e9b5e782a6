import * as api from "./api.js";
import { coalesce } from "./coalesce.js";
import { Emitter } from "./emitter.js";

/** The conversations of the user and the calls in them. Emits `change`. */
export class Conversations extends Emitter {
  list = [];
  #socket;
  load = coalesce(() => this.#read());

  constructor(socket) {
    super();
    this.#socket = socket;
  }

  byId(id) {
    return this.list.find((each) => each.id === id) ?? null;
  }

  byCall(call) {
    return this.list.find((each) => each.active_call?.id === call) ?? null;
  }

  async #read() {
    const before = this.list;
    this.list = await api.conversations();
    for (const { id } of before) if (!this.byId(id)) this.#socket.unsubscribe(`thread.${id}`);
    for (const { id } of this.list) this.#socket.subscribe(`thread.${id}`);
    this.emit("change");
  }
}
