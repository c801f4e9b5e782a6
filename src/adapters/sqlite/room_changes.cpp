#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText setupText =
    "UPDATE calls SET setup_complete = 1, room_may_exist = 1, room_id = ?2, room_pin = ?3, "
    "room_payload = ?4, room_secret = ?5, updated_at = ?6, revision = ?7 WHERE sequence = ?1";

constexpr FixedText lateText =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = ?3 WHERE sequence = ?1";

constexpr FixedText teardownText =
    "UPDATE calls SET teardown_complete = 1, room_may_exist = 0, updated_at = ?2, revision = ?3 "
    "WHERE sequence = ?1";

constexpr FixedText setupWaitsText =
    "SELECT 1 FROM jobs WHERE call_id = ?1 AND type = ?2 AND parked = 0 LIMIT 1";

constexpr FixedText renewText =
    "UPDATE calls SET setup_complete = 0, room_id = NULL, room_pin = NULL, room_payload = NULL, "
    "room_secret = NULL, updated_at = ?2, revision = ?3 WHERE sequence = ?1";

void touch(Call& call, TimePoint now) {
  call.updatedAt = now;
  ++call.revision;
}

void storeRoom(Connection& connection, Call& call, const Room& room, TimePoint now) {
  touch(call, now);
  call.setupComplete = true;
  call.roomMayExist = true;
  call.room = room;
  std::optional<std::string> secret;
  if (room.secret) secret = room.secret->reveal();
  Query(connection, setupText, call.sequence, room.id, room.pin, room.payload, secret, now, call.revision)
      .run();
}

void storeLateRoom(Connection& connection, Call& call, TimePoint now) {
  touch(call, now);
  call.roomMayExist = true;
  Query(connection, lateText, call.sequence, now, call.revision).run();
}

bool setupWaits(Connection& connection, const CallId& call) {
  Query query(connection, setupWaitsText, call, JobType::setupCall);
  return query.next();
}

}  // namespace

SetupOutcome SqliteStorage::completeSetup(const SetupChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> SetupOutcome {
    std::optional<Call> call = loadCall(connection, change.call);
    if (!call) return {SetupStatus::lost, std::nullopt};
    const bool holds = finishJob(connection, change.job, change.token);
    if (!holds && call->active()) return {SetupStatus::lost, std::move(call)};

    // A room that comes after its teardown is as late as one whose claim was lost: both need a new teardown.
    const bool recorded = holds && !call->teardownComplete;
    if (recorded) {
      storeRoom(connection, *call, change.room, change.now);
    } else {
      storeLateRoom(connection, *call, change.now);
      insertJobs(connection, change.ifLate, change.now);
    }
    transaction.commit();
    return {recorded ? SetupStatus::recorded : SetupStatus::lateRoom, std::move(call)};
  });
}

TeardownOutcome SqliteStorage::completeTeardown(const TeardownChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> TeardownOutcome {
    std::optional<Call> call = loadCall(connection, change.call);
    const bool unchanged = call && (!change.revision || call->revision == *change.revision);
    if (!unchanged || call->active() || !finishJob(connection, change.job, change.token))
      return {TeardownStatus::lost, std::move(call)};

    const TeardownStatus status = call->teardownComplete ? TeardownStatus::again : TeardownStatus::tornDown;
    touch(*call, change.now);
    call->teardownComplete = true;
    call->roomMayExist = false;
    Query(connection, teardownText, call->sequence, change.now, call->revision).run();
    transaction.commit();
    return {status, std::move(call)};
  });
}

RenewOutcome SqliteStorage::renewRoom(const RenewChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> RenewOutcome {
    std::optional<Call> call = loadCall(connection, change.call);
    if (!call) return {RenewStatus::noCall, std::nullopt};
    if (!call->active()) return {RenewStatus::ended, std::move(call)};
    if (!call->setupComplete) return {RenewStatus::notSetUp, std::move(call)};
    if (setupWaits(connection, change.call)) return {RenewStatus::waiting, std::move(call)};

    touch(*call, change.now);
    call->setupComplete = false;
    call->room.reset();
    Query(connection, renewText, call->sequence, change.now, call->revision).run();
    insertJob(connection, change.setup, change.now);
    transaction.commit();
    return {RenewStatus::renewed, std::move(call)};
  });
}

}  // namespace messenger::sqlite
