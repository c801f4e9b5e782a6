import * as api from "./api.js";
import { Backoff, pause } from "./backoff.js";
import { Emitter } from "./emitter.js";
import { RequestError } from "./http.js";
import { Room } from "./room.js";

/**
 * Keeps a call's media going: asks the server for the way in, stays in the room, and when that is lost begins again, until it is
 * closed. Emits `change` when `state` or who is seen changes, `refused` when the server says that we are not in the call, `taken` when
 * somebody sits in our place in the room and does not go.
 */
export class MediaLink extends Emitter {
  /** @type {"connecting"|"connected"|"waiting"|"none"|"closed"} */
  state = "connecting";
  /** @type {Room|null} */
  room = null;
  #call;
  #name;
  #local;
  #backoff = new Backoff({ first: 300, most: 5000 });
  #wake = new AbortController();
  #renewal = 0;
  #timesTaken = 0;

  constructor(call, name, local) {
    super();
    this.#call = call;
    this.#name = name;
    this.#local = local;
    local.on("change", () => this.#applyDevices());
  }

  async run() {
    while (this.state !== "closed") {
      let wait = 0;
      try {
        await this.#stay();
      } catch (error) {
        wait = this.#judge(error);
      }
      clearTimeout(this.#renewal);
      this.room?.close();
      this.room = null;
      if (this.state === "closed" || this.state === "none") return;
      this.#become("waiting");
      this.#wake = new AbortController();
      await pause(Math.max(wait, this.#backoff.next()), this.#wake.signal);
    }
  }

  /** The server says that the room is there, perhaps another one than before. */
  async ready() {
    this.#wake.abort();
    if (!this.room || this.state !== "connected") return;
    const details = await api.media(this.#call).catch(() => null);
    if (details && this.room && !this.room.isIn(details.room)) this.restart();
  }

  restart() {
    this.#backoff.reset();
    this.room?.close();
    this.#wake.abort();
  }

  close() {
    this.#become("closed");
    clearTimeout(this.#renewal);
    this.room?.close();
    this.room = null;
    this.#wake.abort();
  }

  async #stay() {
    const details = await api.media(this.#call);
    if (this.state === "closed") return;
    this.#become("connecting");
    const room = new Room({ ...details, display: this.#name }, this.#local);
    this.room = room;
    room.on("change", () => this.emit("change"));
    this.#renewLater(details, room);
    await room.enter();
    this.#timesTaken = 0;
    this.#become("connected");
    const since = performance.now();
    await room.over;
    // A room that throws us out at once must not make us knock without a pause.
    if (performance.now() - since > stable) this.#backoff.reset();
  }

  /** @returns {number} how long the server asked to wait, in milliseconds */
  #judge(error) {
    // Our own connection of a moment ago goes by itself.
    this.#timesTaken = error.code === idTaken ? this.#timesTaken + 1 : 0;
    if (this.#timesTaken === patience) this.emit("taken");
    if (!(error instanceof RequestError)) return 0;
    if (error.reason === "noMediaServer") this.#become("none");
    else if (error.status === 403 || error.status === 401) this.emit("refused");
    return error.retryAfter * 1000;
  }

  /** The tokens are short-lived, and the media server looks at them with every message. */
  #renewLater(details, room) {
    const renew = async () => {
      const fresh = await api.media(this.#call).catch(() => null);
      if (this.room !== room) return;
      if (fresh) room.renew(fresh);
      this.#renewLater(fresh ?? { expires_in: 10 }, room);
    };
    this.#renewal = setTimeout(renew, Math.max(2, details.expires_in * 0.7) * 1000);
  }

  async #applyDevices() {
    if (this.room && this.state === "connected" && !(await this.room.applyDevices())) this.restart();
  }

  #become(state) {
    if (this.state === state || this.state === "closed") return;
    this.state = state;
    this.emit("change");
  }
}

// The code of VideoRoom for a join under an id that is in the room.
const idTaken = 436;
const patience = 3;
const stable = 5000;
