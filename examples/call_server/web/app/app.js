import * as api from "./api.js";
import { Call } from "./call.js";
import { Conversations } from "./conversations.js";
import { deviceId } from "./device.js";
import { byId } from "./dom.js";
import { MissedCalls } from "./missed_calls.js";
import { MissedView } from "./missed_view.js";
import { banner, toast } from "./notices.js";
import { Ringing } from "./ringing.js";
import { showMe, showSidebar } from "./sidebar.js";
import { Socket } from "./socket.js";
import { Stage } from "./stage.js";
import { offerStats } from "./stats.js";
import { ThreadView } from "./thread_view.js";
import { countInTitle } from "./title.js";
import { sayError } from "./words.js";

const noMedia = "No media server is set up: calls have no picture and no sound.";
const callsDown = "Calls are paused for maintenance. Calls that were going on have ended.";
const noServer = "Connection lost. Trying to reach the server again…";
const missedHash = "#missed";
const ofCalls = [
  "joined.call", "left.call", "device.joined", "device.left", "call.ignored", "call.kicked", "call.ending", "call.ended",
  "call.ready", "call.participants", "call.rings",
];

/** Everything for one signed-in user. */
export class App {
  #socket = new Socket();
  #conversations = new Conversations(this.#socket);
  #missed = new MissedCalls();
  /** @type {Call|null} */
  #call = null;
  #stopped = new AbortController();
  #lost = 0;

