/**
 * Reports to the server at intervals that this page is still in the call. A page that stops is evicted after a while, so it also beats
 * at once when the page wakes up or is online again: timers do not run in a suspended tab.
 */
export class Heartbeat {
  #timer = 0;
  #stop = new AbortController();

  /**
   * @param {() => Promise<void>} beat
   * @param {number} seconds
   */
  constructor(beat, seconds) {
    this.beat = beat;
    this.period = seconds * 1000;
    const { signal } = this.#stop;
    addEventListener("online", () => this.now(), { signal });
    addEventListener("pageshow", () => this.now(), { signal });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now(), { signal });
    this.#plan();
  }

  now() {
    if (this.#stop.signal.aborted) return;
    this.#plan();
    this.beat().catch(() => {
      // The next beat tries again; what a refusal means is for `beat` to see.
    });
  }

  stop() {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  #plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), this.period);
  }
}
