const plugin = "janus.plugin.videoroom";
let Janus = null;
let prepared = null;

/** Janus's own client says everything it sends on the console when asked to; it is never asked to. */
async function load() {
  await import("/vendor/adapter.js");
  Janus = (await import("/vendor/janus.es.js")).default;
  const dependencies = Janus.useDefaultDependencies({ adapter: window.adapter });
  await new Promise((callback) => Janus.init({ debug: false, dependencies, callback }));
}

/**
 * A token that can be renewed while a session uses it. The client puts it into each message and reads it only when that is written,
 * as JSON or into an address.
 */
export class RenewableToken {
  #current;

  constructor(current) {
    this.#current = current;
  }

  renew(current) {
    this.#current = current;
  }

  forget() {
    this.#current = "";
  }

  toJSON() {
    return this.#current;
  }

  toString() {
    return this.#current;
  }
}

/** @param {{server: string, token: RenewableToken, onLost: () => void}} settings */
export async function openSession({ server, token, onLost }) {
  prepared ??= load().catch((error) => {
    prepared = null; // the next attempt may get what did not arrive
    throw error;
  });
  await prepared;
  return new Promise((resolve, reject) => {
    const session = new Janus({
      server,
      token,
      iceServers: [],
      success: () => resolve(session),
      error: () => {
        reject(new Error("the media server does not answer"));
        onLost();
      },
      destroyed: onLost,
    });
  });
}

/** Attaches one handle. `callbacks` are those of janus.js. */
export function attach(session, callbacks) {
  return new Promise((resolve, reject) => {
    session.attach({
      plugin,
      ...callbacks,
      success: resolve,
      error: () => reject(new Error("the media server refused a handle")),
    });
  });
}

export const createOffer = (handle, tracks) =>
  new Promise((success, error) => handle.createOffer({ tracks, success, error }));

export const createAnswer = (handle, jsep) =>
  new Promise((success, error) => handle.createAnswer({ jsep, tracks: [], success, error }));
