/**
 * Makes an element. Text goes in as text nodes only, so a name can hold no markup.
 *
 * @param {string} tag
 * @param {Object<string, any>} [settings] attributes; `on…` are listeners, `class` and `dataset` as in HTML; null and false are left out
 * @param {...(Node|string|null|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** @returns {HTMLElement} */
export const byId = (id) => document.getElementById(id);

const svgNamespace = "http://www.w3.org/2000/svg";

// Strokes on a 24-grid; drawn here so that nothing is fetched.
const shapes = {
  camera: "M3 7.5A1.5 1.5 0 0 1 4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5zM15 10.5l6-3v9l-6-3",
  cameraOff: "M3 3l18 18M15 14v2.5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.5 1.5 0 0 1 4.5 6H6m4 0h3.5A1.5 1.5 0 0 1 15 7.5v3l6-3v9",
  microphone: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M9 21h6",
  microphoneOff: "M3 3l18 18M15 10V6a3 3 0 0 0-5.7-1.3M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11a6.5 6.5 0 0 0 10.4 5.2M18.5 11a6.4 6.4 0 0 1-.5 2.5M12 17.5V21M9 21h6",
  people: "M9 11.5a3.2 3.2 0 1 0 0-6.5 3.2 3.2 0 0 0 0 6.5zM3 19c.5-3 3-4.5 6-4.5s5.5 1.5 6 4.5M15.5 5.3a3.2 3.2 0 0 1 0 6M17.5 14.8c2 .6 3.2 2 3.5 4.2",
  leave: "M3 14.5c0-5 4-7.5 9-7.5s9 2.5 9 7.5c0 1-.8 1.6-1.8 1.4l-2.7-.5c-.8-.2-1.3-.8-1.3-1.6v-1.6c-2-.8-4.4-.8-6.4 0v1.6c0 .8-.5 1.4-1.3 1.6l-2.7.5c-1 .2-1.8-.4-1.8-1.4z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
  bellOff: "M3 3l18 18M18 13.5V11a6 6 0 0 0-9.6-4.8M6 11v5.5L4.5 18H17M10 20.5h4",
  phone: "M6.5 3.5h2.2c.5 0 .9.3 1 .8l.7 3a1 1 0 0 1-.3 1L8.5 9.9a12.5 12.5 0 0 0 5.6 5.6l1.6-1.6a1 1 0 0 1 1-.3l3 .7c.5.1.8.5.8 1v2.2a2 2 0 0 1-2.1 2A15.5 15.5 0 0 1 4.5 5.6a2 2 0 0 1 2-2.1z",
  missed: "M3.5 8l8.5 8.5 8.5-8.5M3.5 13.5V8H9",
  devices: "M4 5.5h11a1.5 1.5 0 0 1 1.5 1.5M2.5 16.5H12M4 5.5A1.5 1.5 0 0 0 2.5 7v9.5M15.5 10h4.5a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5h-4.5a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 15.5 10z",
  outgoing: "M7 17L17 7M9 7h8v8",
  incoming: "M17 7L7 17M15 17H7V9",
};

/** @param {keyof typeof shapes} name */
export function icon(name) {
  const svg = document.createElementNS(svgNamespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(svgNamespace, "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}

/** A disc with initials; the colour follows the name, so that a person looks the same everywhere. */
export function avatar(name, extra = "") {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, 1)).toUpperCase();
  let sum = 0;
  for (const letter of name) sum = (sum * 43 + letter.codePointAt(0)) % 9973;
  return h("span", { class: `avatar ${extra}`, "aria-hidden": "true", dataset: { tone: sum % 6 } }, initials);
}

/** Shows these children instead of what was there; who had the focus, by its `data-focus`, has it again. */
export function fill(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  container.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  if (focused) container.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
}
