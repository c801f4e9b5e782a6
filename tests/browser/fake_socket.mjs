// The server's side of a WebSocket, as far as the fake server needs it: short text frames out, whatever comes in is read and ignored.
import { createHash } from "node:crypto";

const key = (sent) => createHash("sha1").update(`${sent}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");

export function acceptSocket(request, stream, closed) {
  stream.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${key(request.headers["sec-websocket-key"])}\r\n\r\n`,
  );
  stream.on("data", () => {});
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
