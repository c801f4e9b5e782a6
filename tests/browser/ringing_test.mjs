// Who is rung, on which of their devices, and what is left of it: one user on two pages, missed calls, groups, audio calls, timers.
import { phone } from "./support/browser.mjs";
import { expect, expectEqual, test } from "./support/tests.mjs";
import { until } from "./support/wait.mjs";
import { accept, isGone, openConversation, seeEachOther, startCall, stats, textOf, World } from "./support/world.mjs";

const aSecond = 1000;
/** The server's `againAfter`. */
const again = { within: 20000, every: 1000 };

export function ringingTests(place) {
  let world, alice, bob, second, call;
  const rings = (...pages) => Promise.all(pages.map((page) => page.waitForSelector(".ringing[open]")));
  const badge = (page) => page.waitForSelector('.missed-entry .badge:has-text("1")');
  const toast = (page, text) => page.waitForSelector(`.toast:has-text("${text}")`);

  /** Lets a page take note of when its ringing stops. */
  const watchRinging = (page) =>
    page.evaluate(() => {
      window.stoppedAt = null;
      new MutationObserver((_, observer) => {
        if (document.querySelector(".ringing")) return;
        window.stoppedAt = Date.now();
        observer.disconnect();
      }).observe(document.body, { childList: true });
    });
  const stoppedWithin = async (page, since, most) => {
    await page.waitForSelector(".ringing", { state: "detached" });
    const after = (await page.evaluate(() => window.stoppedAt)) - since;
    expect(after <= most, `it stops within ${most} ms: ${after} ms`);
  };
  const openDevices = async (user) => {
    const { participants } = await world.server.show(call);
    const row = participants.find(({ owner }) => JSON.stringify(owner).includes(user));
    return row.sessions.filter(({ closed_at: closed }) => closed === null).length;
  };

  test("ringing: one user on two pages; both ring, one answers, the other stops within a second and says so", async () => {
    world = await World.make(place, "ringing", { MESSENGER_LIMITS_EMPTY_GRACE: "25" });
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob");
    second = await world.people.signedIn("bob", { viewport: phone });
    call = await startCall(world, alice, "Bob");
    await rings(bob, second);
    await watchRinging(second);
    await bob.evaluate(() => addEventListener("click", () => (window.clickedAt = Date.now()), { once: true, capture: true }));
    await accept(bob);
    await stoppedWithin(second, await bob.evaluate(() => window.clickedAt), aSecond);
    await toast(second, "Alice: answered on another device");
    await seeEachOther([alice, bob], 1);
    expectEqual("the other page is in a call", (await stats(second)).call, null);
    expectEqual("what the page that answered says", await bob.locator(".toast").count(), 0);
  });

  test("ringing: the call is taken on the second page too; leaving on one keeps the other in", async () => {
    await openConversation(second, "Alice");
    await second.waitForSelector('.call-card:has-text("You are in this call on another device")');
    await place.screenshot(second, "call_server_second_device_phone");
    await second.click('.join-button:has-text("Take the call here too")');
    await second.waitForSelector(".controls");
    await until("two devices are in the call", async () => (await openDevices("bob")) === 2);
    expectEqual("the first page's call", (await stats(bob)).call, call);
    const labels = await alice.locator(".grid .tile:not(.is-self) .tile-label").allTextContents();
    expectEqual("who else is in Alice's grid", [...new Set(labels)].join(), "Bob");
    await bob.click('[data-control="leave"]');
    await bob.waitForSelector('.summary[data-how="left"][data-afterwards="elsewhere"]');
    expectEqual("devices in the call", await openDevices("bob"), 1);
    await seeEachOther([alice, second], 1);
    expectEqual("the second page's call", (await stats(second)).call, call);
    await second.click('[data-control="end"]');
    await alice.waitForSelector('.summary h2:text-is("Ended by Bob")');
    await isGone(world, call);
    for (const page of [alice, bob, second]) await page.click(".close-summary");
  });

  test("ringing: declined on one page -> it stops on both, and the other says so", async () => {
    call = await startCall(world, alice, "Bob");
    await rings(bob, second);
    await watchRinging(second);
    await bob.evaluate(() => addEventListener("click", () => (window.clickedAt = Date.now()), { once: true, capture: true }));
    await bob.click(".ringing .decline");
    await stoppedWithin(second, await bob.evaluate(() => window.clickedAt), aSecond);
    await toast(second, "Alice: declined on another device");
    await bob.waitForSelector(".ringing", { state: "detached" });
    await alice.waitForSelector('.summary h2:text-is("Declined by Bob")');
    await alice.click(".close-summary");
    expectEqual("what Bob has missed", await bob.locator(".badge").count(), 0);
  });

  test("ringing: the caller hangs up -> the callee has missed a call, after a reload too, until they look at it", async () => {
    call = await startCall(world, alice, "Bob");
    await rings(bob, second);
    await alice.click('[data-control="end"]');
    for (const page of [bob, second]) {
      await toast(page, "Alice hung up before you answered");
      await page.waitForSelector(".ringing", { state: "detached" });
    }
    await second.click(".back");
    for (const page of [bob, second]) await badge(page);
    await bob.reload();
    await badge(bob);
    await until("the title counts it", async () => (await bob.title()) === "(1) Calls");
    expectEqual("it rings", await bob.locator(".ringing").count(), 0);
    await bob.click(".missed-entry");
    await bob.waitForSelector('.missed-list .past-call.is-new:has-text("Alice")');
    await place.screenshot(bob, "call_server_missed");
    await bob.waitForSelector(".badge", { state: "detached" });
    await until("the server knows", () => bob.evaluate(() => fetch("/api/messenger/missed-calls").then((answer) => answer.json()).then(({ meta }) => meta.unseen === 0)));
    for (const page of [bob, second]) {
      await page.reload();
      await page.waitForSelector(".missed-entry");
      // What it has asked before this has come.
      await page.evaluate(() => fetch("/session").then((answer) => answer.text()).then(() => null));
      await page.waitForSelector(".badge", { state: "detached" });
      expectEqual("the title", await page.title(), "Calls");
    }
    await openConversation(bob, "Alice");
    await bob.waitForSelector('.past-call[data-part="missed"]:has-text("You missed a call from Alice")');
    await alice.click(".close-summary");
    await alice.waitForSelector('.past-call[data-part="outgoing"]:has-text("You called")');
  });

  test("ringing: an audio call is told as one, asks for no camera, and carries sound", async () => {
    const count = () => {
      window.asked = [];
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (wanted) => (window.asked.push(...Object.keys(wanted)), real(wanted));
    };
    for (const page of [alice, bob]) await page.evaluate(count);
    await alice.click(".audio-call-button");
    call = await until("the call has an id", async () => (await stats(alice)).call);
    world.calls.add(call);
    await bob.waitForSelector('.ringing[open] .ringing-kind:has-text("Audio call")');
    await accept(bob);
    for (const page of [alice, bob]) {
      const sound = () => page.evaluate(() => {
        const video = document.querySelector(".tile:not(.is-self) video");
        const kinds = video?.srcObject?.getTracks().map(({ kind }) => kind).join();
        if (kinds !== "audio" || video.paused) throw new Error(`${kinds}, paused: ${video?.paused}`);
        window.ear ??= (() => {
          const context = new AudioContext();
          const analyser = context.createAnalyser();
          context.createMediaStreamSource(video.srcObject).connect(analyser);
          return { context, analyser };
        })();
        const heard = new Uint8Array(window.ear.analyser.fftSize);
        window.ear.analyser.getByteTimeDomainData(heard);
        return heard.some((value) => Math.abs(value - 128) > 2);
      });
      // Chromium's microphone for tests beeps once a second.
      await until("it plays sound, and no picture", sound, { every: 20 });
      await page.evaluate(() => window.ear.context.close());
      expectEqual("what it asked for", await page.evaluate(() => window.asked.join()), "audio");
      expectEqual("buttons for a camera", await page.locator('[data-control="camera"]').count(), 0);
      await page.waitForSelector('.stage-state:text-is("Connected")');
    }
    await place.screenshot(alice, "call_server_audio");
  });

  test("ringing: the last one out may come back while it counts down; then the call is as before", async () => {
    await bob.click('[data-control="leave"]');
    await bob.waitForSelector('.summary[data-afterwards="goesOn"]');
    await alice.click('[data-control="leave"]');
    for (const page of [alice, bob]) await page.waitForSelector('.summary[data-afterwards="empty"] .count-down');
    const left = (await textOf(alice, ".count-down")).split(":").map(Number);
    expect(left[0] === 0 && left[1] > 0 && left[1] <= 25, `it counts down from 25 s: ${left.join(":")}`);
    await alice.click(".rejoin");
    await until("Alice is in it again", async () => (await stats(alice)).call === call);
    await bob.waitForSelector('.summary[data-afterwards="goesOn"]');
    await alice.click('[data-control="end"]');
    await bob.waitForSelector('.summary:has-text("It has ended.")');
    expectEqual("how it ended", (await world.server.show(call)).end_reason, "hungUp");
    for (const page of [alice, bob]) await page.click(".close-summary");
  });

  test("ringing: in a group the caller sees who is rung, who is busy and who declined, and rings again", async () => {
    await second.close();
    const pair = await startCall(world, alice, "Bob");
    await accept(bob);
    await alice.waitForSelector(".grid .tile:not(.is-self)");
    const carol = await world.people.signedIn("carol", { viewport: phone });
    const other = await world.people.signedIn("alice");
    call = await startCall(world, other, "The team");
    await rings(carol);
    const is = (who, state) => other.waitForSelector(`[data-ring="${who}"][data-state="${state}"]`);
    await Promise.all([is("bob", "busy"), is("carol", "ringing"), is("dave", "ringing")]);
    await other.waitForSelector('.stage-state:text-is("Ringing Carol and Dave…")');
    await toast(bob, "Alice called while you were in a call");
    await badge(bob);
    expectEqual("who is busy is rung", await bob.locator(".ringing").count(), 0);
    await place.screenshot(other, "call_server_rings");
    await carol.click(".ringing .decline");
    await is("carol", "declined");
    await other.waitForSelector('.stage-state:text-is("Ringing Dave…")');
    const ringAgain = (who, page) => until(`${who} is rung again`, async () => {
      const button = other.locator(`[data-ring="${who}"] .ring-again`);
      if ((await button.count()) > 0) await button.click();
      return page.locator(".ringing[open]").count();
    }, again);
    // Who is busy may be rung all the same, and may change over.
    await ringAgain("bob", bob);
    await is("bob", "ringing");
    await bob.waitForSelector('.ringing .hint:has-text("leaves the call you are in")');
    await accept(bob);
    await seeEachOther([other, bob], 1);
    await alice.waitForSelector('.stage-state:text("alone")');
    await ringAgain("carol", carol);
    await accept(carol);
    await seeEachOther([other, bob, carol], 2);
    expectEqual("who is shown as not in the call", await other.locator(".ring").count(), 1);
    await alice.click('[data-control="end"]');
    await other.click('[data-control="end"]');
    await Promise.all([isGone(world, pair), isGone(world, call)]);
    await carol.click(".close-summary");
    await carol.waitForSelector('.past-call[data-part="answered"]:has-text("with Alice and Bob")');
    await place.leave(world, { alice, other, bob, carol });
  });

  noAnswerTests(place);
}

