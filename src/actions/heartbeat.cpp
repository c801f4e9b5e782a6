#include "actions/actions.hpp"
#include "actions/known_presence.hpp"

namespace messenger::actions {
namespace {

bool touch(Context& context, const CallId& call, const UserId& user, Moment now) {
  try {
    return context.presence.touch(call, user, now);
  } catch (const PresenceError&) {
    context.listening.restart(now);  // whoever tries just now is not heard: nobody may be judged by it
    throw;
  }
}

}  // namespace

Result<void> heartbeat(Context& context, const CallId& call, const UserId& user) {
  const Moment now = context.clock.now();
  if (touch(context, call, user, now)) return {};

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

void flushPresence(Context& context, Duration window) {
  const Moment now = context.clock.now();
  HeartbeatBatch batch;
  batch.heardBy = context.instance;
  batch.listeningSince = context.listening.since();
  batch.now = now.wall;
  for (Heard& heard : context.presence.heardWithin(window, now)) {
    batch.heard.emplace_back(std::move(heard.who), now.wall - heard.ago);
  }
  context.storage.saveHeartbeats(batch);

  // Who left by way of another process is not known here any more; the margin allows for clocks that differ a
  // little.
  constexpr Duration margin = std::chrono::seconds{5};
  constexpr std::size_t most = 10'000;
  for (const InCallKey& gone : context.storage.departuresSince(now.wall - window - margin, most)) {
    context.presence.forget(gone);
  }
}

}  // namespace messenger::actions
