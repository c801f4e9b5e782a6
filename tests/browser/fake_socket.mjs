// The server's side of a WebSocket, as far as the fake server needs it: short text frames, in and out.
import { createHash } from "node:crypto";

const key = (sent) => createHash("sha1").update(`${sent}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

/** Gives each text that a page sends to `heard`; pages send nothing long, and mask it. */
function listen(stream, heard) {
  let held = Buffer.alloc(0);
  stream.on("data", (bytes) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 2 && held.length >= 6 + (held[1] & 127)) {
      const end = 6 + (held[1] & 127);
      const mask = held.subarray(2, 6);
      const text = held.subarray(6, end).map((byte, at) => byte ^ mask[at % 4]);
      const kind = held[0] & 15;
      if (kind === 1) heard(JSON.parse(Buffer.from(text)));
      if (kind === 8) stream.end();
      held = held.subarray(end);
    }
  });
}

export function acceptSocket(request, stream, { heard, closed }) {
  stream.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${key(request.headers["sec-websocket-key"])}\r\n\r\n`,
  );
  listen(stream, heard);
  stream.on("error", () => {});
  stream.on("close", closed);
  return {
    send(value) {
      const text = Buffer.from(JSON.stringify(value));
      const head = text.length < 126 ? Buffer.from([0x81, text.length]) : Buffer.from([0x81, 126, text.length >> 8, text.length & 255]);
      stream.write(Buffer.concat([head, text]));
    },
    destroy: () => stream.destroy(),
  };
}
