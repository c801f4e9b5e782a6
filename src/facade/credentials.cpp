#include "actions/log.hpp"
#include "facade/messenger_impl.hpp"
#include "messenger/errors.hpp"
#include "rules/enter_room.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0 {
namespace {

/// The session with which the device may enter the room now.
Result<CallSession> sessionIn(const Result<actions::Engine::Seen>& seen, const UserId& user,
                              const DeviceId& device) {
  if (!seen) return refuse(seen.error());
  return rules::mayEnterRoom(*seen->loaded.call, user, device);
}

}  // namespace

// The driver runs between two looks at the call. Whoever was taken out in between is not shown what the
// driver gave, and a job makes sure that it opens nothing. If this process ends before that is stored, nobody
// has seen it.
Result<RoomCredentials> Messenger::roomCredentials(const CallId& call, const UserId& user,
                                                   const DeviceId& device) {
  actions::Engine& engine = here().engine;
  const auto seen = engine.look(user, {.call = call});
  const auto session = sessionIn(seen, user, device);
  if (!session) return refuse(session.error());

  std::optional<RoomCredentials> credentials;
  try {
    credentials = here().runner.rooms().admit(here().drivers(), seen->loaded.call->call, *session);
  } catch (const DriverError& error) {
    actions::logSafely(*here().dependencies.logger, LogLevel::warning,
                       "the video driver let a session not in",
                       {{"call", call.value()}, {"error", support::textOf(error)}});
    return refuse(Reason::providerFailed);
  }
  if (!credentials) return refuse(Reason::noCredentials);

  const auto still = sessionIn(engine.look(user, {.call = call}), user, device);
  if (still && still->mediaId == session->mediaId) return *std::move(credentials);
  const auto takenBack =
      engine.run({.call = call, .user = user}, [&](const CallStore::Loaded& loaded, rules::Now now) {
        return rules::takeAccessBack(*session, *loaded.call, here().context.rules, now);
      });
  if (!takenBack) return refuse(takenBack.error());
  // A device that is in the call again has another media id; it may ask again.
  return refuse(still ? Refusal{Reason::roomNotReady, {}} : still.error());
}

}  // namespace messenger
