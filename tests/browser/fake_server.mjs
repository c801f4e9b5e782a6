// A small stand-in for the call server, for looking at the page without building one: everything in memory, no media, no rules but
// those the page shows. `node fake_server.mjs [PORT]`, or `startFakeServer()` from a test.
import { readFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { acceptSocket } from "./fake_socket.mjs";

const web = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../examples/call_server/web");
const people = { alice: "Alice", bob: "Bob", carol: "Carol", dave: "Dave" };
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const policy =
  "default-src 'self'; connect-src 'self' ws://127.0.0.1:*; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

class Refusal extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
    this.reason = reason;
  }
}

class World {
  sockets = new Set();
  calls = [];
  down = false;
  media = false;
  refusesSockets = false;
  /** Why the next subscriptions are refused, one after another. */
  refusals = [];
  heartbeatSeconds = 30;
  beats = 0;
  declines = 0;
  /** How often a page asked what rings. */
  ringingAsks = 0;
  /** A user's second device takes the place of the first. */
  deviceReplaces = false;
  /** So many may be in a call. */
  mostInCall = Infinity;
  /** How long a call that everybody has left goes on; zero: it ends at once. Nothing here ends by itself. */
  emptyGraceSeconds = 0;
  /** Who is in another call is not rung. */
  marksBusy = false;
  /** So many calls has a page of a history. */
  historyPage = 25;
  /** The way into a call's media; a test may give another one. */
  mediaOf = () => this.#refuse(404, "noMediaServer");
  threads = [
    { id: "t1", type: "private", members: ["alice", "bob"] },
    { id: "t2", type: "group", name: "The team", members: ["alice", "bob", "carol", "dave"], admin: "alice" },
  ];
  #next = 1;

  user = (id) => ({ id, name: people[id] });
  provider = (id) => ({ name: people[id], provider_id: id, provider_alias: "user" });
  call = (id) => this.calls.find((each) => each.id === id) ?? this.#refuse(404, "callNotFound");
  thread = (id) => this.threads.find((each) => each.id === id) ?? this.#refuse(404, "threadNotFound");
  active = (thread) => this.calls.find((each) => each.thread === thread && !each.ended) ?? null;
  seat = (call, me) => call.people.find((each) => each.user === me);
  mayHear = (me, channel) => !channel.startsWith("thread.") || this.thread(channel.slice("thread.".length)).members.includes(me);
  isIn = (call, me) => Boolean(this.seat(call, me) && !this.seat(call, me).left);

