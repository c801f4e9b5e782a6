#include "actions/actions.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {
namespace {

/// Of somebody whom the presence does not know: the storage says whether they are in the call.
Result<void> admitIfIn(Context& context, const CallId& call, const UserId& user, Moment now) {
  const auto caller = findCaller(context, call, user);
  if (!caller) return tl::unexpected(caller.error());
  if (const auto why = whyNotInCall(caller->seen)) return refuse(*why);

  // Known first, then asked once more: a kick in between is either seen here, or forgets them afterwards.
  KnownPresence known(context, {call, user}, now);
  const auto again = context.storage.findCall(call, user);
  if (!again) return refuse(Reason::callNotFound);
  if (const auto why = whyNotInCall(*again)) return refuse(*why);
  known.keep();
  return {};
}

std::vector<Heard> heardWithin(Context& context, Duration window, Moment now) {
  try {
    return context.presence.heardWithin(window, now);
  } catch (const PresenceError&) {
    context.listening.restart(now);
    throw;
  }
}

/// All of them, however many: who is passed over here stays known.
std::vector<InCallKey> departuresSince(Context& context, TimePoint since) {
  std::size_t limit = 10'000;
  for (;;) {
    auto gone = context.storage.departuresSince(since, limit);
    if (gone.size() < limit) return gone;
    limit *= 4;
  }
}

}  // namespace

Result<void> heartbeat(Context& context, const CallId& call, const UserId& user) {
  const Moment now = context.clock.now();
  try {
    if (context.presence.touch(call, user, now)) return {};
    return admitIfIn(context, call, user, now);
  } catch (...) {
    context.listening.restart(now);  // whoever tries just now is not heard: nobody may be judged by it
    throw;
  }
}

void flushPresence(Context& context, Duration window) {
  const Moment now = context.clock.now();
  HeartbeatBatch batch;
  batch.heardBy = context.instance;
  batch.listeningSince = context.listening.since();
  batch.now = now.wall;
  for (Heard& heard : heardWithin(context, window, now)) {
    batch.heard.emplace_back(std::move(heard.who), now.wall - heard.ago);
  }
  context.storage.saveHeartbeats(batch);

  // Who left by way of another process is not known here any more; the margin allows for clocks that differ a
  // little.
  constexpr Duration margin = std::chrono::seconds{5};
  for (const InCallKey& gone : departuresSince(context, now.wall - window - margin)) {
    context.presence.forget(gone);
  }
}

}  // namespace messenger::actions
