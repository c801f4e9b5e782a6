import { existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { writeCamera } from "./camera.mjs";

const switches = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--use-fake-device-for-media-stream=fps=5", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required",
];
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

/** One browser for each person, since a camera's film is given to a whole browser; without a folder for films one for all. */
export class People {
  #browsers = new Map();

  constructor({ folder = null, url, capture }) {
    Object.assign(this, { folder, url, capture });
  }

  /** Opens the page for somebody, not yet signed in. */
  async open(who, { viewport = desktop, colorScheme = "light" } = {}) {
    const browser = await this.#browserOf(who);
    const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB", reducedMotion: "reduce", permissions: ["camera", "microphone"] });
    const page = await context.newPage();
    this.capture?.watch(page, who);
    page.setDefaultTimeout(30000);
    await page.goto(this.url());
    return page;
  }

  async signedIn(who, settings) {
    const page = await this.open(who, settings);
    await page.click(`[data-user="${who}"]`);
    await page.waitForSelector(".conversation");
    return page;
  }

  pages() {
    return [...this.#browsers.values()].flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
  }

  async close() {
    await Promise.all([...this.#browsers.values()].map((browser) => browser.close()));
    this.#browsers.clear();
  }

  async #browserOf(who) {
    const name = this.folder ? who : "all";
    if (this.#browsers.has(name)) return this.#browsers.get(name);
    const args = [...switches];
    if (this.folder) {
      const film = path.join(this.folder, `${who}.y4m`);
      if (!existsSync(film)) await writeCamera(film, who);
      args.push(`--use-file-for-fake-video-capture=${film}`);
    }
    // Chromium's own sandbox does not work for root; these pages are ours.
    if (process.getuid() === 0) args.push("--no-sandbox");
    const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
    const browser = await chromium.launch({ executablePath, headless: true, args });
    this.#browsers.set(name, browser);
    return browser;
  }
}
