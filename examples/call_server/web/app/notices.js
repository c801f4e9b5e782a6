import { byId, h, icon } from "./dom.js";

/** What is said so close together is read as one. */
const breath = 200;
let said = [];

/** Says it to screen readers, and to nobody's eyes: what is said here can be seen elsewhere. */
export function announce(news) {
  if (said.length === 0) setTimeout(() => (said = []), breath);
  said.push(news);
  const text = said.join(". ");
  const region = byId("announcer");
  // The same text twice would not be read twice.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}

/** A note that goes by itself after a while; a problem stays until it is closed. */
export function toast(text, { kind = "note" } = {}) {
  const close = h("button", { class: "quiet icon-button", "aria-label": "Dismiss", onclick: () => note.remove() }, icon("close"));
  const note = h("div", { class: `toast ${kind}`, role: kind === "problem" ? "alert" : "status" }, h("p", {}, text), close);
  for (const other of byId("toasts").children) {
    if (other.firstChild.textContent === text) other.remove();
  }
  byId("toasts").append(note);
  if (kind !== "problem") setTimeout(() => note.remove(), 7000);
}

const banners = new Map();

/** Shows a line across the top for as long as something holds, with a button where there is something to do; null takes it away. */
export function banner(name, text, { label, action } = {}) {
  if (banners.has(name) && banners.get(name).firstChild.textContent === text) return;
  banners.get(name)?.remove();
  banners.delete(name);
  if (text === null) return;
  const button = action && h("button", { onclick: action }, label);
  const line = h("div", { class: "banner", role: "status", dataset: { banner: name } }, h("p", {}, text), button);
  banners.set(name, line);
  byId("banners").append(line);
}