  #refuse(status, reason) {
    throw new Refusal(status, reason);
  }

  send(users, event, data) {
    for (const socket of this.sockets) {
      if (users === null || users.includes(socket.user)) socket.send({ event, channel: `user.${socket.user}`, data });
    }
  }

  changed(call) {
    const channel = `thread.${call.thread}`;
    for (const socket of this.sockets) {
      if (socket.channels.has(channel)) socket.send({ event: "thread.calls", channel, data: { thread: call.thread, call: call.id } });
    }
  }

  history(me, thread, before) {
    const all = this.calls.filter((each) => each.thread === thread);
    const from = before ? all.findIndex(({ id }) => id === before) + 1 : 0;
    const page = all.slice(from, from + this.historyPage);
    return { calls: page.map((each) => this.past(each, me)), next: from + page.length < all.length ? page.at(-1).id : null };
  }

  picture(call) {
    const thread = this.thread(call.thread);
    const type_verbose = call.type.toUpperCase();
    return { id: call.id, type_verbose, thread_id: call.thread, thread_type: thread.type === "group" ? 2 : 1, thread_name: thread.name, created_at: call.at };
  }

  shown(call, me) {
    const seat = this.seat(call, me);
    const thread = this.thread(call.thread);
    const admin = Boolean(seat) && (call.owner === me || thread.type === "private" || thread.admin === me);
    const options = { admin, setup_complete: true, in_call: this.isIn(call, me), kicked: Boolean(seat?.kicked) };
    const meta = { thread_type: thread.type === "group" ? 2 : 1, thread_name: this.nameFor(thread, me) };
    return { ...this.picture(call), active: !call.ended, owner_id: call.owner, owner: this.provider(call.owner), meta, part: this.part(call, me), options: call.ended ? undefined : options };
  }

  part(call, me) {
    if (call.owner === me) return "outgoing";
    return this.seat(call, me) ? "answered" : call.rings.get(me)?.state;
  }

  start(me, thread, { device_id: device, call_type: type = "video" } = {}) {
    if (this.down) this.#refuse(403, "callsDown");
    if (this.active(thread)) this.#refuse(403, "callAlreadyActive");
    const call = { id: `c${this.#next++}`, thread, owner: me, type, at: new Date().toISOString(), people: [], rings: new Map(), ended: null, reason: null, by: null, endsAt: null, emptyUntil: null };
    const isBusy = (user) => this.marksBusy && this.calls.some((each) => !each.ended && this.isIn(each, user));
    this.calls.unshift(call);
    this.join(me, call, device);
    const others = this.thread(thread).members.filter((each) => each !== me);
    for (const user of others) call.rings.set(user, this.#ring(isBusy(user) ? "busy" : "ringing"));
    this.ring(me, call, others.filter((user) => !isBusy(user)));
    this.#miss(call, others.filter(isBusy));
    return call;
  }

  #ring = (state) => ({ state, at: new Date().toISOString(), seen: false });

  ring(me, call, users) {
    for (const user of users) call.rings.set(user, this.#ring("ringing"));
    this.send(users, "incoming.call", { call: this.picture(call), sender: this.provider(me) });
    this.ringsChanged(call);
    return users;
  }

  #miss(call, users) {
    this.send(users, "call.missed", { call: this.picture(call), sender: this.provider(call.owner) });
  }

  /** It stops ringing for these: those for whom it did are told. */
  stopRinging(call, users, state, reason, device) {
    const rung = users.filter((user) => call.rings.get(user)?.state === "ringing");
    for (const user of rung) Object.assign(call.rings.get(user), { state });
    this.send(rung, "ring.stopped", { ...this.picture(call), reason, device_id: device });
    if (state === "missed") this.#miss(call, rung);
    if (rung.length > 0) this.ringsChanged(call);
  }

  /** Nobody has answered in time. */
  giveUp(call) {
    if (this.thread(call.thread).type === "private") this.end(call, "noAnswer", null, "missed");
    else this.stopRinging(call, [...call.rings.keys()], "missed", "missed");
  }

  join(me, call, device) {
    if (call.ended) this.#refuse(403, "callEnded");
    const seat = this.seat(call, me);
    if (seat?.kicked) this.#refuse(403, "kicked");
    if (this.isIn(call, me)) return this.#joinAsWell(me, call, seat, device);
    if (call.people.filter(({ left }) => !left).length >= this.mostInCall) this.#refuse(403, "callFull");
    if (seat) Object.assign(seat, { left: null, devices: new Set([device]) });
    else call.people.push({ id: `p${this.#next++}`, user: me, left: null, kicked: false, at: new Date().toISOString(), devices: new Set([device]) });
    call.emptyUntil = null;
    this.send([me], "joined.call", { ...this.picture(call), device_id: device });
    this.stopRinging(call, [me], "answered", "answered", device);
    this.changed(call);
  }

  #joinAsWell(me, call, seat, device) {
    if (seat.devices.has(device)) return;
    this.send([me], "device.joined", { ...this.picture(call), device_id: device });
    if (this.deviceReplaces) for (const each of [...seat.devices]) this.closeDevice(me, call, each, "replaced");
    seat.devices.add(device);
  }

  /** One device of a user goes out of a call in which they stay with another. */
  closeDevice(me, call, device, reason) {
    this.seat(call, me).devices.delete(device);
    this.send([me], "device.left", { ...this.picture(call), device_id: device, reason });
  }

  leave(me, call, device) {
    const seat = this.seat(call, me);
    if (seat.devices.size > 1) return this.closeDevice(me, call, device, "left");
    seat.left = new Date().toISOString();
    const isEmpty = call.people.every(({ left }) => left);
    if (isEmpty && this.emptyGraceSeconds > 0) call.emptyUntil = new Date(Date.now() + this.emptyGraceSeconds * 1000).toISOString();
    this.send([me], "left.call", { ...this.picture(call), device_id: device, ends_at: call.emptyUntil ?? undefined });
    if (isEmpty && !call.emptyUntil) this.end(call, "lastLeft", null);
    this.changed(call);
  }

  decline(me, call) {
    this.declines += 1;
    this.stopRinging(call, [me], "declined", "declined");
    this.send([me], "call.ignored", this.picture(call));
    if (this.thread(call.thread).type === "private") this.end(call, "declined", me);
  }

  end(call, reason, by, why = null) {
    call.ended = new Date();
    Object.assign(call, { reason, by });
    const were = call.people.filter(({ left }) => !left).length;
    for (const seat of call.people) seat.left ??= call.ended.toISOString();
    this.stopRinging(call, [...call.rings.keys()], reason === "maintenance" ? "cancelled" : "missed", why ?? (were > 1 ? "ended" : "cancelled"));
    this.send(this.thread(call.thread).members, "call.ended", this.picture(call));
    this.changed(call);
  }

  /** It has lasted almost as long as a call may. */
  warn(call, seconds) {
    call.endsAt = new Date(Date.now() + seconds * 1000).toISOString();
    this.send(call.people.filter(({ left }) => !left).map(({ user }) => user), "call.ending", { ...this.picture(call), ends_at: call.endsAt });
  }

  ringsChanged(call) {
    const channel = `call.${call.id}`;
    for (const socket of this.sockets) if (socket.channels.has(channel)) socket.send({ event: "call.rings", channel, data: { call: call.id } });
  }

  missed(me) {
    const calls = this.calls.filter((call) => ["missed", "busy"].includes(call.rings.get(me)?.state));
    const data = calls.map((call) => {
      const { state, at, seen } = call.rings.get(me);
      return { call: this.shown(call, me), state, rang_at: at, updated_at: at, seen };
    });
    return { data, meta: { unseen: data.filter(({ seen }) => !seen).length, next_page_id: null } };
  }

  markSeen(me) {
    const { meta } = this.missed(me);
    for (const call of this.calls) if (call.rings.has(me)) call.rings.get(me).seen = true;
    return { seen: meta.unseen };
  }

  ringsOf = (call) => [...call.rings].map(([user, { state, at }]) => ({ callee: this.provider(user), state, rang_at: at, updated_at: at }));

  kick(call, participant, kicked) {
    const seat = call.people.find(({ id }) => id === participant) ?? this.#refuse(404, "participantNotFound");
    seat.kicked = kicked;
    if (kicked) seat.left ??= new Date().toISOString();
    this.send([seat.user], "call.kicked", { thread_id: call.thread, call_id: call.id, kicked });
    this.changed(call);
  }

  nameFor = (thread, me) => thread.name ?? people[thread.members.find((each) => each !== me)];

  conversation(thread, me) {
    const call = this.active(thread.id);
    const seat = call && this.seat(call, me);
    const name = this.nameFor(thread, me);
    const members = thread.members.map((id) => ({ ...this.user(id), admin: thread.admin === id }));
    const active_call = call && {
      id: call.id, owner: this.user(call.owner), created_at: call.at, in_call: this.isIn(call, me), kicked: Boolean(seat?.kicked),
      participants: call.people.filter(({ left }) => !left).length, type: call.type, empty_until: call.emptyUntil, ends_at: call.endsAt, warns_at: call.endsAt && call.at,
    };
    return { id: thread.id, type: thread.type, name, members, active_call };
  }

  past(call, me) {
    const duration_seconds = call.ended && Math.max(0, Math.round((call.ended - Date.parse(call.at)) / 1000));
    const ended_by = call.by && this.user(call.by);
    const others = call.people.filter(({ user }) => user !== me).map(({ user }) => this.user(user));
    return { id: call.id, type: call.type, part: this.part(call, me) ?? "none", with: others, with_more: false, owner: this.user(call.owner), started_at: call.at, duration_seconds, end_reason: call.reason, ended_by };
  }
}

