import { avatar, h, icon } from "./dom.js";

/** One person in the grid. The element stays while the person does: moving a video in the document would restart it. */
class Tile {
  #video = h("video", { autoplay: true, playsinline: true });
  #cover = h("div", { class: "tile-cover" });
  #label = h("p", { class: "tile-label" });
  #shown = "";
  element = h("li", { class: "tile" }, this.#video, this.#cover, this.#label);

  constructor(isSelf) {
    // Said as a property too: browsers do not take the attribute of a video made by a script as its state.
    if (isSelf) this.#video.muted = true;
    this.element.classList.toggle("is-self", isSelf);
  }

  update({ key, name, label, stream, microphoneOn, cameraOn, note }) {
    if (this.#video.srcObject !== stream) this.#video.srcObject = stream;
    if (stream && this.#video.paused) this.#video.play().catch(() => {});
    const looks = JSON.stringify([name, microphoneOn, cameraOn, note, stream === null]);
    if (looks === this.#shown) return;
    this.#shown = looks;
    Object.assign(this.element.dataset, { participant: key, camera: cameraOn ? "on" : "off", microphone: microphoneOn ? "on" : "off" });
    this.#cover.hidden = cameraOn && stream !== null;
    this.#cover.replaceChildren(avatar(name, "large"), ...(note ? [h("p", {}, note)] : []));
    this.#label.replaceChildren(label);
    if (!microphoneOn && !note) this.#label.append(icon("microphoneOff"), h("span", { class: "for-ears" }, ", muted"));
    // Of an audio call it goes without saying.
    if (!cameraOn && !note) this.#label.append(h("span", { class: "camera-note" }, icon("cameraOff"), h("span", { class: "for-ears" }, ", camera off")));
  }
}

/** The video grid. */
export class Grid {
  element = h("ul", { class: "grid", "aria-label": "In the call" });
  #tiles = new Map();

  /** @param {Array<{key: string, isSelf: boolean, name: string, stream: MediaStream|null, …}>} people */
  show(people) {
    const keys = new Set(people.map(({ key }) => key));
    for (const [key, tile] of this.#tiles) {
      if (keys.has(key)) continue;
      tile.element.remove();
      this.#tiles.delete(key);
    }
    for (const person of people) {
      const tile = this.#tiles.get(person.key) ?? new Tile(person.isSelf);
      if (!this.#tiles.has(person.key)) this.element.append(tile.element);
      this.#tiles.set(person.key, tile);
      tile.update(person);
    }
    this.element.dataset.count = String(people.length);
  }
}
