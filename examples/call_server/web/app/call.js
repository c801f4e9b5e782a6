import * as api from "./api.js";
import { coalesce } from "./coalesce.js";
import { becomeAnotherDevice, deviceId } from "./device.js";
import { Emitter } from "./emitter.js";
import { Heartbeat } from "./heartbeat.js";
import { LocalMedia } from "./local_media.js";
import { MediaLink } from "./media_link.js";

const overReasons = { callEnded: "ended", callNotFound: "ended", kicked: "removed", notInCall: "dropped", notMember: "removed" };

/**
 * The call this page is in, from the click to its end. The server is asked for the truth (`refresh`) whenever there is reason to;
 * its events only say that there is. Only a person's own click leaves: a page that goes away just falls silent.
 *
 * Emits `change`, and `over` once with how: `left`, `ended`, `removed`, `dropped` (evicted), `replaced` (by another device of this
 * user), `failed`; after that `afterwards` when `active` changes.
 */
export class Call extends Emitter {
  id;
  thread;
  /** @type {"ended"|"left"|"removed"|"dropped"|"replaced"|"failed"|null} */
  how = null;
  mayEnd = false;
  isOwner = false;
  isAudio = false;
  startedAt = Date.now();
  /** When it will have lasted as long as a call may, once that is near. @type {number|null} */
  endsAt = null;
  /** Who else was rung, and what came of it. @type {Array<{user: string, id: string, name: string, state: string}>} */
  rings = [];
  /** Of a call that this page is out of: what the list of conversations says of it; null once it has ended. */
  active = undefined;
  /** Who was or is in the call, in the order of joining. */
  participants = [];
  /** Participants whom this page removed, and may let back in. */
  removed = new Set();
  /** Somebody else has been in it: it does not ring any more. */
  wasAnswered = false;
  link = null;
  local = new LocalMedia();
  #me;
  #socket;
  #heartbeat = null;
  #beatSeconds;
  #deviceReplaces;
  #deviceIsOut = false;
  #isLeaving = false;
  #mayRejoin = false;
  /** Asks how things stand. */
  refresh = coalesce(() => this.#ask());

  /** @param {{conversation, me, socket, beatSeconds: number, deviceReplaces: boolean}} settings */
  constructor({ conversation, me, socket, beatSeconds, deviceReplaces }) {
    super();
    this.conversation = conversation;
    this.thread = conversation.id;
    this.#me = me;
    this.#socket = socket;
    this.#beatSeconds = beatSeconds;
    this.#deviceReplaces = deviceReplaces;
    this.local.on("change", () => this.emit("change"));
  }

  get isOver() {
    return this.how !== null;
  }

  /** The others who are in the call now. */
  get others() {
    return this.participants.filter((each) => each.left_call === null && each.owner_id !== this.#me.id);
  }

  /** @param {"video"|"audio"} type */
  start(type) {
    this.isAudio = type === "audio";
    return this.#enter(async () => this.#adopt(await api.startCall(this.thread, type)));
  }

  join(id) {
    return this.#enter(async () => {
      await api.joinCall(this.thread, id);
      this.#adopt(await api.showCall(this.thread, id));
    });
  }

