#include "jobs/room_jobs.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "messenger/errors.hpp"
#include "rules/setup_room.hpp"
#include "rules/teardown_room.hpp"
#include "support/text.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {
namespace {

/// Throws DriverError for details that cannot be stored or sent.
void checkField(const char* name, const std::optional<std::string>& text, std::size_t maxBytes,
                std::size_t maxCharacters) {
  if (!text) return;
  if (!support::isUtf8(*text)) throw DriverError(fmt::format("the driver's {} is not valid UTF-8", name));
  if (text->size() > maxBytes) {
    throw DriverError(
        fmt::format("the driver's {} has {} bytes, at most {} are allowed", name, text->size(), maxBytes));
  }
  const std::size_t characters = support::countCharacters(*text);
  if (characters > maxCharacters) {
    throw DriverError(fmt::format("the driver's {} has {} characters, at most {} are allowed", name,
                                  characters, maxCharacters));
  }
}

Room describedBy(const VideoDriver& driver) {
  Room room{driver.getRoomId(), driver.getRoomPin(), driver.getExtraPayload(), std::nullopt};
  auto secret = driver.getRoomSecret();
  checkField("room id", room.id, maxRoomField, maxRoomField);
  checkField("room pin", room.pin, maxRoomField, maxRoomField);
  checkField("room secret", secret, maxRoomField, maxRoomField);
  checkField("payload", room.payload, 4 * maxRoomPayload, maxRoomPayload);
  if (secret) room.secret = Secret{std::move(*secret)};
  return room;
}

/// Runs the driver; returns its room, or throws the reason why there is none.
Room create(const ThreadDirectory& threads, const VideoDriverFactory& drivers, const Call& call) {
  const auto thread = threads.findThread(call.threadId);
  if (!thread) throw DriverError("the thread of the call no longer exists");
  const auto driver = drivers();
  if (!driver) throw DriverError("the video driver factory returned null");
  if (!driver->create(*thread, call)) throw DriverError("the video driver's create returned false");
  return describedBy(*driver);
}

/// Runs the driver; throws the reason when the room was not destroyed.
void destroy(const VideoDriverFactory& drivers, const CallWithRoom& call) {
  const auto driver = drivers();
  if (!driver) throw DriverError("the video driver factory returned null");
  if (!driver->destroy(call)) throw DriverError("the video driver's destroy returned false");
}

/// What a driver that is given the call could say in an exception.
std::vector<std::string_view> secretsOf(const CallWithRoom& call) {
  if (!call.room || !call.room->secret) return {};
  return {call.room->secret->reveal()};
}

/// The same of one that is given a session too.
std::vector<std::string_view> secretsOf(const CallWithRoom& call, const Secret& mediaId) {
  std::vector<std::string_view> secrets = secretsOf(call);
  secrets.emplace_back(mediaId.reveal());
  return secrets;
}

rules::Claim claimOf(const Job& job, bool holds) {
  return {Settlement{job.id, job.token, Settlement::Kind::done, {}, {}}, holds};
}

JobFailed failureOf(const Job& job, const std::string& error) {
  return {job.id, job.type, job.call, job.attempts, error};
}

}  // namespace

Attempt RoomJobs::record(const CallState& claimed, const Persistence& persist, const ClaimRule& rule) {
  for (const bool claimHolds : {true, false}) {
    const auto result = persist([&] {
      return engine_.runFrom(claimed, [&](const CallStore::Loaded& loaded, rules::Now now) {
        return rule(loaded.call.value(), claimHolds, now);
      });
    });
    if (!result) return {Attempt::Kind::notNeeded, {}, {}};  // the call no longer exists
    if (result->kind == actions::Done::Kind::claimLost) continue;
    if (!claimHolds) return {Attempt::Kind::lost, {}, {}};
    return attemptOf(*result);
  }
  return {Attempt::Kind::lost, {}, {}};
}

