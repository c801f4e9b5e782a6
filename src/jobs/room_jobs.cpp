#include "jobs/room_jobs.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "messenger/errors.hpp"
#include "rules/setup_room.hpp"
#include "rules/teardown_room.hpp"
#include "support/text.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {
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

/// Throws DriverError for a room that cannot be stored or sent.
Room checkedRoom(Room room) {
  checkField("room id", room.id, maxRoomField, maxRoomField);
  checkField("room pin", room.pin, maxRoomField, maxRoomField);
  if (room.secret) checkField("room secret", room.secret->reveal(), maxRoomField, maxRoomField);
  checkField("payload", room.payload, 4 * maxRoomPayload, maxRoomPayload);
  return room;
}

Room describedBy(const VideoDriver& driver) {
  Room room{driver.getRoomId(), driver.getRoomPin(), driver.getExtraPayload(), std::nullopt};
  if (auto secret = driver.getRoomSecret()) room.secret = Secret{std::move(*secret)};
  return checkedRoom(std::move(room));
}

/// Throws when there is none any more.
Thread threadOf(const ThreadDirectory& threads, const Call& call) {
  auto thread = threads.findThread(call.threadId);
  if (!thread) throw DriverError("the thread of the call no longer exists");
  return *std::move(thread);
}

std::unique_ptr<VideoDriver> makeDriver(const VideoDriverFactory& drivers) {
  auto driver = drivers();
  if (!driver) throw DriverError("the video driver factory returned null");
  return driver;
}

/// Asks the driver something, and observes how long it takes and whether it was done.
class Asked {
 public:
  Asked(actions::Meter& meter, std::string_view operation) noexcept : meter_(meter), operation_(operation) {}

  template <class Question>
  auto operator()(Question&& question) const {
    const SteadyPoint begun = meter_.begin();
    try {
      auto answer = question();
      observe(begun, static_cast<bool>(answer));
      return answer;
    } catch (...) {
      observe(begun, /*done=*/false);
      throw;
    }
  }

 private:
  void observe(SteadyPoint begun, bool done) const {
    meter_.observeSince(begun, Metric::driverOperation, operation_, driverResult(done));
  }

  actions::Meter& meter_;
  std::string_view operation_;
};

/// Runs the driver; returns its room, or throws the reason why there is none.
Room create(const ThreadDirectory& threads, const VideoDriverFactory& drivers, const Call& call,
            const Asked& asked) {
  const Thread thread = threadOf(threads, call);
  const auto driver = makeDriver(drivers);
  if (!asked([&] { return driver->create(thread, call); }))
    throw DriverError("the video driver's create returned false");
  return describedBy(*driver);
}

/// Runs the driver; throws the reason when the room was not destroyed.
void destroy(const VideoDriverFactory& drivers, const CallWithRoom& call, const Asked& asked) {
  const auto driver = makeDriver(drivers);
  if (!asked([&] { return driver->destroy(call); }))
    throw DriverError("the video driver's destroy returned false");
}

/// The same when the session was not taken out. Who cannot do so has nothing to do.
void remove(const VideoDriverFactory& drivers, const CallWithRoom& call, const Secret& mediaId,
            const Asked& asked) {
  const auto driver = makeDriver(drivers);
  ParticipantRemoval* removal = driver->removal();
  if (removal != nullptr && !asked([&] { return removal->remove(call, mediaId); }))
    throw DriverError("the video driver's remove returned false");
}

/// What a driver that is given a call, and perhaps a session, could say in an exception.
std::vector<std::string_view> secretsOf(const CallWithRoom& call, const std::optional<Secret>& mediaId) {
  std::vector<std::string_view> secrets;
  if (call.room && call.room->secret) secrets.emplace_back(call.room->secret->reveal());
  if (mediaId) secrets.emplace_back(mediaId->reveal());
  return secrets;
}

