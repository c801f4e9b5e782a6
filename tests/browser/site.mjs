// Opens the built site of docs/ in a real browser and uses it. `node site.mjs --help`
import { createServer } from "node:http";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { desktop, People, phone } from "./support/browser.mjs";
import { lowContrast } from "./support/contrast.mjs";
import { expect, expectEqual, runTests, test } from "./support/tests.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { values: options } = parseArgs({
  options: {
    site: { type: "string", default: path.join(root, "build/site/html") },
    screenshots: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`node site.mjs [--site FOLDER] [--screenshots FOLDER]

Needs Chromium, and the site that scripts/site builds: .ci/site has both.
  --site FOLDER         the built site (build/site/html)
  --screenshots FOLDER  write pictures of its pages there, to be looked at`);
  process.exit(0);
}

const kinds = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png" };
const server = createServer(async (request, response) => {
  const file = path.join(options.site, decodeURIComponent(new URL(request.url, "http://site").pathname));
  try {
    const content = await readFile(file.endsWith("/") ? `${file}index.html` : file);
    response.writeHead(200, { "Content-Type": kinds[path.extname(file)] ?? "text/html" }).end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const problems = [];
const capture = {
  watch(page) {
    page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`));
    page.on("request", (request) => {
      if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(`${origin}/`)) problems.push(`${page.url()} asks for ${request.url()}`);
    });
    page.on("response", (response) => response.status() >= 400 && problems.push(`${response.url()}: ${response.status()}`));
  },
};
const people = new People({ url: () => `${origin}/`, capture });
const screenshot = async (page, name) => {
  if (!options.screenshots) return;
  await mkdir(options.screenshots, { recursive: true });
  await page.screenshot({ path: path.join(options.screenshots, `${name}.png`), animations: "disabled" });
};

/** How far the page can be scrolled sideways: what is wider than the screen has a scroll bar of its own. */
const overhang = (page) => page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);

const look = async (page, name) => {
  await page.evaluate(() => document.fonts.ready);
  // A moment after a search has opened on a phone, the theme keeps the page under it from being scrolled.
  await page.waitForFunction(() => document.scrollingElement.scrollWidth <= innerWidth, null, { timeout: 5000 }).catch(() => {});
  expect((await overhang(page)) <= 0, `${name} is ${await overhang(page)} px wider than the screen`);
  await screenshot(page, name);
};

const pages = { front: "", task: "tour.html", tables: "embedding.html", call_server: "call_server.html", decision: "adr/ids.html", source: "source/examples/tour/tasks.cpp.html" };
for (const [device, viewport] of Object.entries({ desktop, phone })) {
  test(`${device}: pages fit on the screen`, async () => {
    const page = await people.open("reader", { viewport });
    for (const [name, url] of Object.entries(pages)) {
      await page.goto(`${origin}/${url}`);
      await look(page, `${name}_${device}`);
    }
  });

  test(`${device}: a search finds the page of a task, and an operation in the reference`, async () => {
    const page = await people.open("reader", { viewport });
    if (device === "phone") await page.click('label.md-header__button[for="__search"]');
    else await page.click(".md-search__input");
    await page.keyboard.type("heartbeat");
    await page.waitForSelector('.md-search-result__link[href*="presence.html"]');
    await look(page, `search_${device}`);
    await page.fill(".md-search__input", "");
    await page.keyboard.type("startCall");
    await page.click('.md-search-result__link[href*="reference/classmessenger_1_1Messenger.html"]:has-text("startCall")');
    await page.waitForURL(/reference\/classmessenger_1_1Messenger\.html\?.*#/);
    const shown = await page.evaluate(() => document.getElementById(location.hash.slice(1)).nextElementSibling.textContent);
    expect(shown.includes("startCall()"), `${shown} is shown`);
    const tall = await page.evaluate(() => Math.max(...[...document.querySelectorAll(".memproto")].map((each) => each.offsetHeight)));
    expect(tall < viewport.height / 2, `a signature is ${tall} px tall`);
    await look(page, `operation_${device}`);
  });
}

for (const colorScheme of ["light", "dark"]) {
  test(`${colorScheme}: texts can be read on their ground`, async () => {
    const page = await people.open("reader", { colorScheme });
    await look(page, `front_${colorScheme}`);
    for (const url of ["", "embedding.html", "tour.html"]) {
      await page.goto(`${origin}/${url}`);
      // It is shown when the pointer is over a heading.
      await page.evaluate(() => document.querySelectorAll(".headerlink").forEach((each) => each.remove()));
      expectEqual(`${url}: too faint`, [...new Set(await page.evaluate(lowContrast))].join(", "), "");
    }
  });
}

test("desktop: the way from the front page to the reference and back", async () => {
  const page = await people.open("reader");
  await page.click('.md-content a[href="reference/messenger_8hpp.html"]');
  await look(page, "header_desktop");
  await page.goto(`${origin}/reference/index.html`);
  await look(page, "reference_desktop");
  await page.goto(`${origin}/reference/classmessenger_1_1VideoDriver.html`);
  await page.click('#main-menu a[href="../index.html"]');
  expectEqual("the title", await page.textContent("h1"), "messenger¶");
});

test("all: nothing is missing, and nothing is asked of another host", async () => {
  expect(problems.length === 0, problems.join("\n"));
});

const { passed, failed } = await runTests(null, async () => {
  for (const page of people.pages()) await page.screenshot({ path: path.join(root, "build/site/failed.png") });
});
await people.close();
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !passed ? 1 : 0);