Attempt RoomJobs::setUp(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed,
                        const Persistence& persist) {
  if (!claimed.beginsCreate || !claimed.call) return {Attempt::Kind::notNeeded, {}, {}};
  const CallWithRoom& call = claimed.call->call;
  Room room;
  try {
    room = create(context_.threads, drivers, call);
  } catch (...) {
    return {Attempt::Kind::failed, support::whatWasThrown(), {}};
  }
  return record(*claimed.call, persist, [&](const CallState& state, bool claimHolds, rules::Now now) {
    return rules::recordRoom(room, claimOf(claimed.job, claimHolds), state, context_.rules, now);
  });
}

Attempt RoomJobs::tearDown(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed,
                           const Persistence& persist) {
  if (!claimed.call || !rules::needsTeardown(*claimed.call)) return {Attempt::Kind::notNeeded, {}, {}};
  const CallWithRoom& call = claimed.call->call;
  if (call.roomMayExist) {
    try {
      destroy(drivers, call);
    } catch (...) {
      return {Attempt::Kind::failed, support::whatWasThrown(secretsOf(call)), {}};
    }
  }
  const auto recorded = persist([&] {
    return engine_.runOnce(*claimed.call, [&](const CallStore::Loaded& loaded, rules::Now now) {
      return rules::recordTeardown(claimOf(claimed.job, /*holds=*/true), loaded.call.value(), now);
    });
  });
  if (!recorded) {
    // So run it again. If the claim was lost meanwhile, the settlement shows it.
    return {Attempt::Kind::failed, "the call changed while its room was being destroyed", {}};
  }
  return attemptOf(*recorded);
}

Attempt RoomJobs::removeSession(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed) {
  const auto notNeeded = [] { return Attempt{Attempt::Kind::notNeeded, {}, {}}; };
  const std::optional<Secret>& mediaId = claimed.job.mediaId;
  if (!claimed.call || !claimed.call->call.active() || !mediaId) return notNeeded();
  const CallWithRoom& call = claimed.call->call;
  try {
    const auto driver = drivers();
    if (!driver) throw DriverError("the video driver factory returned null");
    ParticipantRemoval* removal = driver->removal();
    if (removal == nullptr) return notNeeded();
    if (removal->remove(call, *mediaId)) return notNeeded();
    throw DriverError("the video driver's remove returned false");
  } catch (...) {
    return {Attempt::Kind::failed, support::whatWasThrown(secretsOf(call, *mediaId)), {}};
  }
}

std::optional<RoomCredentials> RoomJobs::admit(const VideoDriverFactory& drivers, const CallWithRoom& call,
                                               const CallSession& session) {
  try {
    const auto driver = drivers();
    if (!driver) throw DriverError("the video driver factory returned null");
    ParticipantAccess* access = driver->access();
    if (access == nullptr) return std::nullopt;
    auto credentials = access->admit(call, session);
    if (!credentials) throw DriverError("the video driver's admit returned nothing");
    checkField("identity", credentials->identity, maxRoomField, maxRoomField);
    checkField("token", credentials->token.reveal(), 4 * maxRoomPayload, maxRoomPayload);
    return credentials;
  } catch (...) {
    throw DriverError(support::whatWasThrown(secretsOf(call, session.mediaId.value())));
  }
}

void RoomJobs::reportLateRoom(const CallId& call) {
  // Refused when the call does not exist: then there is nothing to do.
  static_cast<void>(engine_.run({.call = call}, [&](const CallStore::Loaded& loaded, rules::Now now) {
    return rules::reportLateRoom(loaded.call.value(), context_.rules, now);
  }));
}

Attempt RoomJobs::giveUpSetup(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                              const Persistence& persist) {
  return record(claimed.call.value(), persist, [&](const CallState& state, bool claimHolds, rules::Now now) {
    return rules::giveUpSetup(failureOf(claimed.job, failed.error), {failed, claimHolds}, state,
                              context_.rules, now);
  });
}

Attempt RoomJobs::giveUpTeardown(const JobQueue::ClaimedJob& claimed, const Settlement& failed,
                                 const Persistence& persist) {
  return record(claimed.call.value(), persist, [&](const CallState& state, bool claimHolds, rules::Now now) {
    return rules::giveUpTeardown(failureOf(claimed.job, failed.error), {failed, claimHolds}, state, now);
  });
}

}  // namespace messenger::jobs
