#include "actions/actions.hpp"
#include "actions/effects.hpp"
#include "messenger/errors.hpp"
#include "support/text.hpp"

namespace messenger::actions {
namespace {

/// Runs the driver; throws why the room is still there.
void destroy(const VideoDriverFactory& drivers, const Call& call) {
  const auto driver = drivers();
  if (!driver) throw DriverError("the video driver factory returned nothing");
  if (!driver->destroy(call)) throw DriverError("the video driver's destroy returned false");
}

std::optional<std::string_view> secretOf(const Call& call) {
  if (!call.room || !call.room->secret) return std::nullopt;
  return call.room->secret->reveal();
}

}  // namespace

RoomTry teardownRoom(Context& context, const VideoDriverFactory& drivers, const ClaimedJob& claimed) {
  if (!claimed.call) return {RoomTry::Kind::notNeeded, {}};
  const Call& call = *claimed.call;
  if (call.active() || (call.teardownComplete && !call.roomMayExist)) return {RoomTry::Kind::notNeeded, {}};
  if (call.roomMayExist) {
    try {
      destroy(drivers, call);
    } catch (const std::exception& error) {
      return {RoomTry::Kind::failed, support::presentable(error.what(), secretOf(call))};
    } catch (...) {
      return {RoomTry::Kind::failed, "the video driver threw something that is no std::exception"};
    }
  }

  Delivery::Ticket ticket(context.delivery, call.id);
  const TeardownOutcome outcome = context.storage.completeTeardown(
      {call.id, claimed.job.id, claimed.job.token, context.clock.now().wall, call.revision});
  switch (outcome.status) {
    case TeardownStatus::lost:
      // A `create` that had lost its claim may have made a room behind the `destroy`: once more, then.
      // Whoever lost this claim finds that out when settling.
      return {RoomTry::Kind::failed, "the call changed while its room was being destroyed"};
    case TeardownStatus::again:
      return {RoomTry::Kind::done, {}};
    case TeardownStatus::tornDown:
      break;
  }
  const Call& torn = outcome.call.value();
  ticket.deliver(torn.revision, {Event{CallTornDown{withoutRoom(torn)}}});
  return {RoomTry::Kind::done, {}};
}

bool giveUpTeardown(Context& context, const ClaimedJob& claimed, const Settlement& parked) {
  if (!claimed.call) return context.storage.settleJob(parked);
  const Call call = withoutRoom(*claimed.call);
  Delivery::Ticket ticket(context.delivery, call.id);
  if (!context.storage.settleJob(parked)) return false;
  ticket.deliver(
      call.revision,
      {Event{JobFailed{claimed.job.id, claimed.job.type, call.id, claimed.job.attempts, parked.error}},
       Event{CallTeardownFailed{call, parked.error}}});
  return true;
}

}  // namespace messenger::actions
