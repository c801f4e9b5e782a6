// Who says nothing any more. A server looks for the silent once a minute, and leaves calls of the first minute alone; so the pages are
// closed early, and what became of their calls is asked when the other tests are through.
import { expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, openConversation, seeEachOther, startCall, stats, World } from "./support/world.mjs";

const enough = 130000;

export function presenceTests(place) {
  let world, alice, pair, lonely;
  const inCall = async (call) => (await world.server.show(call)).participants.filter((each) => each.in_call).length;

  function begin() {
    test("presence: pages are closed without leaving; at first nobody is evicted", async () => {
      world = await World.make(place, "presence", { MESSENGER_PRESENCE_TTL: "20", MESSENGER_PRESENCE_WRITE_BEHIND: "1", MESSENGER_LIMITS_EMPTY_GRACE: "0" }, ["--media-token-seconds", "10"]);
      alice = await world.people.signedIn("alice");
      const bob = await world.people.signedIn("bob");
      const second = await world.people.signedIn("alice");
      pair = await startCall(world, alice, "Bob");
      await accept(bob);
      lonely = await startCall(world, second, "The team");
      await seeEachOther([alice, bob], 1);
      await bob.close({ runBeforeUnload: false });
      await second.close({ runBeforeUnload: false });
      expectEqual("in the pair's call", await inCall(pair), 2);
      expectEqual("in the call of the team", await inCall(lonely), 1);
    });
  }

  function finish() {
    test("presence: who was closed is out after the TTL, who sends heartbeats is not", async () => {
      await until("Bob is out", async () => (await inCall(pair)) === 1, { within: enough, every: 500 });
      await alice.waitForSelector('.stage-state:text("alone")');
      expectEqual("Alice's call", (await stats(alice)).call, pair);
      expectEqual("the call is active", (await world.server.show(pair)).active, true);
    }, { within: enough + 10000 });

    test("presence: a call outlasts its tokens many times; who was out joins it again", async () => {
      const bob = await world.people.signedIn("bob");
      await openConversation(bob, "Alice");
      await bob.click(".join-button");
      await seeEachOther([alice, bob], 1);
      await bob.click('[data-control="leave"]');
      await alice.waitForSelector('.stage-state:text("alone")');
    });

    test("presence: a call in which nobody is left ends", async () => {
      await until("it has ended", async () => !(await world.server.show(lonely)).active, { within: enough, every: 500 });
      expectEqual("how it ended", (await world.server.show(lonely)).end_reason, "inactive");
      await isGone(world, lonely);
      await alice.click('[data-control="end"]');
      await isGone(world, pair);
      await place.leave(world, { alice });
    }, { within: enough + 10000 });
  }

  return { begin, finish };
}
