import { Backoff } from "./backoff.js";
import { Emitter } from "./emitter.js";

/**
 * The server's events. Comes back by itself, and subscribes again to what was subscribed; `open` is emitted each time, since what
 * was missed meanwhile has to be asked for. Events are emitted under their own names with their data.
 */
export class Socket extends Emitter {
  #socket = null;
  #channels = new Set();
  #backoff = new Backoff();
  #timer = 0;
  #wanted = false;
  isOpen = false;

  constructor() {
    super();
    // Coming out of a tunnel or a suspend there is no point in waiting for the rest of the backoff.
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  connect() {
    this.#wanted = true;
    this.#open();
  }

  close() {
    this.#wanted = false;
    this.#channels.clear();
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
    this.isOpen = false;
  }

  subscribe(channel) {
    if (this.#channels.has(channel)) return;
    this.#channels.add(channel);
    this.#send({ subscribe: channel });
  }

  unsubscribe(channel) {
    if (this.#channels.delete(channel)) this.#send({ unsubscribe: channel });
  }

  #send(frame) {
    if (this.isOpen) this.#socket.send(JSON.stringify(frame));
  }

  #hurry() {
    if (!this.#wanted || this.#socket) return;
    clearTimeout(this.#timer);
    this.#backoff.reset();
    this.#open();
  }

  #open() {
    const address = new URL("/ws", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#socket === socket && this.#take(data));
    socket.addEventListener("close", () => this.#socket === socket && this.#closed());
  }

  #take(text) {
    const { event, channel, data } = JSON.parse(text);
    if (event === "welcome") {
      this.isOpen = true;
      this.#backoff.reset();
      for (const each of this.#channels) this.#send({ subscribe: each });
      this.emit("open", data);
    } else if (event === "refused") {
      this.#channels.delete(channel);
    } else {
      this.emit(event, data);
    }
  }

  #closed() {
    this.#socket = null;
    this.isOpen = false;
    this.emit("closed");
    if (this.#wanted) this.#timer = setTimeout(() => this.#open(), this.#backoff.next());
  }
}
