/** Listeners by event name. A listener that throws does not keep the others from hearing. */
export class Emitter {
  #listeners = new Map();

  /** @returns {() => void} unsubscribes */
  on(name, listener) {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all.add(listener));
    return () => all.delete(listener);
  }

  emit(name, data) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(data);
      } catch (error) {
        reportError(error);
      }
    }
  }
}