std::vector<std::string_view> secretsOf(const JobQueue::ClaimedJob& claimed) {
  return secretsOf(claimed.call->call, claimed.job.mediaId);
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

bool RoomJobs::asks(const JobQueue::ClaimedJob& claimed) {
  if (!claimed.call) return false;
  switch (claimed.job.type) {
    case JobType::setupCall:
      return claimed.beginsCreate;
    case JobType::teardownCall:
      return rules::needsTeardown(*claimed.call) && claimed.call->call.roomMayExist;
    case JobType::removeFromRoom:  // when the call has ended its room goes
      return claimed.call->call.active() && claimed.job.mediaId.has_value();
    default:
      return false;
  }
}

std::string_view driverOperation(JobType type) noexcept {
  if (type == JobType::setupCall) return "create";
  return type == JobType::teardownCall ? "destroy" : "remove";
}

DriverOutcome RoomJobs::ask(const VideoDriverFactory& drivers, const JobQueue::ClaimedJob& claimed) const {
  const CallWithRoom& call = claimed.call->call;
  const Asked asked(context_.meter, driverOperation(claimed.job.type));
  try {
    if (claimed.job.type == JobType::setupCall) return create(context_.threads, drivers, call, asked);
    if (claimed.job.type == JobType::teardownCall) {
      destroy(drivers, call, asked);
    } else {
      remove(drivers, call, *claimed.job.mediaId, asked);
    }
    return Room{};
  } catch (...) {
    return tl::unexpected<std::string>(support::whatWasThrown(secretsOf(claimed)));
  }
}

BasicResult<Thread, std::string> RoomJobs::prepare(const JobQueue::ClaimedJob& claimed) const {
  try {
    if (claimed.job.type != JobType::setupCall) return Thread{};
    return threadOf(context_.threads, claimed.call->call);
  } catch (...) {
    return tl::unexpected<std::string>(support::whatWasThrown());
  }
}

void RoomJobs::ask(AsyncVideoDriver& driver, const Thread& thread, const JobQueue::ClaimedJob& claimed,
                   const DriverCompletion& done) {
  const CallWithRoom& call = claimed.call->call;
  if (claimed.job.type == JobType::setupCall) return driver.create(thread, call, done);
  if (claimed.job.type == JobType::teardownCall) return driver.destroy(call, done);
  driver.remove(call, *claimed.job.mediaId, done);
}

DriverOutcome RoomJobs::checked(DriverOutcome outcome, const JobQueue::ClaimedJob& claimed) {
  try {
    if (!outcome) throw DriverError(outcome.error());
    if (claimed.job.type != JobType::setupCall) return Room{};
    return checkedRoom(*std::move(outcome));
  } catch (...) {
    return tl::unexpected<std::string>(support::whatWasThrown(secretsOf(claimed)));
  }
}

Attempt RoomJobs::conclude(const JobQueue::ClaimedJob& claimed, const std::optional<DriverOutcome>& outcome,
                           const Persistence& persist) {
  if (outcome && !*outcome) return {Attempt::Kind::failed, outcome->error(), {}};
  if (claimed.job.type == JobType::teardownCall) return recordTeardown(claimed, persist);
  if (!outcome || claimed.job.type == JobType::removeFromRoom) return {Attempt::Kind::notNeeded, {}, {}};
  return record(*claimed.call, persist, [&](const CallState& state, bool claimHolds, rules::Now now) {
    return rules::recordRoom(**outcome, claimOf(claimed.job, claimHolds), state, context_.rules, now);
  });
}

Attempt RoomJobs::recordTeardown(const JobQueue::ClaimedJob& claimed, const Persistence& persist) {
  if (!claimed.call || !rules::needsTeardown(*claimed.call)) return {Attempt::Kind::notNeeded, {}, {}};
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

std::optional<RoomCredentials> RoomJobs::admit(const VideoDriverFactory& drivers, const CallWithRoom& call,
                                               const CallSession& session) const {
  try {
    const auto driver = makeDriver(drivers);
    ParticipantAccess* access = driver->access();
    if (access == nullptr) return std::nullopt;
    auto credentials = Asked(context_.meter, "admit")([&] { return access->admit(call, session); });
    if (!credentials) throw DriverError("the video driver's admit returned nothing");
    checkField("identity", credentials->identity, maxRoomField, maxRoomField);
    checkField("token", credentials->token.reveal(), 4 * maxRoomPayload, maxRoomPayload);
    return credentials;
  } catch (...) {
    throw DriverError(support::whatWasThrown(secretsOf(call, session.mediaId)));
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
