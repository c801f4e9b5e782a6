// What happens to a call when one of the servers dies in the middle of it.
import { expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, seeEachOther, startCall, stats, World } from "./support/world.mjs";

export function restartTests(place) {
  let world, alice, bob, call;

  test("restarts: the call server is killed and comes back; nobody is evicted, the media never stops", async () => {
    world = await World.make(place, "restarts");
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob");
    call = await startCall(world, alice, "Bob");
    await accept(bob);
    await seeEachOther([alice, bob], 1);
    const before = (await stats(alice)).remotes[0];
    await world.server.kill();
    await alice.waitForSelector('[data-banner="connection"]');
    await seeEachOther([alice, bob], 1);
    await world.server.start();
    for (const page of [alice, bob]) await page.waitForSelector('[data-banner="connection"]', { state: "detached" });
    await seeEachOther([alice, bob], 1);
    const after = (await stats(alice)).remotes[0];
    expectEqual("the same stream", after.framesDecoded > before.framesDecoded && after.id === before.id, true);
    const { active, participants } = await world.server.show(call);
    expectEqual("the call is active", active, true);
    expectEqual("who is in it", participants.filter((each) => each.in_call).length, 2);
  });

  test("restarts: Janus is killed and comes back; the pages come back to the call", async () => {
    await world.janus.kill();
    await alice.waitForSelector('.stage-state:text("lost")');
    await world.janus.start();
    for (const page of [alice, bob]) {
      await until("the page is back", async () => (await stats(page)).media === "connected", { within: 40000 });
    }
    await seeEachOther([alice, bob], 1);
    expectEqual("Alice's call", (await stats(alice)).call, call);
  }, { within: 90000 });

  test("restarts: after both deaths the call ends as any other", async () => {
    await bob.click('[data-control="end"]');
    await alice.waitForSelector('.summary h2:text-is("Ended by Bob")');
    await bob.waitForSelector('.summary[data-how="ended"]');
    await isGone(world, call);
    expectEqual("how it ended", (await world.server.show(call)).end_reason, "hungUp");
    await place.leave(world, { alice, bob });
  });
}
