// Who means harm beside a call: two pages have one, and see nothing of it. What is expected of the server is in docs/call_server.md.
import { readFile } from "node:fs/promises";
import { Bystanders } from "./support/bystanders.mjs";
import { addressesForBodies, brokenFrames, brokenRequests, requestsWith, strayAddresses } from "./support/malformed.mjs";
import { frame, RawSocket, upgradeText } from "./support/raw_socket.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { cookieOf, openMany, requestText, Wire } from "./support/wire.mjs";
import { accept, isGone, seeEachOther, signIn, startCall, World } from "./support/world.mjs";

const seconds = 1000;
/** The server's limits (settings.hpp). */
const reading = 10 * seconds;
const mostConnections = 4096;
const socketsOfUser = 32;
const most = { header: 8 << 10, body: 64 << 10, frame: 4 << 10, queue: 1 << 20 };

export function hostileTests(place) {
  let world, port, pages, call, pid, before, alice, bob, carol, dave, prying;
  const deaf = [];
  /** How many answers there were of each status and with each reason, to be found again in the metrics. */
  const met = new Map();
  const said = new Set();

  const open = () => Wire.open(port);
  const isHealthy = async () => (await fetch(new URL("/healthz", world.server.adminUrl))).ok;

  /** Takes note of what an attacker was answered: it is searched for secrets too. */
  function note(answers) {
    for (const { status, headers, body } of answers) {
      for (const kind of [status, parsed(body)?.reason]) met.set(kind, (met.get(kind) ?? 0) + 1);
      said.add(JSON.stringify([headers, body]));
    }
    return answers;
  }

  /** Sends it on a connection of its own and waits for its answers, or for the end. */
  async function answersTo(bytes, count = 1) {
    const wire = (await open()).send(bytes);
    const answers = note(await wire.settled(count));
    wire.close();
    return answers;
  }

  async function expectStatus(what, bytes, wanted) {
    expectEqual(what, (await answersTo(bytes))[0]?.status, wanted);
  }

  /** A 4xx in our own words, or just the end of the connection. */
  async function expectRefused(what, bytes) {
    const answers = await answersTo(bytes);
    for (const { status, body } of answers) {
      expect(status >= 400 && status < 500 && status !== 429, `${what}: ${status} ${body}`);
      const keys = Object.keys(parsed(body) ?? {}).sort().join();
      expect(/^(errors,)?message,reason$/.test(keys) && body.length < 400, `${what} is answered in our words: ${body.slice(0, 200)}`);
      expect(!/[/\\]\w+\.(c|h)pp|std::|boost|root:|SELECT |terminate|"name":/.test(body), `${what}: nothing of the inside in ${body}`);
    }
  }

  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };

  test("hostile: there is a call between two pages", async () => {
    world = await World.make(place, "hostile");
    ({ port } = world.server);
    const opened = { alice: await world.people.open("alice"), bob: await world.people.open("bob") };
    pages = new Bystanders(opened);
    for (const [who, page] of Object.entries(opened)) await signIn(page, who, { beatSeconds: 1 });
    ({ alice, bob } = opened);
    call = await startCall(world, alice, "Bob");
    await accept(bob);
    await seeEachOther([alice, bob], 1, 3);
    carol = await cookieOf(port, "carol");
    dave = await cookieOf(port, "dave");
    pid = world.server.pid;
    before = (await world.server.memory()).now;
    await pages.begin(call);
    for (let each = 0; each < 4; each += 1) deaf.push(await makeDeaf());
  });

  /** Says as much as it may, to be answered as much, and reads nothing of it. */
  async function makeDeaf() {
    const socket = await RawSocket.open(port, carol);
    socket.wire.deafen();
    const question = { subscribe: "x".repeat(most.frame - 20) };
    for (let each = 0; each < 95; each += 1) socket.send(question);
    const timer = setInterval(() => (socket.wire.isClosed ? clearInterval(timer) : socket.send(question)), 110);
    return { socket, stop: () => clearInterval(timer) };
  }

  test("hostile: four hundred connections that trickle, or say nothing, are left after ten seconds", async () => {
    await pages.beside(async () => {
      const silent = await openMany(port, 100);
      const headers = (await openMany(port, 200)).map((wire) => wire.send("G"));
      const bodies = (await openMany(port, 100)).map((wire) => wire.send("POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 4096\r\n\r\n"));
      const all = [...silent, ...headers, ...bodies];
      const text = `ET /users HTTP/1.1\r\nX: ${"x".repeat(4000)}`;
      let sent = 0;
      await until("they are left", async () => {
        for (const wire of [...headers, ...bodies]) wire.send(text[sent]);
        sent += 1;
        expect(await isHealthy(), "the server is healthy");
        await pages.check();
        return all.every(({ isClosed }) => isClosed);
      }, { within: reading + 10 * seconds, every: 200 });
      const lasted = all.map(({ openedAt, closedAt }) => closedAt - openedAt);
      expect(Math.min(...lasted) > reading - 500, `none is left before its time: ${Math.min(...lasted)} ms`);
      expect(Math.max(...lasted) < reading + 5 * seconds, `none is kept for longer: ${Math.max(...lasted)} ms`);
      expectEqual("what they were told", all.map(({ received }) => received).join(""), "");
    });
  });

  test("hostile: what is larger than it may be is refused; what never ends is cut", async () => {
    const large = "x".repeat(most.body + 1);
    const chunk = `2000\r\n${"x".repeat(0x2000)}\r\n`;
    const chunked = (target, cookie) => requestText("POST", target, { cookie, headers: ["Transfer-Encoding: chunked"] });
    const targets = ["/session", "/conversations", "/api/messenger/threads/team/calls"];
    await pages.beside(async () => {
      await Promise.all([
        expectStatus("a header of 9 KiB", requestText("GET", "/", { headers: [`X: ${"x".repeat(9 << 10)}`] }), 431),
        expectStatus("an address of 9 KiB", requestText("GET", `/${"x".repeat(9 << 10)}`), 431),
        expectStatus("two thousand headers", requestText("GET", "/", { headers: Array(2000).fill("X: yes") }), 431),
        ...targets.flatMap((target) => [
          expectStatus(`a large body to ${target}`, requestText("POST", target, { cookie: carol, body: large }), 413),
          expectStatus(`a body announced as 1 TiB to ${target}`, requestText("POST", target, { cookie: carol, headers: [`Content-Length: ${2 ** 40}`] }), 413),
          expectStatus(`a large body in chunks to ${target}`, chunked(target, carol) + chunk.repeat(9), 413),
        ]),
        endless("headers", "GET / HTTP/1.1\r\n", Buffer.from("X: yes\r\n".repeat(8192)), 431),
        endless("a header", "GET / HTTP/1.1\r\nX: ", Buffer.alloc(most.body, "x"), 431),
        endless("chunks", chunked("/session"), Buffer.from(chunk.repeat(8)), 413),
        endsWith("a large message", frame("x".repeat(most.frame + 1)), 1009),
        endsWith("a message announced as 2 EiB", frame("", { announced: 1n << 61n }), 1009),
        endsWith("a message in parts", Buffer.concat([frame("x".repeat(3 << 10), { fin: false }), frame("x".repeat(3 << 10), { opcode: 0 })]), 1009),
        endlessMessage(),
      ]);
    });
  });

  /** The server says what is wrong, lets go of what it had no time to read, and then of the connection. */
  async function endless(what, head, piece, status) {
    const wire = (await open()).send(head);
    const taken = await wire.pour(piece, 64 << 20);
    await until(`${what} without an end: cut`, () => wire.isClosed);
    expectEqual(`${what} without an end`, note(wire.answers)[0]?.status, status);
    return taken;
  }

  async function endsWith(what, bytes, code) {
    const socket = await RawSocket.open(port, dave);
    socket.wire.send(bytes);
    expectEqual(what, await socket.ended(), code);
    socket.close();
  }

  async function endlessMessage() {
    const socket = await RawSocket.open(port, dave);
    socket.wire.send(frame("x", { fin: false }));
    await socket.wire.pour(Buffer.concat(Array(64).fill(frame("x".repeat(64), { fin: false, opcode: 0 }))), 64 << 20);
    // Who goes on sending may lose the goodbye.
    expect([1009, null].includes(await socket.ended()), `a message without an end: ${socket.closeCode}`);
  }

  test("hostile: what is malformed is refused without a word about the inside", async () => {
    const { participants } = await world.server.show(call);
    const bobs = await cookieOf(port, "bob");
    const kick = [["PUT", `/api/messenger/threads/alice-bob/calls/${call}/participants/${participants[0].id}`]];
    const addresses = addressesForBodies(call);
    const known = [...requestsWith(addresses.slice(0, 4), carol), ...requestsWith(addresses.slice(4), dave), ...requestsWith(kick, bobs)];
    await Promise.all(known.map(([what, bytes]) => expectRefused(`${what}, signed in`, bytes)));
    await Promise.all(strayAddresses.map((target) => expectRefused(`${target}, signed in`, requestText("GET", target, { cookie: dave }))));
    await pages.beside(async () => {
      const unknown = [...Object.entries(brokenRequests), ...requestsWith(addresses, null), ...strayAddresses.map((target) => [target, requestText("GET", target)])];
      await Promise.all(unknown.map(([what, bytes]) => expectRefused(what, bytes)));
    });
  });

  test("hostile: a malformed WebSocket is closed, or never made", async () => {
    const foreign = upgradeText(port, { cookie: dave, origin: "http://evil.example" });
    for (const [what, how] of Object.entries({
      "of no site": { origin: "null" }, "without a key": { key: null }, "of another version": { version: "8" }, "of no version": { version: null }, "asked for by POST": { method: "POST" },
    })) {
      const answers = await answersTo(upgradeText(port, { cookie: dave, ...how }));
      expect(answers.length === 0 || (answers[0].status >= 400 && answers[0].status < 500), `a socket ${what}: ${answers[0]?.status}`);
    }
    const left = Object.entries(brokenFrames);
    await pages.beside(async () => {
      for (const [what, bytes] of left.splice(0)) {
        const socket = await RawSocket.open(port, carol);
        socket.wire.send(bytes);
        const code = await socket.ended();
        expect([1002, 1007, 1009, null].includes(code), `${what}: ${code}`);
        socket.close();
      }
      // These are refused before they count for anybody, so they may go on for as long as it takes.
      await expectStatus("a socket of nobody", upgradeText(port), 401);
      await expectStatus("a socket with a forged session", upgradeText(port, { cookie: `${dave}x` }), 401);
      await expectStatus("a socket of another site", foreign, 403);
    });
  });

  test("hostile: a user who floods is told to wait; others, and the user's own page, are not", async () => {
    const bobs = await cookieOf(port, "bob");
    const flood = requestText("GET", "/conversations", { cookie: carol }).repeat(40);
    await pages.beside(async () => {
      const begun = performance.now();
      const all = (await Promise.all(Array.from({ length: 20 }, () => answersTo(flood, 40)))).flat();
      const lasted = (performance.now() - begun) / seconds;
      const refused = all.filter(({ status }) => status === 429);
      expectEqual("answers", all.length, 800);
      expectEqual("other answers than 200 and 429", all.filter(({ status }) => status !== 200).length - refused.length, 0);
      expect(all.length - refused.length <= 60 + 20 * lasted + 2, `Carol got ${all.length - refused.length} answers in ${lasted} s`);
      expect(refused.every(({ headers, body }) => Number(headers["retry-after"]) >= 1 && body.includes("tooManyRequests")), "each refusal says how long to wait");
      expectEqual("another user", (await answersTo(requestText("GET", "/session", { cookie: dave })))[0].status, 200);
    });
    // In Bob's own name, so that it is his page whose requests are counted together with these; its heartbeats are not.
    await pages.beside(async () => {
      const all = await answersTo(requestText("GET", "/session", { cookie: bobs }).repeat(200), 200);
      expect(all.some(({ status }) => status === 429), "Bob's other requests are refused");
    });
    const beats = await answersTo(requestText("POST", `/api/messenger/threads/team/calls/${call}/heartbeat`, { cookie: carol, body: "" }).repeat(100), 100);
    expect(beats.filter(({ status }) => status === 429).length >= 30, "heartbeats have a limit of their own");
    const signIns = await answersTo(requestText("POST", "/session", { body: '{"user":"carol"}' }).repeat(100), 100);
    expect(signIns.some(({ status }) => status === 429), "sign-ins from one address have a limit of their own");
  });

  test("hostile: a flood of strangers over three hundred connections changes nothing", async () => {
    const requests = [
      requestText("GET", "/"), requestText("GET", "/users"), requestText("GET", "/healthz"), requestText("GET", "/session"), requestText("GET", `/calls/${call}/media`),
      requestText("POST", `/api/messenger/threads/alice-bob/calls/${call}/end`, { body: "" }), requestText("POST", "/session", { body: '{"user":"mallory"}' }),
    ];
    await pages.beside(async () => {
      const wires = await openMany(port, 300);
      const counts = await Promise.all(wires.map(async (wire, at) => {
        for (let each = 0; each < 14; each += 1) wire.send(requests[(at + each) % requests.length]);
        return note(await wire.settled(14)).filter(({ status, body }) => [200, 401, 422, 429].includes(status) || (status === 503 && body.includes('"busy"'))).length;
      }));
      expectEqual("expected answers", counts.reduce((sum, each) => sum + each), 300 * 14);
      for (const wire of wires) wire.close();
    });
  });

  test("hostile: connections beyond the limit are told so; who is connected goes on", async () => {
    const files = Number(/Max open files\s+\d+\s+(\d+)/.exec(await readFile("/proc/self/limits", "utf8"))?.[1] ?? Infinity);
    expect(files > mostConnections + 500, `so many connections need as many file descriptors; ${files} are allowed here`);
    await pages.beside(async () => {
      // Asks while nobody else gets in any more.
      const known = await open();
      await known.ask("GET", "/users");
      const wires = [];
      try {
        wires.push(...(await openMany(port, mostConnections)));
        await fill(wires);
        // The first byte begins a request, which has ten seconds again.
        for (const wire of wires) wire.send("G");
        await pages.goOn();
        await fill(wires);
        expectEqual("who is connected is answered", (await known.ask("GET", "/users")).status, 200);
        expect(metric(await world.server.metrics(), "call_server_connections") <= mostConnections, "it holds no more than it may");
      } finally {
        for (const wire of [...wires, known]) wire.close();
      }
      const answers = note(wires.flatMap((wire) => wire.answers));
      expect(answers.length > 0 && answers.every(({ status, body }) => status === 503 && body.includes("serverFull")), "those who are too many are told why");
      await until("there is room again", async () => (await fetch(new URL("/users", world.server.url))).ok);
    });
  });

  /** Opens more until one is turned away: somebody else may have gone meanwhile. */
  async function fill(wires) {
    await until("the house is full", async () => {
      const more = await openMany(port, 10);
      wires.push(...more);
      return until("one is turned away", () => more.some(({ isClosed }) => isClosed), { within: 1 * seconds, every: 10 }).catch(() => false);
    });
  }

  test("hostile: a WebSocket that floods is closed, hears nothing of others, and is one of thirty-two at most", async () => {
    prying = await RawSocket.open(port, carol);
    const refusals = { "user.alice": "unknownChannel", "messenger.user.alice": "unknownChannel", "thread.alice-bob": "notMember", [`call.${call}`]: "notMember", "thread.": "threadNotFound", "*": "unknownChannel" };
    for (const [channel, reason] of Object.entries(refusals)) {
      const { event, reason: said } = await prying.subscribe(channel);
      expectEqual(`Carol and ${channel}`, `${event} ${said}`, `refused ${reason}`);
    }
    const sockets = await Promise.all(Array.from({ length: socketsOfUser }, () => RawSocket.open(port, dave)));
    const oneMore = await RawSocket.open(port, dave);
    expectEqual("one more socket of Dave", await oneMore.ended(), 1013);
    await pages.beside(async () => {
      for (const socket of sockets.splice(0, 8)) {
        for (let each = 0; each < 150; each += 1) socket.send({ subscribe: "thread.team" });
        expectEqual("a socket that floods", await socket.ended(), 1008);
        socket.close();
      }
    });
    for (const socket of [...sockets, oneMore]) socket.close();
  });

  test("hostile: a WebSocket that reads nothing is dropped", async () => {
    await pages.beside(async () => {
      const dropped = async () => metric(await world.server.metrics(), "call_server_dropped_sockets_total", 'reason="slow"');
      await until("the deaf are dropped", async () => (await dropped()) === deaf.length, { within: 60 * seconds });
      for (const each of deaf) each.stop();
    });
  });

  test("hostile: afterwards it is the same server, of the same size, that has counted it all", async () => {
    await until("all of them are gone", async () => metric(await world.server.metrics(), "call_server_connections") < 40);
    const text = await world.server.metrics();
    expectEqual("the server's process", world.server.pid, pid);
    expectEqual("errors in its log", world.server.output.split("\n").filter((line) => /: error: |terminate|assert/i.test(line)).join("; "), "");
    const count = (name, label) => metric(text, `call_server_${name}`, label);
    expectEqual("refused rates", count("rate_limited_total"), met.get(429));
    expectEqual("refused connections", count("refused_connections_total"), met.get("serverFull"));
    for (const status of [431, 413]) expectEqual(`answers ${status}`, count("requests_total", `route="unread",status="${status}"`), met.get(status));
    expectEqual("answers 500", count("requests_total", 'status="500"'), 0);
    expectEqual("sockets that flooded", count("dropped_sockets_total", 'reason="flood"') >= 8, true);
    expectEqual("calls that go on", metric(text, "messenger_calls_active"), 1);
    // What the limits let so many hold at once: a connection its header, a socket its queue; and as much again for what the allocator
    // keeps for each thread. A body that was kept, or a queue without a bound, is far beyond that.
    const bound = 1.5 * ((mostConnections * most.header + deaf.length * most.queue) / (1 << 20));
    const { now, peak } = await world.server.memory();
    expect(peak - before < bound, `it grew from ${before} to ${now} MiB, at most ${peak}; ${before + bound} are in order`);
  });

  test("hostile: the call ends as any other, and who pried has heard nothing of it", async () => {
    await alice.click('[data-control="end"]');
    await alice.waitForSelector('.summary h2:text-is("Ended by you")');
    await bob.waitForSelector('.summary h2:text-is("Ended by Alice")');
    await isGone(world, call);
    expectEqual("what Carol heard", [...new Set(prying.messages.map(({ event }) => event))].join(), "welcome,refused");
    expectEqual("Carol's socket", prying.wire.isClosed, false);
    prying.close();
    for (const each of said) place.capture.add("what the hostile were told", each);
    for (const { wire } of [prying, ...deaf.map(({ socket }) => socket)]) place.capture.add("what the hostile were told", wire.received);
    await place.leave(world, { alice, bob });
  });
}

/** The sum of a metric's values, of those with these labels. */
function metric(text, name, label = "") {
  const lines = text.split("\n").filter((line) => line.startsWith(name) && /[ {]/.test(line[name.length]) && line.includes(label));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}
