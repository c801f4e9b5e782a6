import { Emitter } from "./emitter.js";

const wishes = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};

/**
 * This person's microphone and camera. They outlive a lost connection, so that nobody is asked for them twice. A camera that is off
 * is really off: its track is stopped, and its light with it. Emits `change`.
 */
export class LocalMedia extends Emitter {
  /** @type {{audio: MediaStreamTrack|null, video: MediaStreamTrack|null}} */
  tracks = { audio: null, video: null };
  microphoneOn = false;
  cameraOn = false;
  /** @type {Error|null} why a device cannot be used */
  problem = null;
  #closed = false;

  /**
   * Takes both, or what there is of them; of an audio call the microphone alone. Never fails: a call without a camera is still a call.
   *
   * @param {{video: boolean}} wanted
   */
  async open({ video }) {
    const kinds = video ? ["audio", "video"] : ["audio"];
    try {
      this.#take(await navigator.mediaDevices.getUserMedia(Object.fromEntries(kinds.map((kind) => [kind, wishes[kind]]))));
    } catch (error) {
      this.problem = error;
      for (const kind of kinds) await this.#takeOne(kind);
    }
    this.microphoneOn = this.tracks.audio !== null;
    this.cameraOn = this.tracks.video !== null;
    this.emit("change");
  }

  async setMicrophone(on) {
    if (on && !this.tracks.audio) await this.#takeOne("audio");
    this.microphoneOn = on && this.tracks.audio !== null;
    if (this.tracks.audio) this.tracks.audio.enabled = this.microphoneOn;
    this.emit("change");
  }

  async setCamera(on) {
    if (on) await this.#takeOne("video");
    else this.#drop("video");
    this.cameraOn = this.tracks.video !== null;
    this.emit("change");
  }

  close() {
    this.#closed = true;
    this.#drop("audio");
    this.#drop("video");
    this.microphoneOn = this.cameraOn = false;
  }

  async #takeOne(kind) {
    if (this.tracks[kind]) return;
    try {
      this.#take(await navigator.mediaDevices.getUserMedia({ [kind]: wishes[kind] }));
      this.problem = null;
    } catch (error) {
      this.problem = error;
    }
  }

  #take(stream) {
    for (const track of stream.getTracks()) {
      // The answer may come after the call is over; nothing may keep recording then.
      if (this.#closed) track.stop();
      else this.tracks[track.kind] = track;
    }
  }

  #drop(kind) {
    this.tracks[kind]?.stop();
    this.tracks[kind] = null;
  }
}
