// Between two: from the call to its end, and what is left of it.
import { phone } from "./support/browser.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, openConversation, seeEachOther, startCall, stats, textOf, World } from "./support/world.mjs";

export function callTests(place) {
  let world, alice, bob;

  test("call: Alice calls, Bob's page rings, he accepts, both see each other; Alice ends, both are told", async () => {
    world = await World.make(place, "call", { MESSENGER_LIMITS_EMPTY_GRACE: "1" });
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob", { viewport: phone });
    const stranger = await world.people.open("carol");
    await stranger.waitForSelector(".person");
    await place.screenshot(stranger, "call_server_sign_in");

    const call = await startCall(world, alice, "Bob");
    await bob.waitForSelector(".ringing[open]");
    expectEqual("who rings", await textOf(bob, ".ringing h2"), "Alice");
    await place.screenshot(bob, "call_server_ringing_phone");
    expect((await textOf(alice, ".stage-state")).startsWith("Ringing Bob"), "Alice's page says that it rings");

    await accept(bob);
    await seeEachOther([alice, bob], 1);
    const room = (await world.janus.rooms())[0];
    expectEqual("the room is the call's", String(room.room).includes(call), true);
    const { exists } = await world.janus.videoRoom({ request: "exists", room: room.room });
    expectEqual("the room exists", exists, true);
    await place.screenshot(alice, "call_server_call");
    await place.screenshot(bob, "call_server_call_phone");

    await alice.click('[data-control="end"]');
    await alice.waitForSelector('.summary h2:text-is("Ended by you")');
    await bob.waitForSelector('.summary h2:text-is("Ended by Alice")');
    expectEqual("the room exists", (await world.janus.videoRoom({ request: "exists", room: room.room })).exists && !(await gone(room)), false);
    await isGone(world, call);
    expectEqual("Bob's page holds a room", (await stats(bob)).holdsRoom, false);
  });

  const gone = (room) => until("Janus has destroyed the room", async () => !(await world.janus.videoRoom({ request: "exists", room: room.room })).exists);

  test("call: the history says how it ended and how long it was", async () => {
    await alice.click(".close-summary");
    await alice.waitForSelector('.past-call[data-end="hungUp"] .duration');
    expect((await textOf(alice, ".past-call")).includes("Ended by you"), "the history names who ended it");
    await place.screenshot(alice, "call_server_history");
  });

  test("call: a declined private call ends, for the caller too", async () => {
    await bob.click(".close-summary");
    const call = await startCall(world, alice, "Bob");
    await bob.click(".ringing .decline");
    await alice.waitForSelector('.summary h2:text-is("Declined by Bob")');
    await isGone(world, call);
    await alice.click(".close-summary");
  });

  test("call: muting, and a camera that is off, are seen by the other", async () => {
    await startCall(world, alice, "Bob");
    await accept(bob);
    await seeEachOther([alice, bob], 1);
    const other = ".tile:not(.is-self)";
    await bob.click('[data-control="camera"]');
    await alice.waitForSelector(`${other}[data-camera="off"]`);
    await bob.click('[data-control="microphone"]');
    await alice.waitForSelector(`${other}[data-microphone="off"]`);
    await bob.click('[data-control="camera"]');
    await alice.waitForSelector(`${other}[data-camera="on"][data-microphone="off"]`);
    await seeEachOther([alice, bob], 1);
  });

  test("call: a page that is loaded again goes on with its call, also when what media needs does not arrive at first", async () => {
    const missed = new Set();
    await bob.route("**/vendor/*", (route) => {
      const url = route.request().url();
      return missed.has(url) ? route.continue() : missed.add(url) && route.abort();
    });
    await bob.reload();
    await bob.waitForSelector(".controls");
    await until("Bob's page is back", async () => (await stats(bob)).media === "connected");
    await bob.unroute("**/vendor/*");
    expectEqual("what did not arrive at first", missed.size, 2);
    await seeEachOther([alice, bob], 1);
  });

  test("call: a page whose tokens have expired on the way asks for others, and is back", async () => {
    let asked = 0;
    await handOut(bob, async (details) => {
      asked += 1;
      return asked === 1 ? { ...details, token: world.janus.token(-1) } : details;
    });
    await bob.reload();
    await until("Bob's page is back", async () => (await stats(bob)).media === "connected");
    expectEqual("how often Bob's page asked for tokens", asked, 2);
    await seeEachOther([alice, bob], 1);
    await bob.unroute(media);
  });

  test("call: it outlives its tokens, and what a page does then still counts", async () => {
    let asked = 0;
    await handOut(bob, async (details) => {
      asked += 1;
      return { ...details, token: world.janus.token(3), expires_in: 3 };
    });
    await bob.reload();
    await until("Bob's page has renewed its tokens twice: the first are worth nothing now", () => asked === 3);
    expectEqual("Bob's media", (await stats(bob)).media, "connected");
    await bob.click('[data-control="microphone"]');
    await alice.waitForSelector('.tile:not(.is-self)[data-microphone="off"]');
    await seeEachOther([alice, bob], 1);
    await bob.unroute(media);
  });

  test("call: one who hears of the others before being let in sees them all the same", async () => {
    // News of another may overtake the answer to one's own join. Here they always do, by so much that the page has a handle for the other.
    let joined = null;
    let overtaken = false;
    let released = false;
    let entered = 0;
    bob.on("response", (response) => (entered += response.url().endsWith("/media")));
    await bob.routeWebSocket(world.janus.url, (page) => {
      const server = page.connectToServer();
      server.onMessage((text) => {
        if (!joined && text.includes('"videoroom":"joined"')) return void (joined = text);
        page.send(text);
        if (overtaken && !released && text.includes('"janus":"success"')) {
          released = true;
          page.send(joined);
        }
        overtaken ||= text.includes('"publishers":[{');
      });
    });
    await bob.reload();
    await until("Bob's page has asked to join", () => joined);
    await alice.reload();
    await until("Bob's page hears of Alice first", () => released);
    await seeEachOther([alice, bob], 1);
    expectEqual("how often Bob's page entered", entered, 1);
  });

  const media = "**/calls/*/media";
  /** Gives a page another way into the room than the server does. */
  const handOut = (page, change) => page.route(media, async (route) => {
    const response = await route.fetch();
    return route.fulfill({ response, json: response.ok() ? await change(await response.json()) : await response.json() });
  });

  test("call: who leaves is out, and the last one who leaves ends it", async () => {
    const { call } = await stats(alice);
    await bob.click('[data-control="leave"]');
    await bob.waitForSelector('.summary[data-how="left"]');
    await alice.waitForSelector('.stage-state:text("alone")');
    await alice.click('[data-control="leave"]');
    await alice.waitForSelector('.summary[data-how="left"]');
    await isGone(world, call);
    expectEqual("how it ended", (await world.server.show(call)).end_reason, "lastLeft");
  });

  test("call: while calls are down the pages say so, and nobody can call", async () => {
    await alice.click(".close-summary");
    await world.server.console("calls:down", "--duration=5");
    await alice.waitForSelector('[data-banner="down"]');
    await openConversation(alice, "Bob");
    expect(await alice.isDisabled(".call-button"), "the call button is disabled");
    await world.server.console("calls:up");
    await alice.waitForSelector('[data-banner="down"]', { state: "detached" });
    await alice.waitForSelector(".call-button:enabled");
    await place.leave(world, { alice, bob });
  }, { within: 90000 });
}

