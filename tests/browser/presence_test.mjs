// Who says nothing any more. The server has a short TTL, so that this does not take minutes.
import { test, expectEqual } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, seeEachOther, startCall, World } from "./support/world.mjs";

export function presenceTests(place) {
  let world, alice, bob, call;
  const inCall = async () => (await world.server.show(call)).participants.filter(({ left_at: left }) => left === null).length;

  test("presence: a page that is closed without leaving is out after the TTL, the other stays", async () => {
    world = await World.make(place, "presence", { MESSENGER_PRESENCE_TTL: "4", MESSENGER_PRESENCE_WRITE_BEHIND: "1" });
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob");
    call = await startCall(world, alice, "Bob");
    await accept(bob);
    await seeEachOther([alice, bob], 1);
    await bob.close({ runBeforeUnload: false });
    await alice.waitForSelector('.stage-state:text("alone")', { timeout: 25000 });
    expectEqual("in the call", await inCall(), 1);
  });

  test("presence: when nobody is left the call ends", async () => {
    await alice.close({ runBeforeUnload: false });
    await until("the call has ended", async () => (await world.server.show(call)).active === false, { within: 25000 });
    expectEqual("how it ended", (await world.server.show(call)).end_reason, "inactive");
    await isGone(world, call);
    await place.leave(world, {});
  });
}
