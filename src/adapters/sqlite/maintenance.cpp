#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText setDownText =
    "INSERT INTO settings (key, value) VALUES ('calls_down_until', ?1) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value";
constexpr FixedText clearDownText = "DELETE FROM settings WHERE key = 'calls_down_until' RETURNING value";
constexpr FixedText downUntilText = "SELECT value FROM settings WHERE key = 'calls_down_until'";

constexpr FixedText activeText =
    "SELECT count(*), coalesce(max(sequence), 0) FROM calls INDEXED BY calls_active WHERE ended_at IS NULL";
constexpr FixedText activeBeforeText = activeText + " AND created_at < ?1";

ActiveSummary readSummary(Query& row) {
  row.next();
  return {row.count(0), row.integer(1)};
}

}  // namespace

ActiveSummary SqliteStorage::setCallsDown(const DownChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) {
    Query(connection, setDownText, change.until).run();
    Query row(connection, activeText);
    const ActiveSummary active = readSummary(row);
    row.run();
    if (active.count > 0 && change.sweep) {
      NewJob sweep = *change.sweep;
      sweep.cutoff = active.cutoff;
      insertJob(connection, sweep, change.now);
    }
    transaction.commit();
    return active;
  });
}

bool SqliteStorage::clearCallsDown(TimePoint now) {
  return pool_.writeOne([&](Connection& connection) {
    bool down = false;
    Query row(connection, clearDownText);
    while (row.next()) down = row.time(0) > now;
    return down;
  });
}

std::optional<TimePoint> SqliteStorage::callsDownUntil() const {
  return pool_.readOne([&](Connection& connection) -> std::optional<TimePoint> {
    Query row(connection, downUntilText);
    if (!row.next()) return std::nullopt;
    return row.time(0);
  });
}

ActiveSummary SqliteStorage::activeSummary(TimePoint createdBefore) const {
  return pool_.readOne([&](Connection& connection) {
    Query row(connection, activeBeforeText, createdBefore);
    return readSummary(row);
  });
}

}  // namespace messenger::sqlite
