import net from "node:net";
import { until } from "./wait.mjs";

/** A connection that sends whatever bytes it is told to, and keeps what comes back. */
export class Wire {
  #socket;
  #parts = [];
  #text = "";
  /** When it began and when it ended, in milliseconds. */
  openedAt = 0;
  closedAt = null;

  /** @returns {Promise<Wire>} as soon as the system has connected it; the server may not have looked at it yet */
  static open(port) {
    return new Promise((resolve, reject) => {
      const wire = new Wire();
      wire.#socket = net.connect({ port, host: "127.0.0.1", noDelay: true }, () => {
        wire.openedAt = performance.now();
        resolve(wire);
      });
      wire.#socket.on("data", (data) => wire.#parts.push(data));
      // A reset is an end like any other here; before it is connected it is the test's problem.
      wire.#socket.on("error", (error) => (wire.openedAt ? null : reject(error)));
      wire.#socket.on("close", () => (wire.closedAt = performance.now()));
    });
  }

  get isClosed() {
    return this.closedAt !== null;
  }

  /** Bytes as Latin-1: what is one byte is one character. */
  get received() {
    if (this.#parts.length) {
      this.#text += Buffer.concat(this.#parts).toString("latin1");
      this.#parts = [];
    }
    return this.#text;
  }

  /** The answers that have come as a whole. */
  get answers() {
    return answersIn(this.received);
  }

  /** @param {string|Buffer} bytes */
  send(bytes) {
    if (!this.isClosed && this.#socket.writable) this.#socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    return this;
  }

  /** Sends the same again and again until the other side has had enough. @returns {Promise<number>} how many bytes it took */
  async pour(bytes, most) {
    let sent = 0;
    while (!this.isClosed && this.#socket.writable) {
      if (sent > most) throw new Error(`more than ${most} bytes are taken`);
      sent += bytes.length;
      if (!this.#socket.write(bytes)) await this.#drained();
    }
    return sent;
  }

  #drained() {
    return new Promise((resolve) => {
      for (const event of ["drain", "close", "error"]) this.#socket.once(event, resolve);
    });
  }

  /** Reads nothing any more. */
  deafen() {
    this.#socket.pause();
    return this;
  }

  close() {
    this.#socket.destroy();
  }

  /** Waits for so many answers, or for the end. */
  async settled(answers = 1, within = 15000) {
    await until(`${answers} answers or an end`, () => this.isClosed || this.answers.length >= answers, { within, every: 10 });
    return this.answers;
  }

  /** Sends one request and waits for its answer. */
  async ask(...request) {
    const before = this.answers.length;
    this.send(requestText(...request));
    const answers = await this.settled(before + 1);
    if (answers.length === before) throw new Error("no answer");
    return answers.at(-1);
  }
}

function answersIn(text) {
  const answers = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf("\r\n\r\n", at);
    const line = /^HTTP\/1\.1 (\d{3})/.exec(text.slice(at, at + 16));
    if (end < 0 || !line) return answers;
    const headers = {};
    for (const each of text.slice(at, end).split("\r\n").slice(1)) {
      const colon = each.indexOf(":");
      headers[each.slice(0, colon).toLowerCase()] = each.slice(colon + 1).trim();
    }
    const length = Number(headers["content-length"] ?? 0);
    if (text.length < end + 4 + length) return answers;
    answers.push({ status: Number(line[1]), headers, body: text.slice(end + 4, end + 4 + length) });
    at = end + 4 + length;
  }
}

/** A request as text, right in itself; `headers` are lines. */
export function requestText(method, target, { cookie, body, headers = [] } = {}) {
  const lines = [`${method} ${target} HTTP/1.1`, "Host: 127.0.0.1", ...headers];
  if (cookie) lines.push(`Cookie: ${cookie}`);
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body, "latin1")}`);
  return `${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

/** Opens so many at once as the server's queue takes them. */
export async function openMany(port, count) {
  const wires = [];
  while (wires.length < count) {
    const some = Math.min(256, count - wires.length);
    wires.push(...(await Promise.all(Array.from({ length: some }, () => Wire.open(port)))));
  }
  return wires;
}

/** Signs in without a page. @returns {Promise<string>} the cookie */
export async function cookieOf(port, user) {
  const wire = await Wire.open(port);
  const { status, headers } = await wire.ask("POST", "/session", { body: JSON.stringify({ user }) });
  wire.close();
  if (status !== 200) throw new Error(`${user} cannot sign in: ${status}`);
  return headers["set-cookie"].split(";")[0];
}
