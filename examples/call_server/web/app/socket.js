import { Backoff } from "./backoff.js";
import { Emitter } from "./emitter.js";

/** Reasons to be refused a channel that may be gone in a moment. */
const passing = new Set(["unavailable", "busy", "tooManyRequests", "revoked"]);
/** So many frames at once, then one each so many milliseconds: the server ends a socket that says more (settings.hpp). */
const burst = 50;
const pace = 150;

/**
 * The server's events. Comes back by itself, and subscribes again to what was subscribed; `open` is emitted each time, since what
 * was missed meanwhile has to be asked for. Events are emitted under their own names with their data.
 *
 * A channel that is refused for a passing reason is asked for again. `stale` is emitted with a channel when it was taken away, or has
 * come late: what is known of it may be old.
 */
export class Socket extends Emitter {
  #socket = null;
  #channels = new Set();
  /** Channels that are asked for again: their timers and waiting times. */
  #late = new Map();
  #waiting = [];
  #credit = burst;
  #pacing = 0;
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
    this.#forget();
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
    this.#giveUp(channel);
    if (this.#channels.delete(channel)) this.#send({ unsubscribe: channel });
  }

  /** What waits for a connection that is gone. */
  #forget() {
    for (const channel of [...this.#late.keys()]) this.#giveUp(channel);
    clearInterval(this.#pacing);
    this.#pacing = 0;
    this.#waiting = [];
    this.#credit = burst;
  }

  #giveUp(channel) {
    clearTimeout(this.#late.get(channel)?.timer);
    this.#late.delete(channel);
  }

  #send(frame) {
    if (!this.isOpen) return;
    this.#waiting.push(frame);
    this.#drain();
    this.#pacing ||= setInterval(() => this.#earn(), pace);
  }

  #drain() {
    while (this.#credit > 0 && this.#waiting.length > 0) {
      this.#credit -= 1;
      this.#socket.send(JSON.stringify(this.#waiting.shift()));
    }
  }

  #earn() {
    this.#credit = Math.min(burst, this.#credit + 1);
    this.#drain();
    if (this.#credit < burst) return;
    clearInterval(this.#pacing);
    this.#pacing = 0;
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
    const { event, channel, data, reason } = JSON.parse(text);
    if (event === "welcome") {
      this.isOpen = true;
      this.#backoff.reset();
      for (const each of this.#channels) this.#send({ subscribe: each });
      this.emit("open", data);
    } else if (event === "refused") {
      this.#refused(channel, reason);
    } else if (event === "subscribed") {
      if (!this.#late.has(channel)) return;
      this.#giveUp(channel);
      this.emit("stale", { channel });
    } else if (event === "revoked") {
      // Perhaps the right is there again by now; the server knows.
      if (this.#channels.has(channel)) this.#send({ subscribe: channel });
      this.emit("stale", { channel });
    } else {
      this.emit(event, data);
    }
  }

  #refused(channel, reason) {
    if (!this.#channels.has(channel)) return;
    if (!passing.has(reason)) {
      this.#giveUp(channel);
      this.#channels.delete(channel);
      return;
    }
    const late = this.#late.get(channel) ?? { backoff: new Backoff() };
    this.#late.set(channel, late);
    clearTimeout(late.timer);
    late.timer = setTimeout(() => this.#send({ subscribe: channel }), late.backoff.next());
  }

  #closed() {
    this.#socket = null;
    this.isOpen = false;
    this.#forget();
    this.emit("closed");
    if (this.#wanted) this.#timer = setTimeout(() => this.#open(), this.#backoff.next());
  }
}
