// The page alone, on a stand-in for the server: how it shows ringing, devices, missed calls, and limits.
import { startFakeServer } from "./fake_server.mjs";
import { People, phone } from "./support/browser.mjs";
import { lowContrast } from "./support/contrast.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, openConversation, stats, textOf } from "./support/world.mjs";

const soon = { timeout: 10000 };

export function pageRingingTests() {
  let server, world, people, alice, bob;
  const problems = [];
  const capture = { watch: (page, who) => page.on("pageerror", (error) => problems.push(`${who}: ${error.message}`)) };
  const elsewhere = "another-device";

  const toast = (page, text) => page.waitForSelector(`.toast:has-text("${text}")`, soon);
  const silent = (page) => page.waitForSelector(".ringing", { state: "detached", timeout: soon.timeout });
  const rings = (page) => page.waitForSelector(".ringing[open]", soon);
  const deviceOf = (page) => page.evaluate(() => sessionStorage.getItem("call-server.device"));
  const forgetToasts = (page) => page.evaluate(() => document.getElementById("toasts").replaceChildren());
  /** By day and by night, and no wider than the window. */
  const looksWell = async (page, what) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expectEqual(`${what}: too faint, ${colorScheme}`, (await page.evaluate(lowContrast)).join(", "), "");
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide <= 0, `${what}: ${wide} px too wide`);
  };

  test("ringing page: every way to stop is told in words; what this page did itself is not", async () => {
    server = await startFakeServer();
    world = server.world;
    people = new People({ url: () => server.url, capture });
    alice = await people.signedIn("alice");
    bob = await people.signedIn("bob", { viewport: phone });
    const ways = [
      [(call) => world.join("bob", call, elsewhere), "Alice: answered on another device"],
      [(call) => world.decline("bob", call), "Alice: declined on another device"],
      [(call) => world.giveUp(call), "You missed a call from Alice"],
      [(call) => world.end(call, "hungUp", "alice"), "Alice hung up before you answered"],
    ];
    for (const [stop, said] of ways) {
      const call = world.start("alice", "t1", { device_id: elsewhere });
      await rings(bob);
      await looksWell(bob, "ringing");
      stop(call);
      await toast(bob, said);
      await silent(bob);
      expectEqual("its role", await bob.locator(".toast").getAttribute("role"), "status");
      await forgetToasts(bob);
      if (!call.ended) world.end(call, "hungUp", "alice");
    }
    const call = world.start("alice", "t1", { device_id: elsewhere });
    await rings(bob);
    await bob.click(".ringing .decline");
    await until("the server knows", () => call.ended);
    await silent(bob);
    await bob.evaluate(() => fetch("/session").then(({ status }) => status));
    expectEqual("what is said of an own decline", await bob.locator(".toast").count(), 0);
  });

  test("ringing page: what rings is asked after a lost connection and a reload; what was silenced stays so until it rings again", async () => {
    const call = world.start("alice", "t1", { device_id: elsewhere });
    await rings(bob);
    await bob.reload();
    await rings(bob);
    server.refuseSockets(true);
    await bob.waitForSelector('[data-banner="connection"]', soon);
    expectEqual("it rings meanwhile", await bob.locator(".ringing[open]").count(), 1);
    world.join("bob", call, elsewhere);
    server.refuseSockets(false);
    await toast(bob, "Alice: answered on another device");
    await silent(bob);
    world.end(call, "hungUp", "alice");
    const next = world.start("alice", "t1", { device_id: elsewhere });
    await rings(bob);
    await bob.focus(".ringing .accept");
    await bob.keyboard.press("Escape");
    await silent(bob);
    const old = new Set(world.sockets);
    server.drop();
    await until("it is connected, and has asked", () => [...world.sockets].some((each) => each.user === "bob" && !old.has(each) && each.channels.has("thread.t1")));
    await bob.evaluate(() => fetch("/api/messenger/ringing-calls").then(({ status }) => status));
    expectEqual("it rings", await bob.locator(".ringing").count(), 0);
    world.ring("alice", next, ["bob"]);
    await rings(bob);
    world.giveUp(next);
    await silent(bob);
  });

  test("ringing page: a ring that goes on for too long is asked about; one that the server has ended stops", async () => {
    const dave = await people.signedIn("dave");
    await until("it has asked what rings", () => dave.evaluate(() => fetch("/session").then(({ status }) => status === 200)));
    await dave.clock.install();
    const call = world.start("carol", "t2", { device_id: elsewhere });
    await Promise.all([alice, bob, dave].map(rings));
    for (const page of [alice, bob]) await page.click(".ringing .decline");
    const asks = world.ringingAsks;
    await dave.clock.fastForward(50000);
    await until("it asks", () => world.ringingAsks > asks);
    expectEqual("it rings", await dave.locator(".ringing[open]").count(), 1);
    // What would have told the page is lost.
    world.join("dave", call, elsewhere);
    call.rings.get("dave").state = "answered";
    await toast(dave, "Carol: answered on another device");
    world.end(call, "hungUp", "carol");
    await dave.close();
  });

  test("ringing page: a tab is one device through reloads; a copy of it is another", async () => {
    const first = await deviceOf(bob);
    expect(/^[0-9a-f]{24}$/.test(first), `it has a name: ${first}`);
    await bob.reload();
    await bob.waitForSelector(".conversation");
    expectEqual("its name after a reload", await deviceOf(bob), first);
    const opened = bob.context().waitForEvent("page");
    // A window that is opened like this begins with a copy of what the tab keeps.
    await bob.evaluate(() => void window.open(location.href));
    const copy = await opened;
    await copy.waitForSelector(".conversation");
    const second = await deviceOf(copy);
    expect(second && second !== first, "the copy has a name of its own");
    await copy.close();
  });

  test("ringing page: where a further device replaces the others, the page that was replaced says so", async () => {
    world.deviceReplaces = true;
    for (const page of [alice, bob]) await page.reload();
    await openConversation(alice, "Bob");
    await alice.click(".call-button");
    await accept(bob);
    const second = await people.signedIn("bob");
    await openConversation(second, "Alice");
    await second.click('.join-button:has-text("Take the call here too")');
    await bob.waitForSelector('.summary[data-how="replaced"] h2:text-is("You took the call on another device")', soon);
    await looksWell(bob, "replaced");
    expectEqual("it is in the call", (await stats(bob)).call, null);
    expect((await stats(second)).call, "the other is");
    await second.click('[data-control="end"]');
    for (const page of [alice, bob]) await page.click(".close-summary");
    await second.close();
    world.deviceReplaces = false;
  });

  test("ringing page: missed calls are counted, listed, marked as new once, and called back", async () => {
    world.markSeen("bob");
    await bob.reload();
    await bob.click(".back");
    expectEqual("the badge", await bob.locator(".badge").count(), 0);
    world.end(world.start("alice", "t2", { device_id: elsewhere }), "hungUp", "alice");
    world.end(world.start("alice", "t1", { device_id: elsewhere, call_type: "audio" }), "hungUp", "alice");
    await bob.waitForSelector('.badge:has-text("2")', soon);
    await until("the title counts them", async () => (await bob.title()) === "(2) Calls");
    await looksWell(bob, "the badge");
    await bob.focus(".missed-entry");
    await bob.keyboard.press("Enter");
    await bob.waitForSelector(".missed-list .past-call.is-new >> nth=1");
    await bob.waitForSelector(".badge", { state: "detached" });
    expectEqual("what the server counts", world.missed("bob").meta.unseen, 0);
    await looksWell(bob, "missed calls");
    expect((await textOf(bob, ".missed-list .past-call")).includes("Audio call"), "what kind of call it was");
    await bob.click(".missed-list .call-back");
    await until("an audio call is started", () => world.active("t1")?.type === "audio");
    await alice.click(".ringing .decline");
    await bob.click(".close-summary");
    await bob.click(".back");
    await bob.click(".missed-entry");
    expectEqual("what is new", await bob.locator(".missed-list .is-new").count(), 0);
  });

  test("ringing page: no answer, busy, and a full call are said, with the way on", async () => {
    await openConversation(alice, "Bob");
    await alice.click(".call-button");
    await rings(bob);
    world.giveUp(world.active("t1"));
    await alice.waitForSelector('.summary[data-end="noAnswer"] h2:text-is("No answer")', soon);
    expectEqual("what is said", await textOf(alice, ".summary-text"), "Bob did not answer.");
    await looksWell(alice, "no answer");
    world.marksBusy = true;
    const other = world.start("bob", "t2", { device_id: elsewhere });
    await alice.click(".ringing .decline");
    await alice.click(".call-again");
    await alice.waitForSelector('.stage-state:text-is("Bob is in another call")', soon);
    await toast(bob, "Alice called while you were in a call");
    await looksWell(alice, "busy");
    await alice.click('.ring-again:has-text("Ring anyway")');
    await rings(bob);
    await alice.waitForSelector('.stage-state:text("Ringing Bob")');
    await alice.click('[data-control="end"]');
    await alice.click(".close-summary");
    world.mostInCall = 1;
    await openConversation(alice, "The team");
    await alice.click(".join-button");
    await alice.waitForSelector('.toast[role="alert"]:has-text("This call is full. Try again when somebody has left.")');
    await alice.click(".toast button");
    world.mostInCall = Infinity;
    world.marksBusy = false;
    world.end(other, "hungUp", "bob");
  });

  test("ringing page: in a group it is seen, and said aloud, what becomes of each ring; each may ring again", async () => {
    await openConversation(alice, "The team");
    await alice.click(".call-button");
    await bob.waitForSelector('.ringing[open]:has-text("is calling in The team")');
    const call = world.active("t2");
    const is = (who, state) => alice.waitForSelector(`[data-ring="${who}"][data-state="${state}"]`, soon);
    await Promise.all(["bob", "carol", "dave"].map((who) => is(who, "ringing")));
    expectEqual("the state", await textOf(alice, ".stage-state"), "Ringing Bob, Carol and Dave…");
    world.decline("carol", call);
    await is("carol", "declined");
    await until("it is said", async () => (await textOf(alice, "#announcer")).includes("Carol: declined"));
    world.giveUp(call);
    await is("dave", "missed");
    expectEqual("the state", await textOf(alice, ".stage-state"), "Nobody has answered");
    await alice.click('[data-ring="dave"] .ring-again');
    await is("dave", "ringing");
    await alice.click('[data-ring="bob"] .ring-again');
    await accept(bob);
    await alice.waitForSelector('[data-ring="bob"]', { state: "detached" });
    for (const page of [alice, bob]) await looksWell(page, "a group");
  });

  test("ringing page: that a call ends soon is counted down, after a reload too", async () => {
    const call = world.active("t2");
    world.warn(call, 50);
    for (const page of [alice, bob]) await page.waitForSelector('.call-ending[role="timer"]:has-text("This call ends in 00:")');
    await until("it is said", async () => /This call ends in \d+ seconds/.test(await textOf(bob, "#announcer")));
    const before = await textOf(alice, ".call-ending");
    await until("it counts", async () => (await textOf(alice, ".call-ending")) !== before);
    for (const page of [alice, bob]) await looksWell(page, "the warning");
    await bob.reload();
    await bob.waitForSelector('.call-ending:has-text("This call ends in 00:")');
  });

  test("ringing page: how long an empty call waits is counted down for all who might come back", async () => {
    world.emptyGraceSeconds = 40;
    const call = world.active("t2");
    const carol = await people.signedIn("carol");
    await openConversation(carol, "The team");
    await bob.click('[data-control="leave"]');
    await bob.waitForSelector('.summary[data-afterwards="goesOn"]');
    await alice.click('[data-control="leave"]');
    await alice.waitForSelector('.summary[data-afterwards="empty"] .count-down[role="timer"]');
    await carol.waitForSelector('.call-card:has-text("Everyone has left the call") .count-down');
    for (const page of [alice, bob, carol]) {
      const before = await textOf(page, ".count-down");
      await until("it counts", async () => (await textOf(page, ".count-down")) !== before);
      await looksWell(page, "an empty call");
    }
    await alice.click(".rejoin");
    await until("Alice is in it", () => world.isIn(call, "alice"));
    await bob.waitForSelector('.summary[data-afterwards="goesOn"]');
    await alice.click('[data-control="leave"]');
    await bob.waitForSelector('.summary[data-afterwards="empty"]');
    world.end(call, "lastLeft", null);
    for (const page of [alice, bob]) {
      await page.waitForSelector('.summary[data-afterwards="ended"]:has-text("It has ended.")');
      expectEqual("the way back", await page.locator(".rejoin:visible").count(), 0);
    }
    world.emptyGraceSeconds = 0;
    await carol.close();
  });

  test("ringing page: an audio call is told, drawn without pictures, and found in the history", async () => {
    for (const page of [alice, bob]) await page.click(".close-summary");
    await openConversation(alice, "Bob");
    await alice.click(".audio-call-button");
    await bob.waitForSelector('.ringing[open] .ringing-kind:has-text("Audio call")');
    await accept(bob);
    await alice.waitForSelector(".tile:not(.is-self)");
    for (const page of [alice, bob]) {
      await looksWell(page, "an audio call");
      expectEqual("pictures", await page.evaluate(() => [...document.querySelectorAll("video")].filter((each) => each.srcObject).length), 0);
      expectEqual("notes of a camera", await page.locator(".camera-note:visible").count(), 0);
    }
    await alice.click('[data-control="end"]');
    await alice.click(".close-summary");
    await alice.waitForSelector('.past-call[data-part="outgoing"]:has-text("audio")');
    expectEqual("problems", problems.join("\n"), "");
    await people.close();
    server.stop();
  });
}
