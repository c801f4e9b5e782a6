import { Emitter } from "./emitter.js";
import { attach, createAnswer, createOffer, openSession, RenewableToken } from "./janus.js";

const joinPatience = 15000;
// VideoRoom's code for an unknown participant.
const noSuchFeed = 428;

/** A participant of the room other than oneself, and what arrives from them. */
class Remote {
  stream = new MediaStream();
  handle = null;

  constructor(id) {
    this.id = id;
  }

  /** What their own page says of their devices: a stream with the description "off" is there, but silent. */
  describe({ display, streams = [] }) {
    if (display) this.name = display;
    const isOn = (type) => streams.some((each) => each.type === type && !each.disabled && each.description !== "off");
    this.microphoneOn = isOn("audio");
    this.cameraOn = isOn("video");
  }
}

/**
 * One stay in one room of the media server: from joining until it is lost or closed, never again afterwards. What the server gave to
 * enter (tokens, pin, room) lives in this object only. Emits `change` when somebody comes, goes or switches a device.
 */
export class Room extends Emitter {
  /** @type {Map<string, Remote>} */
  remotes = new Map();
  #details;
  #token;
  #local;
  #session = null;
  #publisher = null;
  #joined = null;
  #isOver = false;
  #end;
  /** Resolves when this stay is over, for any reason. */
  over = new Promise((resolve) => (this.#end = resolve));

  constructor(details, local) {
    super();
    this.#details = details;
    this.#token = new RenewableToken(details.token);
    this.#local = local;
  }

  /** Joins and begins to send; rejects when the room does not let us in. */
  async enter() {
    this.#session = await openSession({ server: this.#details.server, token: this.#token, onLost: () => this.close() });
    if (this.#isOver) {
      this.#session.destroy({ cleanupHandles: true, notifyDestroyed: false });
      throw new Error("closed while entering");
    }
    const { room, participant, pin, room_token: token, display } = this.#details;
    this.#joined = this.#firstAnswer();
    this.#publisher = await attach(this.#session, {
      onmessage: (message, jsep) => this.#hear(message, jsep),
      iceState: (state) => state === "failed" && this.close(),
    });
    this.#publisher.send({ message: { request: "join", ptype: "publisher", room, id: participant, display, pin, token } });
    await this.#joined.promise;
    await this.#publish();
  }

  isIn(room) {
    return !this.#isOver && this.#details.room === room;
  }

  renew(details) {
    this.#token.renew(details.token);
    this.#details = { ...this.#details, room_token: details.room_token };
  }

  /** Takes over what the person switched. Returns false when that needs a new stay: a kind was not offered when this one began. */
  async applyDevices() {
    const connection = this.#publisher?.webrtcStuff.pc;
    if (!connection) return true;
    for (const kind of ["audio", "video"]) {
      const line = this.#line(kind);
      const track = this.#local.tracks[kind];
      if (!line && track) return false;
      if (line && line.sender.track !== track) await line.sender.replaceTrack(track);
    }
    this.#publisher.send({ message: { request: "configure", descriptions: this.#descriptions() } });
    return true;
  }

  close() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#session?.destroy({ cleanupHandles: true, notifyDestroyed: false });
    this.#token.forget();
    this.#details = {};
    this.remotes.clear();
    this.emit("change");
    this.#end();
  }

  /** @returns {Promise<Array<{id: string, name: string, framesDecoded: number}>>} */
  async stats() {
    return Promise.all(
      [...this.remotes.values()].map(async ({ id, name, handle }) => {
        let framesDecoded = 0;
        const report = await handle?.webrtcStuff.pc?.getStats();
        report?.forEach((entry) => {
          if (entry.type === "inbound-rtp" && entry.kind === "video") framesDecoded += entry.framesDecoded ?? 0;
        });
        return { id: String(id), name, framesDecoded };
      }),
    );
  }

  #firstAnswer() {
    const answer = {};
    answer.promise = new Promise((resolve, reject) => {
      answer.resolve = resolve;
      answer.reject = reject;
      setTimeout(() => reject(new Error("the room does not answer")), joinPatience);
      this.over.then(() => reject(new Error("the room is gone")));
    });
    return answer;
  }

  #hear(message, jsep) {
    if (message.error_code) {
      this.#joined.reject(Object.assign(new Error("the room refused"), { code: message.error_code }));
    }
    if (message.videoroom === "joined") {
      // A room may let only those watch who show that they are in it.
      this.#details.privateId = message.private_id;
      this.#joined.resolve();
    }
    if (message.videoroom === "destroyed" || message.leaving === "ok") this.close();
    if (this.#isOver) return;
    for (const publisher of message.publishers ?? []) this.#meet(publisher);
    for (const gone of [message.unpublished, message.leaving, message.kicked]) {
      if (gone !== undefined && gone !== "ok") this.#miss(gone);
    }
    if (jsep) this.#publisher.handleRemoteJsep({ jsep });
  }

  #line(kind) {
    return this.#publisher.webrtcStuff.pc.getTransceivers().find(({ receiver, mid }) => mid !== null && receiver.track.kind === kind);
  }

  #descriptions() {
    const isOn = { audio: this.#local.microphoneOn, video: this.#local.cameraOn };
    return ["audio", "video"]
      .map((kind) => ({ mid: this.#line(kind)?.mid, description: isOn[kind] ? "on" : "off" }))
      .filter(({ mid }) => mid !== undefined);
  }

  async #publish() {
    const tracks = ["audio", "video"]
      .filter((kind) => this.#local.tracks[kind])
      .map((kind) => ({ type: kind, capture: this.#local.tracks[kind], recv: false, dontStop: true }));
    if (tracks.length === 0) return;
    const jsep = await createOffer(this.#publisher, tracks);
    this.#publisher.send({ message: { request: "publish", descriptions: this.#descriptions() }, jsep });
  }

  #meet(publisher) {
    const known = this.remotes.get(publisher.id);
    const remote = known ?? new Remote(publisher.id);
    remote.describe(publisher);
    this.remotes.set(publisher.id, remote);
    // One who cannot be received is missing in the grid, which is what the others must be told; entering anew mends it.
    if (!known) this.#receive(remote).catch(() => this.close());
    this.emit("change");
  }

  #miss(id) {
    this.remotes.get(id)?.handle?.detach({ noRequest: false });
    if (this.remotes.delete(id)) this.emit("change");
  }

  async #receive(remote) {
    const handle = await attach(this.#session, {
      onmessage: async (message, jsep) => {
        // Gone before we got to them; whoever is gone is also announced.
        if (message.error_code === noSuchFeed) return this.#miss(remote.id);
        if (message.error_code) return this.close();
        if (!jsep || this.#isOver) return;
        const answer = await createAnswer(remote.handle, jsep);
        remote.handle.send({ message: { request: "start" }, jsep: answer });
      },
      onremotetrack: (track, mid, isThere, { reason } = {}) => {
        if (isThere) remote.stream.addTrack(track);
        else if (reason !== "mute") remote.stream.removeTrack(track);
        this.emit("change");
      },
      iceState: (state) => state === "failed" && this.close(),
    });
    remote.handle = handle;
    // The server may tell of others before it answers our own join.
    await this.#joined.promise;
    if (this.remotes.get(remote.id) !== remote) return handle.detach();
    const { room, pin, room_token: token, privateId } = this.#details;
    const message = { request: "join", ptype: "subscriber", room, pin, token, private_id: privateId, streams: [{ feed: remote.id }] };
    handle.send({ message });
  }
}
