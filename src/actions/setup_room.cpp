#include <fmt/format.h>

#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "messenger/errors.hpp"
#include "support/text.hpp"

namespace messenger::actions {
namespace {

/// Throws DriverError for what cannot be stored or sent.
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

/// Runs the driver; returns its room, or throws why there is none.
Room create(Context& context, const VideoDriverFactory& drivers, const Call& call) {
  const auto thread = context.threads.findThread(call.threadId);
  if (!thread) throw DriverError("the thread of the call does not exist any more");
  const auto driver = drivers();
  if (!driver) throw DriverError("the video driver factory returned nothing");
  if (!driver->create(*thread, call)) throw DriverError("the video driver's create returned false");
  return describedBy(*driver);
}

/// What `create` gave, or may have given, is recorded, or found to be late.
SetupOutcome record(Context& context, const ClaimedJob& claimed, Room room, FollowUps& followUps) {
  SetupChange change;
  change.call = claimed.job.call.value();
  change.job = claimed.job.id;
  change.token = claimed.job.token;
  change.room = std::move(room);
  change.now = context.clock.now().wall;
  // A room that came too late must go, whatever the subscriber's setting is by now.
  change.ifLate = {followUps.make(JobType::teardownCall, change.call, change.now)};
  SetupOutcome outcome = context.storage.completeSetup(change);
  if (outcome.status == SetupStatus::lateRoom) followUps.stored(change.ifLate);
  return outcome;
}

}  // namespace

RoomTry setupRoom(Context& context, const VideoDriverFactory& drivers, const ClaimedJob& claimed,
                  FollowUps& followUps) {
  if (!claimed.beginsCreate || !claimed.call) return {RoomTry::Kind::notNeeded, {}};
  const Call& call = *claimed.call;
  Room room;
  try {
    room = create(context, drivers, call);
  } catch (const std::exception& error) {
    return {RoomTry::Kind::failed, support::presentable(error.what(), std::nullopt)};
  } catch (...) {
    return {RoomTry::Kind::failed, "the video driver threw something that is no std::exception"};
  }

  Delivery::Ticket ticket(context.delivery, call.id);
  const SetupOutcome outcome = record(context, claimed, std::move(room), followUps);
  if (outcome.status != SetupStatus::recorded) return {RoomTry::Kind::lost, {}};
  if (outcome.call.value().active()) {
    EffectsOf effects(context, *outcome.call, std::nullopt);
    effects.event(CallSetupCompleted{effects.call()});
    ticket.deliver(outcome.call->revision, effects.take());
  }
  return {RoomTry::Kind::done, {}};
}

void reportLateRoom(Context& context, const ClaimedJob& claimed, FollowUps& followUps) {
  record(context, claimed, {}, followUps);
}

bool giveUpSetup(Context& context, const ClaimedJob& claimed, const Settlement& parked,
                 FollowUps& followUps) {
  if (!claimed.call) return context.storage.settleJob(parked);
  EndChange change;
  change.call = claimed.call->id;
  change.reason = EndReason::setupFailed;
  change.settles = parked;
  const auto failure = [&](const Call& call) {
    return std::vector<Event>{
        JobFailed{claimed.job.id, claimed.job.type, call.id, claimed.job.attempts, parked.error},
        CallSetupFailed{call, parked.error}};
  };
  const EndOutcome outcome = endWithoutAsking(context, change, followUps, failure);
  if (outcome.status == EndStatus::ended) return true;
  if (outcome.status == EndStatus::lostJob) return false;
  // The call ended meanwhile: its teardown sees to whatever this try left behind.
  Settlement done = parked;
  done.kind = Settlement::Kind::done;
  return context.storage.settleJob(done);
}

}  // namespace messenger::actions