const routes = [
  ["GET", /^\/users$/, () => Object.entries(people).map(([id, name]) => ({ id, name }))],
  ["GET", /^\/session$/, (w, me) => ({ user: w.user(me), media: w.media, heartbeat_seconds: w.heartbeatSeconds, calls_down: w.down, ring_seconds: 45, device_replaces: w.deviceReplaces })],
  ["GET", /^\/conversations$/, (w, me) => w.threads.filter((t) => t.members.includes(me)).map((t) => w.conversation(t, me))],
  ["GET", /^\/conversations\/(\w+)\/history$/, (w, me, thread, body, query) => w.history(me, thread, query.get("before"))],
  ["POST", /^\/calls\/(\w+)\/media$/, (w, me, call) => w.mediaOf(me, call)],
  ["POST", /^\/api\/messenger\/threads\/(\w+)\/calls$/, (w, me, thread, body) => w.shown(w.start(me, thread, body), me)],
  ["GET", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)$/, (w, me, call) => w.shown(w.call(call), me)],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/join$/, (w, me, call, body) => w.join(me, w.call(call), body.device_id)],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/leave$/, (w, me, call, body) => w.leave(me, w.call(call), body.device_id)],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/end$/, (w, me, call) => w.end(w.call(call), "hungUp", me)],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/heartbeat$/, (w, me, id, body) => {
    w.beats += 1;
    const call = w.call(id);
    if (!w.isIn(call, me) || !w.seat(call, me).devices.has(body.device_id)) throw new Refusal(403, "notInCall");
  }],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/ignore$/, (w, me, id) => w.decline(me, w.call(id))],
  ["GET", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/rings$/, (w, me, id) => w.ringsOf(w.call(id))],
  ["POST", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/rings$/, (w, me, id, body) => w.ring(me, w.call(id), body.callees.map((each) => each.split(":")[1]))],
  ["GET", /^\/api\/messenger\/ringing-calls$/, (w, me) => {
    w.ringingAsks += 1;
    return w.calls.filter((call) => call.rings.get(me)?.state === "ringing").map((call) => w.shown(call, me));
  }],
  ["GET", /^\/api\/messenger\/missed-calls$/, (w, me) => w.missed(me)],
  ["POST", /^\/api\/messenger\/missed-calls\/seen$/, (w, me) => w.markSeen(me)],
  ["GET", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/participants$/, (w, me, call) =>
    w.call(call).people.map((p) => ({ id: p.id, call_id: call, owner_id: p.user, owner: w.provider(p.user), created_at: p.at, left_call: p.left }))],
  ["PUT", /^\/api\/messenger\/threads\/\w+\/calls\/(\w+)\/participants\/(\w+)$/, (w, me, call, participant, body) => w.kick(w.call(call), participant, body.kicked)],
];

