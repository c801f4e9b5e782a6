/** Everything that came out of the pages and the servers, to be searched for what must never come out. */
export class Capture {
  /** @type {Array<{where: string, text: string}>} */
  all = [];
  #pending = new Set();

  add(where, text) {
    if (text) this.all.push({ where, text: String(text) });
  }

  /** Keeps what this page receives, sends and says; what it shows is kept by `look`. */
  watch(page, who) {
    page.on("console", (message) => this.add(`console of ${who}`, message.text()));
    page.on("pageerror", (error) => this.add(`error of ${who}`, `${error.message}\n${error.stack}`));
    page.on("websocket", (socket) => {
      const name = `${new URL(socket.url()).pathname === "/ws" ? "event" : "media"} frames of ${who}`;
      socket.on("framereceived", ({ payload }) => this.add(name, payload));
      socket.on("framesent", ({ payload }) => this.add(name, payload));
    });
    page.on("response", (response) => this.#keep(this.#read(response, who)));
  }

  async #read(response, who) {
    const request = response.request();
    const headers = JSON.stringify(await response.allHeaders().catch(() => ({})));
    this.add(`headers to ${who}`, headers);
    this.add(`body from ${who}`, request.postData());
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/vendor/")) return;
    this.add(`answer to ${who}: ${pathname}`, await response.text().catch(() => ""));
  }

  #keep(promise) {
    this.#pending.add(promise);
    promise.finally(() => this.#pending.delete(promise)).catch(() => {});
  }

  /** What a page shows, and what it keeps. */
  async look(page, who) {
    if (page.isClosed()) return;
    this.add(`page of ${who}`, await page.content());
    this.add(`storage of ${who}`, await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state, document.cookie])));
    await Promise.allSettled([...this.#pending]);
  }

  /** @returns {string[]} where one of these texts was found */
  find(texts, isLooked = () => true) {
    const found = new Set();
    for (const { where, text } of this.all) {
      if (!isLooked(where)) continue;
      for (const [name, secret] of Object.entries(texts)) if (secret && text.includes(secret)) found.add(`${name} in ${where}`);
    }
    return [...found];
  }
}
