// In a group: three pages, and one of them is removed.
import { phone } from "./support/browser.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, seeEachOther, startCall, stats, World } from "./support/world.mjs";

export function groupTests(place) {
  let world, alice, bob, carol, call;

  test("group: three pages see each other", async () => {
    world = await World.make(place, "group");
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob", { viewport: phone });
    carol = await world.people.signedIn("carol", { colorScheme: "dark" });
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

  test("group: one who is removed has no media and no room details any more; the others go on", async () => {
    await alice.click('[data-control="people"]');
    await alice.click('.people-panel li:has-text("Carol") .remove');
    await alice.click(".confirm .danger");
    await carol.waitForSelector('.summary[data-how="removed"]');
    const now = await stats(carol);
    expectEqual("Carol's page holds a room", now.holdsRoom, false);
    expectEqual("Carol's page receives", now.remotes.length, 0);
    const kept = await carol.evaluate(async (id) => {
      const [media, list] = await Promise.all([fetch(`/calls/${id}/media`), fetch("/api/messenger/active-calls")]);
      const live = [...document.querySelectorAll("video")].filter((video) => video.srcObject?.active).length;
      return { status: media.status, refusal: await media.text(), calls: await list.text(), live };
    }, call);
    expectEqual("Carol's way to the media", kept.status, 403);
    expectEqual("pictures on Carol's page", kept.live, 0);
    for (const text of [kept.refusal, kept.calls]) expect(!/room_id|room_pin|"pin"|"token"/.test(text), "no room details are given");
    await until("Janus has put Carol out", async () => {
      const room = (await world.janus.rooms()).find((each) => String(each.room).includes(call));
      const { participants } = await world.janus.videoRoom({ request: "listparticipants", room: room.room });
      return participants.filter(({ publisher }) => publisher).length === 2;
    });
    await seeEachOther([alice, bob], 1);
    await place.screenshot(alice, "call_server_removed");
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
