/**
 * This page as one device of its user: a name that the server is told with each start, join, leave and heartbeat. It is kept with the
 * tab, so that a reload is the same device, and two windows of one person are two.
 */
const key = "call-server.device";
/** So long a reload waits for the page that it replaces to let go of the name. */
const patience = 400;
let own = null;

export const deviceId = () => own;

function makeName() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function kept() {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(name) {
  try {
    sessionStorage.setItem(key, name);
  } catch {
    // A browser that keeps nothing makes another device of each reload.
  }
}

/** A duplicated tab has a copy of the name; only one page at a time holds the lock that belongs to it. */
function hold(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const holdOn = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(`${key}.${name}`, { signal: AbortSignal.timeout(patience) }, holdOn).catch(() => resolve(false));
  });
}

/** This page is another device from now on. @returns {Promise<string>} the name it had */
export async function becomeAnotherDevice() {
  const before = own;
  own = makeName();
  keep(own);
  await hold(own);
  return before;
}

/** Once, before anything is asked of the server. */
export async function claimDevice() {
  if (own) return;
  const before = kept();
  if (before && (await hold(before))) {
    own = before;
    return;
  }
  await becomeAnotherDevice();
}
