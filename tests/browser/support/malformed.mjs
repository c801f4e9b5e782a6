// What is wrong in one way each, by a name for who reads a failure.
import { frame } from "./raw_socket.mjs";
import { requestText } from "./wire.mjs";

const post = (headers, body) => `POST /session HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
const get = (target, rest = "") => `GET ${target} HTTP/1.1\r\nHost: x\r\n${rest}\r\n`;
/** A TLS client's first record, as a browser sends it to the wrong port. */
const tlsHello = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + "\x5a".repeat(32) + "\x00\x00\x04\x13\x01\x13\x02\x01\x00";
const noise = Array.from({ length: 512 }, (_, at) => String.fromCharCode((at * 167 + 13) % 256)).join("");

export const brokenRequests = {
  "noise": `${noise}\r\n\r\n`,
  "a TLS hello": tlsHello,
  "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "HTTP/9.9": "GET / HTTP/9.9\r\n\r\n",
  "HTTP/1.1 in small letters": "GET / http/1.1\r\n\r\n",
  "no version": "GET /\r\n\r\n",
  "nothing but an end": "\r\n\r\n\r\n\r\n",
  "an answer": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "a NUL in the method": "G\0T / HTTP/1.1\r\n\r\n",
  "a NUL in the address": get("/\0"),
  "a NUL in a header's name": get("/", "X\0: y\r\n"),
  "a NUL in a header": get("/", "X: a\0b\r\n"),
  "a space in a header's name": get("/", "X : y\r\n"),
  "a header without a colon": get("/", "Bad Header\r\n"),
  "lines that end with LF": "GET / HTTP/1.1\nHost: x\n\n\r\n\r\n",
  "a length twice": post("Content-Length: 4\r\nContent-Length: 5", "{}{}{"),
  "a length below zero": post("Content-Length: -1", "{}"),
  "a length in words": post("Content-Length: two", "{}"),
  "a length with a sign": post("Content-Length: +2", "{}"),
  "a length as a list": post("Content-Length: 2, 3", "{}x"),
  "a length beyond 64 bits": post("Content-Length: 99999999999999999999", ""),
  "a length and chunks": post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
  "chunks and a length": post("Transfer-Encoding: chunked\r\nContent-Length: 4", "0\r\n\r\n"),
  "a chunk of no size": post("Transfer-Encoding: chunked", "\r\n\r\n"),
  "a chunk whose size is no number": post("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n"),
  "a chunk below zero": post("Transfer-Encoding: chunked", "-2\r\n{}\r\n0\r\n\r\n"),
  "a chunk beyond 64 bits": post("Transfer-Encoding: chunked", "fffffffffffffffff\r\n{}\r\n"),
  "a chunk that is longer than it says": post("Transfer-Encoding: chunked", "2\r\n{}{}\r\n0\r\n\r\n"),
};

/** Addresses that lead out of the page's folder, or are not decoded to anything. */
export const strayAddresses = [
  "/../../../../etc/passwd", "/app/../../src/site.cpp", "/app/%2e%2e/%2e%2e/src/site.cpp", "/app/..%2f..%2fmain.cpp", "//etc/passwd",
  "/app//main.js", "/app/./main.js", "/app/main.js%00.css", "/app\\..\\..\\main.cpp", "/vendor/../package.json", "/package.json", "/package-lock.json",
  "/node_modules/webrtc-adapter/package.json", "/index.html", "/.git/config", "http://127.0.0.1/package.json", "file:///etc/passwd", "*", "/%", "/%zz",
  "/conversations/%/history", "/conversations/%zz/history", "/conversations/%2e%2e%2fteam/history", "/conversations/%00/history", "/conversations/%ff%fe/history",
  "/conversations/team/history?before=%", "/conversations/team/history?before=%zz", "/calls/%2/media", "/calls/..%2f..%2fetc%2fpasswd/media",
  "/calls/'%20OR%201=1--/media", "/api/messenger/threads/%/calls/%zz", "/api/messenger/threads/..%2f..%2f/calls", "/api/messenger/../../session/x",
];

export const brokenJson = {
  "nothing": "",
  "a brace": "{",
  "a word": "null",
  "a list": "[]",
  "ten thousand brackets": "[".repeat(10000),
  "ten thousand objects": '{"user":'.repeat(7000),
  "a number beyond all": '{"user":1e99999,"kicked":1e99999}',
  "other types": '{"user":{"$ne":1},"kicked":"yes"}',
  "bytes that are no UTF-8": '{"user":"\xff\xfe","kicked":"\xff"}',
  "a NUL": '{"user":"a\0","kicked":\0}',
};

/** Each kind of address that takes a body, and one that does not. @returns {Array<[string, string]>} for somebody who may do nothing there */
export const addressesForBodies = (call) => [
  ["POST", "/session"],
  ["POST", "/conversations"],
  ["POST", `/calls/${call}/media`],
  ["POST", "/api/messenger/threads/alice-bob/calls"],
  ["POST", `/api/messenger/threads/alice-bob/calls/${call}/join`],
  ["POST", `/api/messenger/threads/alice-bob/calls/${call}/heartbeat`],
  ["PUT", `/api/messenger/threads/alice-bob/calls/${call}/participants/nobody`],
];

export const requestsWith = (addresses, cookie) =>
  addresses.flatMap(([method, target]) => Object.entries(brokenJson).map(([name, body]) => [`${name} to ${method} ${target}`, requestText(method, target, { cookie, body })]));

export const brokenFrames = {
  "not masked": frame("{}", { masked: false }),
  "an opcode that means nothing": frame("{}", { opcode: 3 }),
  "a control opcode that means nothing": frame("", { opcode: 11 }),
  "reserved bits": frame("{}", { rsv: 4 }),
  "all reserved bits": frame("{}", { rsv: 7 }),
  "a ping in parts": frame("", { opcode: 9, fin: false }),
  "a ping that is too long": frame("x".repeat(126), { opcode: 9 }),
  "a continuation of nothing": frame("{}", { opcode: 0 }),
  "a text within a text": Buffer.concat([frame("{", { fin: false }), frame("}")]),
  "a text that is no UTF-8": frame(Buffer.from([0xc3, 0x28])),
  "a close of one byte": frame("x", { opcode: 8 }),
  "a close with a code that nobody may send": frame(Buffer.from([0x03, 0xed]), { opcode: 8 }),
  "a length of more than 63 bits": frame("", { announced: 1n << 63n }),
  "plain HTTP": Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
};
