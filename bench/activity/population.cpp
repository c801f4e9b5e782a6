#include "bench/activity/population.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace messenger::bench {
namespace {

template <class Time>
std::int64_t number(Time time) {
  return time.time_since_epoch().count();
}

std::int64_t count(RawDatabase& database, const std::string& what) {
  RawStatement statement(database, ("SELECT count(*) FROM " + what).c_str());
  statement.step();
  return statement.integer(0);
}

}  // namespace

SessionKey Population::key(std::size_t participant) {
  return {CallId{fmt::format("{:026}", (participant + 3) / 4)},
          UserId{"user", fmt::format("{}", participant)}};
}

void populate(const std::filesystem::path& file, const Population& population, TimePoint createdAt,
              StorageTime seenAt) {
  RawDatabase database(file, RawDatabase::Access::write);
  const auto numbers = [](std::size_t count) {
    return fmt::format(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) ", count);
  };
  database.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN IMMEDIATE");
  database.execute(
      fmt::format("INSERT INTO threads (id, type, subject, calling, locked) {}"
                  "SELECT printf('%026d', n), 2, 'Bench', 1, 0 FROM numbers",
                  numbers(population.calls())));
  database.execute(fmt::format(
      "INSERT INTO thread_members (thread_id, user_type, user_id, admin, start_calls, pending, muted) {}"
      "SELECT printf('%026d', (n + 3) / 4), 'user', n, 0, 0, 0, 0 FROM numbers",
      numbers(population.participants)));
  database.execute(fmt::format(
      "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, revision) {}"
      "SELECT printf('%026d', n), printf('%026d', n), 'user', n * 4, 1, {}, {}, 4 FROM numbers",
      numbers(population.calls()), number(createdAt), number(createdAt)));
  database.execute(
      fmt::format("INSERT INTO call_participants (id, call_sequence, user_type, user_id, created_at, "
                  "updated_at) {}"
                  "SELECT printf('%026d', n), (n + 3) / 4, 'user', n, {}, {} FROM numbers",
                  numbers(population.participants), number(createdAt), number(createdAt)));
  database.execute(fmt::format(
      "INSERT INTO call_sessions (participant_sequence, device, opened_at, last_seen_at, seen_by) {}"
      "SELECT n, '', {}, {}, 1 FROM numbers",
      numbers(population.participants), number(createdAt), number(seenAt)));
  database.execute("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
}

Silence::Silence(const std::filesystem::path& file, const Population& population, std::size_t silent)
    : silent_(silent), database_(file, RawDatabase::Access::write) {
  database_.execute(
      "PRAGMA synchronous = OFF; CREATE TEMP TABLE silent_calls (sequence INTEGER PRIMARY KEY)");
  const std::size_t calls = silent / 4;
  for (std::size_t n = 0; n < calls; ++n) {
    database_.execute(
        fmt::format("INSERT INTO silent_calls VALUES ({})", 1 + n * (population.calls() / calls)));
  }
}

void Silence::prepare(StorageTime seenAt) {
  database_.execute(fmt::format(
      "BEGIN IMMEDIATE;"
      "UPDATE calls SET ended_at = NULL, end_reason = NULL, updated_at = created_at, revision = 4 "
      "WHERE sequence IN silent_calls;"
      "UPDATE call_participants SET left_at = NULL, departed_at = NULL, updated_at = created_at "
      "WHERE call_sequence IN silent_calls;"
      "UPDATE call_sessions SET closed_at = NULL, departed_at = NULL, last_seen_at = {} "
      "WHERE participant_sequence IN (SELECT sequence FROM call_participants WHERE call_sequence IN "
      "silent_calls);"
      "DELETE FROM jobs;"
      "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)",
      number(seenAt)));
}

void Silence::check() {
  const auto silent = static_cast<std::int64_t>(silent_);
  if (count(database_, "call_participants WHERE left_at IS NOT NULL") != silent ||
      count(database_, "calls WHERE ended_at IS NOT NULL") != silent / 4 ||
      count(database_, "jobs") != silent / 4) {
    throw std::runtime_error("the activity check did not evict the right participants");
  }
}

}  // namespace messenger::bench