  constructor(session, signedOut) {
    this.me = session.user;
    this.session = session;
    this.signedOut = signedOut;
    this.stage = new Stage({ me: this.me, close: () => this.#closeStage(), rejoin: (thread, call) => this.#join(thread, call), again: (thread, type) => this.#start(thread, type) });
    this.threadView = new ThreadView({
      me: this.me,
      back: () => this.#open(null),
      start: (thread, type) => this.#start(thread, type),
      join: (thread, call) => this.#join(thread, call),
      decline: (thread, call) => this.#decline(thread, call),
    });
    this.missedView = new MissedView(this.#missed, {
      back: () => this.#open(null),
      open: (thread) => this.#open(thread),
      call: (thread, type) => this.#start(thread, type),
      mayCall: (thread) => !this.#isInCall && !this.session.calls_down && this.#conversations.byId(thread)?.active_call === null,
    });
    this.ringing = new Ringing({ accept: (thread, call) => this.#join(thread, call), isBusy: () => this.#isInCall });
    offerStats(() => this.#call);
  }

  get #isInCall() {
    return this.#call !== null && !this.#call.isOver;
  }

  get #selected() {
    return location.hash.startsWith("#/") ? decodeURIComponent(location.hash.slice(2)) || null : null;
  }

  async begin() {
    byId("sign-in").hidden = true;
    byId("shell").hidden = false;
    showMe(this.me, () => this.#signOut());
    this.#showSession();
    this.#listen();
    this.#conversations.on("change", () => {
      this.#call?.see(this.#conversations.byId(this.#call.thread)?.active_call ?? null);
      this.#show();
    });
    this.#missed.on("change", () => this.#show());
    // On another device they may have been seen meanwhile.
    const look = () => document.visibilityState === "visible" && this.#loadMissed();
    document.addEventListener("visibilitychange", look, { signal: this.#stopped.signal });
    addEventListener("hashchange", () => this.#show(), { signal: this.#stopped.signal });
    await this.#conversations.load();
    this.#socket.connect();
    await this.#goOn();
  }

  stop() {
    this.#stopped.abort();
    this.#socket.close();
    this.ringing.stopAll();
    this.stage.close();
    clearTimeout(this.#lost);
    countInTitle(0);
    for (const name of ["connection", "down", "media", "call"]) banner(name, null);
    byId("shell").hidden = true;
  }

  #listen() {
    const socket = this.#socket;
    socket.on("open", () => this.#opened());
    socket.on("closed", () => this.#closed());
    socket.on("calls.down", ({ down }) => this.#takeDown(down));
    socket.on("thread.calls", ({ thread }) => this.#reload(thread));
    socket.on("stale", ({ channel }) => this.#lookAgain(channel));
    socket.on("incoming.call", ({ call, sender }) => {
      const group = call.thread_type === 2 ? (call.thread_name ?? this.#conversations.byId(call.thread_id)?.name ?? "a group") : null;
      if (this.#isInCall && this.#call.id === call.id) return;
      this.ringing.add({ call: call.id, thread: call.thread_id, from: sender.name, group, isAudio: call.type_verbose === "AUDIO" });
      this.#reload(call.thread_id);
    });
    socket.on("ring.stopped", ({ id, thread_id: thread, reason, device_id: device }) => {
      this.#stopRinging(id, reason, device);
      this.#reload(thread);
    });
    socket.on("call.missed", ({ call, sender }) => {
      // It has not rung here: this user is in another call.
      if (!this.ringing.hasStopped(call.id)) toast(`${sender.name} called while you were in a call`);
      this.#loadMissed();
      this.#reload(call.thread_id);
    });
    for (const event of ofCalls) socket.on(event, (data) => this.#hear(event, data));
  }

  #stopRinging(call, reason, device) {
    const isHere = device !== undefined && device === deviceId();
    const elsewhere = { answered: "answeredElsewhere", declined: "declinedElsewhere" };
    this.ringing.stop(call, isHere ? null : (elsewhere[reason] ?? reason));
  }

  #hear(event, data) {
    const call = data.call_id ?? data.id ?? data.call;
    // Where nobody is rung one by one, as in a large group, these are all that stops it.
    if (event === "joined.call") this.#stopRinging(call, "answered", data.device_id);
    if (event === "call.ignored") this.#stopRinging(call, "declined");
    if (event === "call.ended") this.ringing.stop(call, "ended");
    if (event === "call.kicked") this.ringing.stop(call, null);
    if (event === "call.kicked" && !data.kicked && !this.#isInCall) toast("You may join the call again.");
    this.#call?.hear(event, data);
    if (data.thread_id) this.#reload(data.thread_id);
  }

  /** Of a channel that was taken away for a while, or for good, something may have been missed. */
  #lookAgain(channel) {
    const [kind] = channel.split(".", 1);
    const id = channel.slice(kind.length + 1);
    if (kind === "thread") this.#reload(id);
    if (kind === "call" && this.#isInCall && this.#call.id === id) this.#call.refresh();
  }

  async #opened() {
    clearTimeout(this.#lost);
    this.#lost = 0;
    banner("connection", null);
    try {
      this.session = await api.session();
      // Somebody else has signed in on this browser, in another window.
      if (this.session.user.id !== this.me.id) return this.signedOut();
      this.#showSession();
      await this.#conversations.load();
      await this.#call?.catchUp();
      await this.ringing.check();
      await this.#missed.load();
      this.threadView.reload(this.#selected);
    } catch (error) {
      this.#judge(error);
    }
  }

  #closed() {
    // A short break is nobody's concern.
    this.#lost ||= setTimeout(() => banner("connection", noServer), 1500);
    // A refused upgrade looks like a lost connection; only a request tells that the sign-in has expired.
    api.session().catch((error) => this.#judge(error));
  }

  #judge(error) {
    if (error.status === 401 && !this.#stopped.signal.aborted) this.signedOut();
  }

  #reload(thread) {
    this.#conversations.load().catch((error) => this.#judge(error));
    this.threadView.reload(thread);
    if (this.#isInCall && this.#call.thread === thread) this.#call.refresh();
  }

  #takeDown(down) {
    this.session.calls_down = down;
    this.#showSession();
    this.#show();
  }

  #showSession() {
    this.ringing.setLongest(this.session.ring_seconds);
    banner("down", this.session.calls_down ? callsDown : null);
    banner("media", this.session.media ? null : noMedia);
  }

  #loadMissed() {
    this.#missed.load().catch((error) => this.#judge(error));
  }

  /** After a reload this window goes on with the call it was in; another window of the same person offers to. */
  async #goOn() {
    const { call, device } = history.state ?? {};
    if (device !== deviceId()) return;
    const conversation = call && this.#conversations.byCall(call);
    if (conversation?.active_call.in_call) await this.#enter(conversation.id, (entered) => entered.resume(call));
  }

  #open(thread) {
    location.hash = thread ? `/${encodeURIComponent(thread)}` : "";
    if (thread) byId("conversation").focus({ preventScroll: true });
  }

  #show() {
    const selected = this.#selected;
    this.#showStage(selected);
    const isMissed = location.hash === missedHash;
    const missed = { unseen: this.#missed.unseen, isOpen: isMissed, open: () => this.#openMissed() };
    byId("shell").classList.toggle("has-selection", selected !== null || isMissed);
    showSidebar(this.#conversations.list, { me: this.me, selected, open: (id) => this.#open(id), missed });
    countInTitle(this.#missed.unseen);
    this.#showPlace(selected, isMissed);
  }

  #showPlace(selected, isMissed) {
    if (isMissed) {
      this.threadView.hide();
      this.missedView.show();
      return;
    }
    this.missedView.hide();
    this.threadView.show(this.#conversations.byId(selected), { isDown: this.session.calls_down, isBusy: this.#isInCall });
  }

  #openMissed() {
    location.hash = missedHash;
    byId("conversation").focus({ preventScroll: true });
  }

  /** The call is seen where its conversation would be; elsewhere a line leads back to it. */
  #showStage(selected) {
    const call = this.#call;
    const isHere = call !== null && call.thread === selected;
    if (call?.isOver && !isHere) {
      this.#call = null;
      this.stage.close();
    }
    byId("stage").hidden = !isHere;
    byId("conversation").hidden = isHere;
    const isAway = this.#isInCall && !isHere;
    const back = { label: "Return", action: () => this.#open(call.thread) };
    banner("call", isAway ? `You are in a call: ${call.conversation.name}` : null, back);
    // Kept with this entry of the window's history, so that a reload of this window finds it, and no other window does.
    const isKept = history.state?.call === call?.id && history.state?.device === deviceId();
    if (this.#isInCall && call.id && !isKept) history.replaceState({ call: call.id, device: deviceId() }, "");
  }

  async #start(thread, type) {
    await this.#enter(thread, (call) => call.start(type));
  }

  async #join(thread, call) {
    if (this.#isInCall) await this.#call.leave().catch(() => {});
    await this.#enter(thread, (entered) => entered.join(call));
  }

  async #enter(thread, how) {
    if (this.#isInCall) return;
    const conversation = this.#conversations.byId(thread);
    const beatSeconds = this.session.heartbeat_seconds;
    const deviceReplaces = this.session.device_replaces;
    const call = new Call({ conversation, me: this.me, socket: this.#socket, beatSeconds, deviceReplaces });
    this.#call = call;
    call.on("change", () => this.#showStage(this.#selected));
    call.on("over", () => this.#over(call));
    this.#open(thread);
    this.stage.open(call);
    this.#show();
    try {
      await how(call);
    } catch (error) {
      if (this.#call === call) this.#closeStage();
      toast(sayError(error), { kind: "problem" });
      this.#judge(error);
    }
  }

  #over(call) {
    if (this.#call === call) history.replaceState(null, "");
    this.#reload(call.thread);
    this.#show();
  }

  #closeStage() {
    this.stage.close();
    this.#call = null;
    this.#show();
    byId("conversation").querySelector(".call-button, .join-button")?.focus();
  }

  async #decline(thread, call) {
    try {
      await api.ignoreCall(thread, call);
    } catch (error) {
      toast(sayError(error), { kind: "problem" });
    }
    this.#reload(thread);
  }

  async #signOut() {
    if (this.#isInCall) await this.#call.leave().catch(() => {});
    // The server would close it.
    this.#socket.close();
    await api.signOut().catch(() => {});
    this.signedOut();
  }
}
