// Last: everything that the tests before let out is searched for what must not get out.
import { expect, expectEqual, test } from "./support/tests.mjs";

export function secretTests(place) {
  test("secrets: none is in any page, frame, answer, log line or metric", async () => {
    const { capture, worlds } = place;
    for (const kind of ["page of", "event frames of", "media frames of", "answer to", "log of the server", "metrics", "what the hostile were told"]) {
      expect(capture.all.some(({ where }) => where.startsWith(kind)), `there is something to search: ${kind}`);
    }
    const secrets = Object.assign({}, ...worlds.map((world, at) => Object.fromEntries(Object.entries(world.allSecrets()).map(([name, text]) => [`${name} (${at})`, text]))));
    expect(Object.keys(secrets).length > 6, "there are secrets to look for");
    expectEqual("found", capture.find(secrets).join(", "), "");
  });

  test("secrets: what opens a room for one person is in no log, metric, page or storage", async () => {
    const { capture } = place;
    const tokens = {};
    for (const { where, text } of capture.all) {
      if (!/^answer to .*\/media$/.test(where)) continue;
      const { token, room_token: roomToken, pin } = JSON.parse(text);
      Object.assign(tokens, { [`token ${Object.keys(tokens).length}`]: token, [`room token ${Object.keys(tokens).length}`]: roomToken, [`pin ${pin?.length}`]: pin });
    }
    expect(Object.keys(tokens).length > 3, "there are tokens to look for");
    expectEqual("found", capture.find(tokens, (where) => !/^(answer|media frames)/.test(where)).join(", "), "");
    const cookies = capture.all.filter(({ where, text }) => /^(page|storage|log|metrics|event)/.test(where) && text.includes("messenger_session="));
    expectEqual("session cookies in sight of scripts or in logs", cookies.length, 0);
  });
}
