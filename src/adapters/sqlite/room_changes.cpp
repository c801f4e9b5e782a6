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

}  // namespace

SetupOutcome SqliteStorage::completeSetup(const SetupChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> SetupOutcome {
    std::optional<Call> call = loadCall(connection, change.call);
    if (!call) return {SetupStatus::lost, std::nullopt};
    const bool ours = finishJob(connection, change.job, change.token);
    if (!ours && call->active()) return {SetupStatus::lost, std::move(call)};

    if (ours) {
      storeRoom(connection, *call, change.room, change.now);
      // The lease ran out unnoticed and the teardown has been and gone: it must come once more for this room.
      if (call->teardownComplete) insertJobs(connection, change.ifLate, change.now);
    } else {
      touch(*call, change.now);
      call->roomMayExist = true;
      Query(connection, lateText, call->sequence, change.now, call->revision).run();
      insertJobs(connection, change.ifLate, change.now);
    }
    transaction.commit();
    return {ours ? SetupStatus::recorded : SetupStatus::lateRoom, std::move(call)};
  });
}

TeardownOutcome SqliteStorage::completeTeardown(const TeardownChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> TeardownOutcome {
    std::optional<Call> call = loadCall(connection, change.call);
    if (!call || call->active() || !finishJob(connection, change.job, change.token))
      return {TeardownStatus::lost, std::move(call)};

    const TeardownStatus status = call->teardownComplete ? TeardownStatus::again : TeardownStatus::tornDown;
    if (status == TeardownStatus::tornDown || call->roomMayExist) {
      touch(*call, change.now);
      call->teardownComplete = true;
      call->roomMayExist = false;
      Query(connection, teardownText, call->sequence, change.now, call->revision).run();
    }
    transaction.commit();
    return {status, std::move(call)};
  });
}

}  // namespace messenger::sqlite
