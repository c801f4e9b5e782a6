import { requestText, Wire } from "./wire.mjs";
import { until } from "./wait.mjs";

/**
 * The bytes of one WebSocket frame, right or wrong as told.
 *
 * @param {{opcode?: number, fin?: boolean, rsv?: number, masked?: boolean, announced?: bigint}} how `announced`: a length that is not the real one
 */
export function frame(payload, { opcode = 1, fin = true, rsv = 0, masked = true, announced = null } = {}) {
  const body = Buffer.from(payload);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (announced !== null) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(announced);
    head.push(mask | 127, ...length);
  } else if (body.length < 126) head.push(mask | body.length);
  else head.push(mask | 126, body.length >> 8, body.length & 255);
  // The mask is all zeros, so what is masked looks the same.
  return Buffer.concat([Buffer.from(head), Buffer.alloc(masked ? 4 : 0), body]);
}

/** A WebSocket of which the test writes every byte itself. */
export class RawSocket {
  constructor(wire) {
    this.wire = wire;
  }

  /** @returns {Promise<RawSocket>} after the welcome */
  static async open(port, cookie) {
    const wire = await Wire.open(port);
    const socket = new RawSocket(wire.send(upgradeText(port, { cookie })));
    const [answer] = await wire.settled();
    if (answer?.status !== 101) throw new Error(`no socket is made: ${answer?.status}`);
    await until("the socket is welcomed, or closed", () => socket.messages.length > 0 || socket.closeCode !== null, { every: 10 });
    return socket;
  }

  #frames() {
    const text = this.wire.received;
    const begin = text.indexOf("\r\n\r\n") + 4;
    const frames = [];
    for (let at = begin; at >= 4 && at + 2 <= text.length; ) {
      const opcode = text.charCodeAt(at) & 15;
      let length = text.charCodeAt(at + 1) & 127;
      at += 2;
      if (length === 126) {
        length = (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
        at += 2;
      }
      if (text.length < at + length) break;
      frames.push({ opcode, body: text.slice(at, at + length) });
      at += length;
    }
    return frames;
  }

  get messages() {
    return this.#frames().filter(({ opcode }) => opcode === 1).map(({ body }) => JSON.parse(body));
  }

  /** The code the server closed it with, once it has. */
  get closeCode() {
    const close = this.#frames().find(({ opcode }) => opcode === 8);
    return close ? (close.body.charCodeAt(0) << 8) | close.body.charCodeAt(1) : null;
  }

  send(value) {
    this.wire.send(frame(typeof value === "string" ? value : JSON.stringify(value)));
    return this;
  }

  /** Asks for a channel. @returns {Promise<object>} what the server said to that */
  async subscribe(channel) {
    const before = this.messages.length;
    this.send({ subscribe: channel });
    return until("an answer", () => this.messages.slice(before).find((each) => each.channel === channel), { every: 10 });
  }

  /** Waits for the end. @returns {Promise<number|null>} the server's code; null: just cut */
  async ended() {
    await until("the server ends the socket", () => this.closeCode !== null || this.wire.isClosed, { within: 15000, every: 10 });
    return this.closeCode;
  }

  close() {
    this.wire.close();
  }
}

export function upgradeText(port, { cookie, origin = `http://127.0.0.1:${port}`, version = "13", key = "dGhlIHNhbXBsZSBub25jZQ==", method = "GET" } = {}) {
  const headers = ["Upgrade: websocket", "Connection: Upgrade", `Origin: ${origin}`];
  if (version) headers.push(`Sec-WebSocket-Version: ${version}`);
  if (key) headers.push(`Sec-WebSocket-Key: ${key}`);
  return requestText(method, "/ws", { cookie, headers }).replace("Host: 127.0.0.1", `Host: 127.0.0.1:${port}`);
}
