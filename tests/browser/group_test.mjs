// In a group: three pages, and one of them is removed.
import { phone } from "./support/browser.mjs";
import { intrude } from "./support/intruder.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, seeEachOther, startCall, stats, World } from "./support/world.mjs";

export function groupTests(place) {
  let world, alice, bob, carol, call, carolsWay;

  test("group: three pages see each other", async () => {
    world = await World.make(place, "group");
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob", { viewport: phone });
    carol = await world.people.signedIn("carol", { colorScheme: "dark" });
    carol.on("response", async (response) => {
      if (response.url().endsWith("/media") && response.ok()) carolsWay = await response.json();
    });
    call = await startCall(world, alice, "The team");
    await accept(bob);
    await carol.waitForSelector(".ringing[open]");
    await place.screenshot(carol, "call_server_ringing_dark");
    await accept(carol);
    await seeEachOther([alice, bob, carol], 2);
    await place.screenshot(alice, "call_server_group");
    await place.screenshot(bob, "call_server_group_phone");
  });

  test("group: only who runs it can remove or end", async () => {
    await bob.click('[data-control="people"]');
    await bob.waitForSelector(".people-panel li >> nth=2");
    expectEqual("Bob's buttons for removing", await bob.locator(".people-panel .remove").count(), 0);
    expectEqual("Bob's buttons for ending", await bob.locator('[data-control="end"]').count(), 0);
  });

  let seenByCarol;
  test("group: one who is in the room under another id too is seen, and that changes nothing for the others", async () => {
    seenByCarol = (await stats(carol)).remotes.map(({ id }) => id);
    expectEqual("others on Carol's page", seenByCarol.length, 2);
    expectEqual("a second way in", await intrude(carol, { ...carolsWay, participant: "somebody" }), "joined");
    await until("Janus has four", async () => (await world.janus.inRoom(call)).length === 4);
    await seeEachOther([alice, bob, carol], 2);
  });

  test("group: one who is removed has no media and no room details any more; the others go on", async () => {
    await alice.click('[data-control="people"]');
    await alice.click('.people-panel li:has-text("Carol") .remove');
    await alice.click(".confirm .danger");
    await carol.waitForSelector('.summary[data-how="removed"]');
    const now = await stats(carol);
    expectEqual("Carol's page holds a room", now.holdsRoom, false);
    expectEqual("Carol's page receives", now.remotes.length, 0);
    const kept = await carol.evaluate(async (id) => {
      const way = { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } };
      const [media, list] = await Promise.all([fetch(`/calls/${id}/media`, way), fetch("/api/messenger/active-calls")]);
      const live = [...document.querySelectorAll("video")].filter((video) => video.srcObject?.active).length;
      return { status: media.status, refusal: await media.text(), calls: await list.text(), live };
    }, call);
    expectEqual("Carol's way to the media", kept.status, 403);
    expectEqual("pictures on Carol's page", kept.live, 0);
    for (const text of [kept.refusal, kept.calls]) expect(!/room_id|room_pin|"pin"|"token"/.test(text), "no room details are given");
    await until("Janus has put Carol out, under both ids", async () => (await world.janus.inRoom(call)).length === 2);
    await seeEachOther([alice, bob], 1);
    await place.screenshot(alice, "call_server_removed");
  });

  test("group: with the token that they kept, and under every id that they have seen, they get nothing", async () => {
    const before = (await world.janus.inRoom(call)).sort();
    for (const participant of [carolsWay.participant, "somebody", "nobody", ...seenByCarol]) {
      for (const token of [carolsWay.room_token, carolsWay.token, world.janus.token(60)]) {
        expectEqual(`the answer to Carol as ${participant}`, await intrude(carol, { ...carolsWay, participant, room_token: token }), 433);
      }
    }
    expectEqual("who is in the room", JSON.stringify((await world.janus.inRoom(call)).sort()), JSON.stringify(before));
    await seeEachOther([alice, bob], 1);
    expectEqual("what Carol's page receives", (await stats(carol)).remotes.length, 0);
    await carol.evaluate(() => window.intrusions.forEach((socket) => socket.close()));
  });

  test("group: one who sits in another one's place is thrown out as soon as that one comes back", async () => {
    const [bobsPlace] = (await stats(alice)).remotes.map(({ id }) => id);
    // Bob's page is gone for a moment, and Alice, who has a token, takes his place.
    const way = await alice.evaluate(async (id) => {
      const body = JSON.stringify({ device_id: sessionStorage.getItem("call-server.device") });
      return (await fetch(`/calls/${id}/media`, { method: "POST", body, headers: { "Content-Type": "application/json" } })).json();
    }, call);
    await bob.goto("about:blank");
    await until("Bob is out of the room", async () => !(await world.janus.inRoom(call)).includes(bobsPlace));
    expectEqual("Alice in Bob's place", await intrude(alice, { ...way, participant: bobsPlace }), "joined");
    await bob.goBack();
    await bob.waitForSelector(".controls");
    await seeEachOther([alice, bob], 1);
    await until("nobody is in Bob's place of before", async () => !(await world.janus.inRoom(call)).includes(bobsPlace));
    expectEqual("how many are in the room", (await world.janus.inRoom(call)).length, 2);
  });

  test("group: one who is let back in can join again", async () => {
    await alice.click(".people-panel .restore");
    await carol.click(".close-summary");
    await carol.click(".join-button");
    await seeEachOther([alice, bob, carol], 2);
  });

  test("group: the owner ends it for all", async () => {
    await alice.click('[data-control="end"]');
    for (const page of [alice, bob, carol]) await page.waitForSelector('.summary[data-how="ended"]');
    await isGone(world, call);
    await place.leave(world, { alice, bob, carol });
  });
}
