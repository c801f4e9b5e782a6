/** How long to wait before the next attempt: doubles up to a bound, with jitter so that pages do not come back in one wave. */
export class Backoff {
  #attempts = 0;

  constructor({ first = 500, most = 15000 } = {}) {
    this.first = first;
    this.most = most;
  }

  /** @returns {number} milliseconds, between half and all of what is due */
  next() {
    const due = Math.min(this.most, this.first * 2 ** this.#attempts);
    this.#attempts += 1;
    return due / 2 + Math.random() * (due / 2);
  }

  reset() {
    this.#attempts = 0;
  }
}

/** Resolves after so many milliseconds, or as soon as the signal is given. */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
