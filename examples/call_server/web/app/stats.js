/**
 * `window.callStats()`: what of the call's media arrives, for whoever measures. Counts and names only.
 *
 * @param {() => import("./call.js").Call|null} current
 */
export function offerStats(current) {
  window.callStats = async () => {
    const call = current();
    return {
      call: call?.isOver ? null : (call?.id ?? null),
      how: call?.how ?? null,
      media: call?.link?.state ?? null,
      remotes: (await call?.link?.room?.stats()) ?? [],
      holdsRoom: Boolean(call?.link?.room),
    };
  };
}
