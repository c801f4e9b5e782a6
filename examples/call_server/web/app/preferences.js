/**
 * What a person chose on this device. Nothing else is kept in the browser: who one is, is in a cookie that scripts cannot read.
 */
const key = "call-server.preferences";
const defaults = { sound: true };

function read() {
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return { ...defaults };
  }
}

export const preference = (name) => read()[name];

export function setPreference(name, value) {
  try {
    localStorage.setItem(key, JSON.stringify({ ...read(), [name]: value }));
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}
