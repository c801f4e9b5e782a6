#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::inline v0::sqlite {

namespace {

constexpr FixedText setText =
    "INSERT INTO settings (key, value) VALUES ('calls_down_until', ?1) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value";
constexpr FixedText clearText = "DELETE FROM settings WHERE key = 'calls_down_until' RETURNING value";
constexpr FixedText untilText = "SELECT value FROM settings WHERE key = 'calls_down_until'";
constexpr FixedText activeText =
    "SELECT count(*), coalesce(max(sequence), 0) FROM calls INDEXED BY calls_active WHERE ended_at IS NULL";

CallStore::ActiveSummary activeCalls(Connection& connection) {
  Query row(connection, activeText);
  row.next();
  return {row.count(0), row.integer(1)};
}

}  // namespace

CallStore::ActiveSummary SqliteSwitches::takeCallsDown(const TakeDown& change) {
  return pool_.write([&](Connection& connection) {
    Query(connection, setText, change.until).run();
    const CallStore::ActiveSummary active = activeCalls(connection);
    if (active.count > 0 && change.sweep) {
      NewJob sweep = *change.sweep;
      sweep.cutoff = active.highestSequence;
      insertJob(connection, sweep);
    }
    return active;
  });
}

bool SqliteSwitches::bringCallsUp(StorageTime now) {
  return pool_.write([&](Connection& connection) {
    bool down = false;
    Query row(connection, clearText);
    while (row.next()) down = row.storageTime(0) > now;
    return down;
  });
}

std::optional<StorageTime> SqliteSwitches::callsDownUntil() {
  return pool_.readOne([&](Connection& connection) -> std::optional<StorageTime> {
    Query row(connection, untilText);
    if (!row.next()) return std::nullopt;
    return row.storageTime(0);
  });
}

}  // namespace messenger::sqlite