const userOf = (request) => /messenger_session=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? null;

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length ? JSON.parse(Buffer.concat(parts)) : {};
}

async function serveFile(pathname, response) {
  const vendor = { "/vendor/janus.es.js": "node_modules/janus-gateway/npm/dist/janus.es.js", "/vendor/adapter.js": "node_modules/webrtc-adapter/out/adapter.js" };
  const file = vendor[pathname] ?? (pathname === "/" ? "index.html" : pathname.slice(1));
  const bytes = await readFile(path.join(web, path.normalize(`/${file}`))).catch(() => null);
  response.writeHead(bytes ? 200 : 404, { "Content-Type": types[path.extname(file)] ?? "text/plain", "Content-Security-Policy": policy, "Cache-Control": "no-store" });
  response.end(bytes ?? "");
}

async function answer(world, request, response) {
  const { pathname, searchParams } = new URL(request.url, "http://x");
  const reply = (status, value, headers = {}) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(value === undefined ? "" : JSON.stringify(value));
  };
  const body = ["POST", "PUT"].includes(request.method) ? await bodyOf(request) : {};
  if (pathname === "/session" && request.method === "POST") {
    return reply(200, { user: world.user(body.user) }, { "Set-Cookie": `messenger_session=${body.user}; HttpOnly; SameSite=Strict; Path=/` });
  }
  if (pathname === "/session" && request.method === "DELETE") return reply(204, undefined, { "Set-Cookie": "messenger_session=; Max-Age=0; Path=/" });
  for (const [method, pattern, handle] of routes) {
    const match = pattern.exec(pathname);
    if (!match || method !== request.method) continue;
    const me = userOf(request);
    if (!me && pathname !== "/users") return reply(401, { message: "sign in", reason: "unauthenticated" });
    try {
      return reply(200, (await handle(world, me, ...match.slice(1), body, searchParams)) ?? { message: "success" });
    } catch (error) {
      return reply(error.status ?? 500, { message: error.message, reason: error.reason ?? "internal" });
    }
  }
  return serveFile(pathname, response);
}

/** @returns {Promise<{url: string, world: World, setDown: (down: boolean) => void, drop: () => void, stop: () => void}>} */
export async function startFakeServer(port = 0) {
  const world = new World();
  const server = http.createServer((request, response) => answer(world, request, response));
  server.on("upgrade", (request, stream) => {
    const user = userOf(request);
    if (!user || world.refusesSockets) return stream.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
    const heard = ({ subscribe: channel, unsubscribe }) => {
      if (!channel) return socket.channels.delete(unsubscribe);
      socket.asked.push(channel);
      const reason = world.refusals.shift() ?? (world.mayHear(user, channel) ? undefined : "notMember");
      if (!reason) socket.channels.add(channel);
      return socket.send(reason ? { event: "refused", channel, reason } : { event: "subscribed", channel });
    };
    const socket = acceptSocket(request, stream, { heard, closed: () => world.sockets.delete(socket) });
    Object.assign(socket, { user, channels: new Set(), asked: [] });
    world.sockets.add(socket);
    socket.send({ event: "welcome", data: { user } });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    world,
    setDown(down) {
      world.down = down;
      for (const call of world.calls) if (down && !call.ended) world.end(call, "maintenance", null);
      world.send(null, "calls.down", { down });
    },
    /** Takes a channel away from a user. */
    revoke(channel, user) {
      for (const socket of world.sockets) {
        if (socket.user === user && socket.channels.delete(channel)) socket.send({ event: "revoked", channel, data: null });
      }
    },
    /** Out of reach: who is connected is dropped, and nobody gets in. */
    refuseSockets(refuses) {
      world.refusesSockets = refuses;
      if (refuses) this.drop();
    },
    drop() {
      for (const socket of world.sockets) socket.destroy();
    },
    stop() {
      this.drop();
      server.closeAllConnections();
      server.close();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await startFakeServer(Number(process.argv[2] ?? 8080))).url);
