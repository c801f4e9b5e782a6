// The page alone, on a stand-in for the server: what needs no media, and what is hard to bring about with a real one.
import path from "node:path";
import { startFakeServer } from "./fake_server.mjs";
import { desktop, People } from "./support/browser.mjs";
import { lowContrast } from "./support/contrast.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, openConversation, stats, textOf } from "./support/world.mjs";

const small = { width: 360, height: 740 };
/** Long before the next heartbeat, which would find out too. */
const soon = { timeout: 10000 };

export function pageTests(place) {
  let server, people, alice, bob;
  const problems = [];
  const capture = {
    watch: (page, who) => {
      page.on("pageerror", (error) => problems.push(`${who}: ${error.message}`));
      page.on("console", (message) => /Content Security Policy/.test(message.text()) && problems.push(`${who}: ${message.text()}`));
    },
  };

  test("page: one signs in by keyboard alone, and calls", async () => {
    server = await startFakeServer();
    people = new People({ url: () => server.url, capture });
    alice = await people.open("alice", { viewport: desktop });
    await alice.waitForSelector(".person");
    await alice.keyboard.press("Tab");
    expectEqual("the focus is on", await alice.evaluate(() => document.activeElement.dataset.user), "alice");
    await alice.keyboard.press("Enter");
    await alice.waitForSelector(".conversation");
    await press(alice, "Tab", () => document.activeElement.dataset.thread === "t1");
    await alice.keyboard.press("Enter");
    await alice.waitForSelector(".call-button");
    await press(alice, "Tab", () => document.activeElement.matches(".call-button"));
    bob = await people.signedIn("bob", { viewport: small });
    await alice.keyboard.press("Enter");
    await bob.waitForSelector(".ringing[open]");
  });

  const hush = async (...pages) => {
    const { declines } = server.world;
    for (const page of pages) {
      await page.focus(".ringing[open] .accept");
      await page.keyboard.press("Escape");
      await page.waitForSelector(".ringing", { state: "detached" });
      // What it has asked before this has come.
      await page.evaluate(() => fetch("/session").then(({ status }) => status));
    }
    expectEqual("declined", server.world.declines, declines);
  };

  const press = async (page, key, isThere) => {
    for (let times = 0; times < 20; times += 1) {
      await page.keyboard.press(key);
      if (await page.evaluate(isThere)) return;
    }
    throw new Error(`${key} does not lead there`);
  };

  test("page: ringing is an alert dialog with a name, holds the focus, flashes the title, and is said aloud", async () => {
    const dialog = bob.locator(".ringing");
    expectEqual("its role", await dialog.getAttribute("role"), "alertdialog");
    expect(await bob.evaluate(() => document.activeElement.matches(".accept")), "the focus is on Accept");
    for (const _ of [1, 2, 3, 4]) {
      await bob.keyboard.press("Tab");
      expect(await bob.evaluate(() => document.activeElement === document.body || document.querySelector(".ringing").contains(document.activeElement)), "the focus stays in the dialog");
    }
    await until("the title says who calls", async () => (await bob.title()) === "Alice is calling");
    expectEqual("what is said", await textOf(bob, "#announcer"), "Alice is calling");
  });

  test("page: Escape silences without declining; the call stays in its conversation", async () => {
    await bob.keyboard.press("Escape");
    await bob.waitForSelector(".ringing", { state: "detached" });
    expectEqual("the title", await bob.title(), "Calls");
    expectEqual("the call goes on", server.world.calls[0].ended, null);
    await openConversation(bob, "Alice");
    await bob.click(".join-button");
    await alice.waitForSelector('.tile:not(.is-self)');
  });

  test("page: without a media server it says so, and the call is a call all the same", async () => {
    for (const page of [alice, bob]) {
      await page.waitForSelector('[data-banner="media"]');
      await page.waitForSelector('.stage-state:text("without picture and sound")');
    }
    await alice.click('[data-control="end"]');
    await bob.waitForSelector('.summary h2:text-is("Ended by Alice")');
    for (const page of [alice, bob]) await page.click(".close-summary");
  });

  test("page: a call that was answered in another window stops ringing in this one", async () => {
    const second = await people.signedIn("bob");
    await alice.click(".call-button");
    for (const page of [bob, second]) await page.waitForSelector(".ringing[open]");
    await accept(second);
    await bob.waitForSelector(".ringing", { state: "detached" });
    expectEqual("this window is in the call", (await stats(bob)).call, null);
    await second.click('[data-control="end"]');
    await alice.click(".close-summary");
    await second.close();
  });

  test("page: while it rings in a call, the controls stay in reach; accepting leaves the call", async () => {
    const carol = await people.signedIn("carol");
    await alice.click(".call-button");
    await accept(bob);
    await openConversation(carol, "The team");
    await carol.click(".call-button");
    await bob.waitForSelector('.ringing[open] .hint:text("leaves the call you are in")');
    await bob.click('[data-control="microphone"]');
    await bob.waitForSelector('[data-control="microphone"][aria-pressed="false"]');
    await accept(bob);
    await bob.waitForSelector('.stage-header h2:text-is("The team")');
    await alice.waitForSelector('.stage-state:text("alone")');
    await carol.click('[data-control="end"]');
    await carol.close();
    await alice.keyboard.press("Escape");
    await alice.click('[data-control="end"]');
    await alice.click(".close-summary");
    await bob.click(".close-summary");
  });

  test("page: a lost connection is shown, and it comes back by itself to the call it was in", async () => {
    await openConversation(alice, "Bob");
    await alice.click(".call-button");
    const { call } = await until("the call", async () => ((await stats(alice)).call ? stats(alice) : null));
    await hush(bob);
    server.refuseSockets(true);
    await alice.waitForSelector('[data-banner="connection"]');
    const other = server.world.start("carol", "t2");
    server.refuseSockets(false);
    await alice.waitForSelector('[data-banner="connection"]', { state: "detached" });
    expectEqual("its call", (await stats(alice)).call, call);
    await alice.waitForSelector('.conversation.is-active[data-thread="t2"]', soon);
    await hush(alice, bob);
    server.world.end(other, "hungUp", "carol");
  });

  test("page: what happened while it was out of reach is caught up with", async () => {
    server.refuseSockets(true);
    await alice.waitForSelector('[data-banner="connection"]');
    server.world.end(server.world.call((await stats(alice)).call), "hungUp", "bob");
    server.refuseSockets(false);
    await alice.waitForSelector('.summary h2:text-is("Ended by Bob")', soon);
    await alice.click(".close-summary");
  });

  test("page: evicted while asleep -> joins again", async () => {
    await alice.click(".call-button");
    await until("the call", async () => (await stats(alice)).call);
    const call = server.world.calls[0];
    server.world.seat(call, "alice").left = new Date().toISOString();
    await alice.evaluate(() => dispatchEvent(new Event("online")));
    await until("Alice is in again", () => server.world.isIn(call, "alice"), { within: soon.timeout });
    await alice.click('[data-control="end"]');
    await alice.click(".close-summary");
  });

  test("page: refusals are said in words, with what to do", async () => {
    server.world.down = true;
    await alice.click(".call-button");
    await alice.waitForSelector('.toast[role="alert"]:has-text("paused for maintenance. Try again later")');
    server.setDown(false);
    await alice.click(".toast button");
  });

  test("page: an expired sign-in leads back to the choice of a person", async () => {
    const page = await people.signedIn("dave");
    await page.context().clearCookies();
    server.drop();
    await page.waitForSelector("#sign-in:not([hidden]) .person");
    await page.close();
  });

  test("page: after a lost connection it hears of its conversations again", async () => {
    const carol = await people.signedIn("carol");
    await openConversation(carol, "The team");
    await carol.click(".call-button");
    const dave = await people.signedIn("dave");
    await hush(alice, bob, dave);
    for (const page of [alice, dave]) await openConversation(page, "The team");
    const old = new Set(server.world.sockets);
    server.drop();
    await until("Alice listens again", () => [...server.world.sockets].some((each) => each.user === "alice" && !old.has(each) && each.channels.has("thread.t2")));
    await dave.click(".join-button");
    await alice.waitForSelector('.call-card:has-text("2 people in it")');
    await carol.click('[data-control="end"]');
    for (const page of [carol, dave]) await page.close();
  });

  test("page: a channel that is refused for a passing reason, or taken away, is asked for again; one refused for good is not", async () => {
    server.world.refusals = ["busy", "unavailable", "busy"];
    const dave = await people.signedIn("dave");
    const socket = await until("its socket", () => [...server.world.sockets].find(({ user }) => user === "dave"));
    await until("it listens", () => socket.channels.has("thread.t2"), { within: soon.timeout });
    expectEqual("asked for", socket.asked.join(), "thread.t2,thread.t2,thread.t2,thread.t2");
    await openConversation(dave, "The team");
    await openConversation(alice, "The team");
    // What it misses while the channel is away it asks for when it has it again.
    server.world.refusals = ["revoked"];
    server.revoke("thread.t2", "dave");
    const call = server.world.start("carol", "t2");
    await hush(alice, bob, dave);
    await dave.waitForSelector('.call-card:has-text("Carol started a call")', soon);
    await until("it listens again", () => socket.channels.has("thread.t2"), { within: soon.timeout });
    // No member any more: its conversation goes, and it gives up. An older list may still be on its way and have it ask once more.
    const team = server.world.thread("t2");
    const { members } = team;
    await dave.clock.install();
    team.members = members.filter((each) => each !== "dave");
    const before = socket.asked.length;
    server.revoke("thread.t2", "dave");
    await dave.waitForSelector('.conversation[data-thread="t2"]', { state: "detached" });
    await until("it asks", () => socket.asked.length > before);
    const answered = () => dave.evaluate(() => fetch("/session").then(({ status }) => status));
    await answered();
    const asked = socket.asked.length;
    await dave.clock.fastForward(600000);
    await answered();
    expectEqual("asked for in ten minutes", socket.asked.slice(asked).join(), "");
    expectEqual("it listens", socket.channels.has("thread.t2"), false);
    team.members = members;
    server.world.end(call, "hungUp", "carol");
    await dave.close();
  });

  test("page: a call that came before the page rings too; who does not answer is told what they missed", async () => {
    await openConversation(alice, "The team");
    await alice.click(".call-button");
    const dave = await people.signedIn("dave");
    await dave.waitForSelector('.ringing[open]:has-text("is calling in The team")');
    await hush(bob);
    await alice.click('[data-control="end"]');
    await dave.waitForSelector('.toast:has-text("Alice hung up before you answered")');
    await dave.waitForSelector(".ringing", { state: "detached" });
    await until("the title counts it", async () => (await dave.title()) === `(${server.world.missed("dave").meta.unseen}) Calls`);
    await alice.click(".close-summary");
    await dave.close();
  });

  test("page: declining tells the caller", async () => {
    await openConversation(alice, "Bob");
    await alice.click(".call-button");
    await bob.click(".ringing .decline");
    await alice.waitForSelector('.summary h2:text-is("Declined by Bob")');
    await alice.click(".close-summary");
  });

  test("page: it beats as often as the server asks, after a reload too, and is silent once it is out", async () => {
    server.world.heartbeatSeconds = 0.1;
    const carol = await people.signedIn("carol");
    await openConversation(carol, "The team");
    await carol.click(".call-button");
    await hush(alice, bob);
    const { call } = await until("the call", async () => ((await stats(carol)).call ? stats(carol) : null));
    const soundly = async (times) => {
      const before = server.world.beats;
      await until(`${times} beats`, () => server.world.beats >= before + times, { within: 10000 });
    };
    await soundly(10);
    await carol.reload();
    await carol.waitForSelector(".controls");
    expectEqual("its call", (await stats(carol)).call, call);
    await soundly(10);
    server.world.heartbeatSeconds = 30;
    await carol.click('[data-control="leave"]');
    await carol.waitForSelector(".summary");
    const beats = server.world.beats;
    await carol.evaluate(() => dispatchEvent(new Event("online")));
    // Its requests come in the order of its asking.
    await carol.evaluate(() => fetch("/session").then((response) => response.json()));
    expectEqual("beats", server.world.beats, beats);
    await carol.close();
  });

  test("page: the history unfolds page by page", async () => {
    server.world.historyPage = 2;
    await openConversation(alice, "The team");
    await openConversation(alice, "Bob");
    const all = server.world.calls.filter(({ thread }) => thread === "t1").length;
    expect(all > 3, "there have been some calls");
    const shown = () => alice.locator(".past-call").count();
    await until("the first page", async () => (await shown()) === 2);
    while (await alice.isVisible('button:text("Show earlier calls")')) {
      const before = await shown();
      await alice.click('button:text("Show earlier calls")');
      await until("more", async () => (await shown()) > before);
    }
    expectEqual("calls", await shown(), all);
    server.world.historyPage = 25;
  });

  test("page: that calls are down is shown for as long as it holds", async () => {
    server.setDown(true);
    await alice.waitForSelector('[data-banner="down"]');
    await alice.waitForSelector(".call-button:disabled");
    server.setDown(false);
    await alice.waitForSelector('[data-banner="down"]', { state: "detached" });
    await alice.waitForSelector(".call-button:not(:disabled)");
  });

  test("page: who signs out leaves the call, and is nobody", async () => {
    const carol = await people.signedIn("carol");
    await openConversation(carol, "The team");
    await carol.click(".call-button");
    await hush(alice, bob);
    await until("the call", async () => (await stats(carol)).call);
    await carol.click('[data-focus="sign-out"]');
    await carol.waitForSelector("#sign-in:not([hidden]) .person");
    expectEqual("she is in the call", server.world.isIn(server.world.calls[0], "carol"), false);
    expectEqual("who she is", await carol.evaluate(() => fetch("/session").then(({ status }) => status)), 401);
    await until("her socket is gone", () => ![...server.world.sockets].some(({ user }) => user === "carol"));
    await carol.close();
  });

  test("page: nothing is wider than a small phone", async () => {
    await bob.reload();
    for (const selector of [".thread-header", "#conversations"]) {
      await bob.waitForSelector(selector);
      const { scrollWidth, clientWidth } = await bob.evaluate(() => {
        const { scrollWidth: inner, clientWidth: outer } = document.documentElement;
        return { scrollWidth: inner, clientWidth: outer };
      });
      expect(scrollWidth <= clientWidth, `${selector}: ${scrollWidth} px wide`);
      if (selector === ".thread-header") await bob.click(".back");
    }
    await alice.click(".call-button");
    await accept(bob);
    const outside = await bob.evaluate(() => [...document.querySelectorAll("button")].filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1).length);
    expectEqual("buttons beyond the edge", outside, 0);
  });

  test("page: text keeps a contrast of 4.5 to its ground, by day and by night", async () => {
    for (const page of [alice, bob]) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expectEqual(`too faint, ${colorScheme}`, (await page.evaluate(lowContrast)).join(", "), "");
      }
    }
    await alice.click('[data-control="end"]');
    for (const page of [alice, bob]) {
      await page.click(".close-summary");
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        expectEqual(`too faint, ${colorScheme}`, (await page.evaluate(lowContrast)).join(", "), "");
      }
    }
  });

  test("page: a part that does not arrive is asked for again; one that never does is said to be missing", async () => {
    const page = await people.open("dave");
    let refusals = 1;
    await page.route("**/app/ringing.js", (route) => (refusals-- > 0 ? route.abort() : route.continue()));
    await page.reload();
    await page.waitForSelector(".person");
    refusals = 100;
    await page.reload();
    const button = page.locator("#incomplete button");
    await button.waitFor(soon);
    expectEqual("too faint", (await page.evaluate(lowContrast)).join(", "), "");
    refusals = 0;
    await button.click();
    await page.waitForSelector(".person");
    await page.context().close();
  });

  test("page: it keeps nothing but preferences and the name of its tab, runs no inline script, and makes no error", async () => {
    await alice.click('[data-focus="sound"]');
    const kept = await alice.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie]);
    expectEqual("kept", JSON.stringify(kept), JSON.stringify([["call-server.preferences"], ["call-server.device"], ""]));
    expectEqual("problems", problems.join("\n"), "");
    await people.close();
    server.stop();
  });
}