  /** Goes on with a call this user is still in, as after a reload. */
  resume(id) {
    return this.#enter(async () => {
      const shown = await api.showCall(this.thread, id);
      if (!shown.options?.in_call) return this.#finish("dropped");
      this.#adopt(shown);
    });
  }

  async leave() {
    this.#isLeaving = true;
    try {
      await api.leaveCall(this.thread, this.id);
    } catch (error) {
      this.#isLeaving = false;
      throw error;
    }
    this.#finish("left");
  }

  async end() {
    await api.endCall(this.thread, this.id);
    this.#finish("ended");
  }

  async setRemoved(participant, isRemoved) {
    await api.setKicked(this.thread, this.id, participant, isRemoved);
    if (isRemoved) this.removed.add(participant);
    else this.removed.delete(participant);
    await this.refresh();
  }

  /** Rings these, for the first time or again. @param {string[]} users each as type:id */
  async ring(users) {
    await api.ring(this.thread, this.id, users);
    await this.refresh();
  }

  /** What the list of conversations says of this conversation's call. */
  see(active) {
    if (active?.id === this.id && active.warns_at && Date.parse(active.warns_at) <= Date.now()) this.#endsAt(active.ends_at);
    if (!this.isOver) return;
    this.active = active?.id === this.id ? active : null;
    this.emit("afterwards");
  }

  #endsAt(moment) {
    if (this.endsAt === Date.parse(moment)) return;
    this.endsAt = Date.parse(moment);
    if (!this.isOver) this.emit("change");
  }

  async #ask() {
    if (!this.id || this.isOver) return;
    try {
      const [shown, participants, rings] = await Promise.all([
        api.showCall(this.thread, this.id),
        api.participants(this.thread, this.id),
        api.rings(this.thread, this.id),
      ]);
      if (this.isOver) return;
      this.#takeRings(rings);
      if (!shown.active) return this.#finish("ended");
      if (shown.options.kicked) return this.#finish("removed");
      if (shown.options.in_call && this.#deviceIsOut && this.#deviceReplaces) return this.#finish("replaced");
      if (!shown.options.in_call || this.#deviceIsOut) {
        if (!this.#mayRejoin || this.#isLeaving) return this.#finish("dropped");
        await api.joinCall(this.thread, this.id);
        this.#deviceIsOut = false;
        shown.options = (await api.showCall(this.thread, this.id)).options;
        this.link?.restart();
      }
      this.#mayRejoin = false;
      this.#look(shown, participants);
    } catch (error) {
      this.#judge(error);
    }
  }

  /** What the server tells about this user or this call. */
  hear(event, data) {
    if (this.isOver || !this.id) return;
    const call = data.call_id ?? data.call?.id ?? data.call ?? data.id;
    if (call !== this.id) return;
    if (event === "call.ended") this.#finish("ended");
    else if (event === "call.kicked" && data.kicked) this.#finish("removed");
    else if (event === "left.call") this.#finish("dropped");
    else if (event === "device.left") this.#hearDeviceLeft(data);
    else if (event === "call.ending") this.#endsAt(data.ends_at);
    else if (event === "call.ready") this.link?.ready();
    else this.refresh();
  }

  /** A device of this user is out, and the user stays in the call with another one. */
  #hearDeviceLeft({ device_id: device, reason }) {
    if (device !== deviceId()) return;
    if (reason === "replaced") return this.#finish("replaced");
    if (reason === "left") return this.#finish("left");
    this.#deviceIsOut = true;
    this.#comeBack();
  }

  /**
   * Somebody sits in this device's place in the room. As another device it has another place, and leaving with the old one throws out
   * whoever is there.
   */
  async #takeAnotherPlace() {
    const before = await becomeAnotherDevice();
    try {
      await api.joinCall(this.thread, this.id);
      await api.leaveCall(this.thread, this.id, before);
    } catch (error) {
      this.#judge(error);
    }
    this.link?.restart();
  }

  /** Connected again: events of the meantime are missing. */
  async catchUp() {
    this.#heartbeat?.now();
    await this.#comeBack();
  }

  /** The page was not connected, so it was evicted unintentionally: join again. */
  #comeBack() {
    this.#mayRejoin = true;
    return this.refresh();
  }

  async #enter(ask) {
    try {
      await ask();
    } catch (error) {
      this.#finish("failed");
      throw error;
    }
    if (this.isOver) return;
    this.#socket.subscribe(`call.${this.id}`);
    this.#heartbeat = new Heartbeat(() => this.#beat(), this.#beatSeconds);
    this.emit("change");
    await this.local.open({ video: !this.isAudio });
    if (this.isOver) return this.local.close();
    this.link = new MediaLink(this.id, this.#me.name, this.local);
    this.link.on("change", () => this.emit("change"));
    this.link.on("taken", () => this.#takeAnotherPlace());
    this.link.on("refused", () => this.refresh());
    this.link.run();
    this.#heartbeat.now();
    await this.refresh();
  }

  #adopt(shown) {
    this.id = shown.id;
    this.isAudio = shown.type_verbose === "AUDIO";
    this.#look(shown, this.participants);
  }

  #look(shown, participants) {
    this.startedAt = Date.parse(shown.created_at);
    this.isOwner = shown.owner_id === this.#me.id;
    this.mayEnd = shown.options.admin;
    this.participants = participants;
    this.wasAnswered ||= participants.some((each) => each.owner_id !== this.#me.id);
    this.emit("change");
  }

  #takeRings(rings) {
    const others = rings.filter(({ callee }) => callee.provider_id !== this.#me.id);
    this.rings = others.map(({ callee: { provider_alias: type, provider_id: id, name }, state }) => ({ user: `${type}:${id}`, id, name, state }));
  }

  async #beat() {
    try {
      await api.heartbeat(this.thread, this.id);
    } catch (error) {
      // Only a laptop that slept, or a lost connection, is silent long enough to be evicted.
      if (error.reason !== "notInCall") return this.#judge(error);
      this.#deviceIsOut = true;
      await this.#comeBack();
    }
  }

  #judge(error) {
    const how = overReasons[error.reason];
    if (how) this.#finish(how);
  }

  #finish(how) {
    if (this.isOver) return;
    // Word of our own leaving may come before the answer to it.
    this.how = how === "dropped" && this.#isLeaving ? "left" : how;
    this.#heartbeat?.stop();
    this.link?.close();
    this.local.close();
    if (this.id) this.#socket.unsubscribe(`call.${this.id}`);
    this.emit("change");
    this.emit("over", this.how);
  }
}
