/**
 * Wraps what is asked for often but need only be done once at a time: while it runs, all who ask share one run after it, which is
 * sure to see what they ask about.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {() => Promise<T>}
 */
export function coalesce(work) {
  let running = null;
  let waiting = null;
  const ask = () => {
    if (!running) {
      running = work().finally(() => (running = null));
      return running;
    }
    waiting ??= running
      .catch(() => {})
      .then(() => {
        waiting = null;
        return ask();
      });
    return waiting;
  };
  return ask;
}