/** Timers that are short. */
function noAnswerTests(place) {
  const noAnswerAfter = 12;
  const duration = 17;
  let world, alice, bob;

  test("no answer: the call server is killed while it rings and comes back; the call still ends on time", async () => {
    const env = { MESSENGER_RINGING_NO_ANSWER_AFTER: `${noAnswerAfter}`, MESSENGER_LIMITS_DURATION: `${duration}`, MESSENGER_LIMITS_WARNING: "9" };
    world = await World.make(place, "no-answer", env);
    alice = await world.people.signedIn("alice");
    bob = await world.people.signedIn("bob");
    const call = await startCall(world, alice, "Bob");
    await bob.waitForSelector(".ringing[open]");
    await world.server.kill();
    await world.server.start();
    // Long before its time is over.
    await alice.waitForSelector('[data-banner="connection"]', { state: "detached" });
    await bob.waitForSelector(".ringing[open]");
    await alice.waitForSelector('.stage-state:text("Ringing Bob")');
    await alice.waitForSelector('.summary h2:text-is("No answer")');
    const seen = Date.now();
    const { created_at: begun, ended_at: ended, end_reason: reason } = await world.server.show(call);
    expectEqual("how it ended", reason, "noAnswer");
    const took = (Date.parse(ended) - Date.parse(begun)) / 1000;
    expect(Math.abs(took - noAnswerAfter) <= 2, `it ends after ${noAnswerAfter} s, give or take 2: ${took} s`);
    const shown = (seen - Date.parse(begun)) / 1000;
    expect(Math.abs(shown - noAnswerAfter) <= 2, `Alice's page says so after ${noAnswerAfter} s, give or take 2: ${shown} s`);
    await bob.waitForSelector(".ringing", { state: "detached" });
    await bob.waitForSelector('.missed-entry .badge:has-text("1")');
  });

  test("no answer: a call warns of its end, and ends when it has lasted as long as it may", async () => {
    await alice.click(".call-again");
    const call = await until("the call has an id", async () => (await stats(alice)).call);
    world.calls.add(call);
    await accept(bob);
    for (const page of [alice, bob]) await page.waitForSelector('.call-ending:has-text("This call ends in 00:0")');
    await place.screenshot(alice, "call_server_ending");
    for (const page of [alice, bob]) await page.waitForSelector('.summary h2:text-is("Reached the longest duration")');
    expectEqual("how it ended", (await world.server.show(call)).end_reason, "maxDuration");
    await place.leave(world, { alice, bob });
  });
}
