#include <array>
#include <csignal>
#include <string>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/peer.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Two processes of four OS threads each, started together; returns how often they succeeded in total.
int raceOfTwo(const SqliteFixture& fixture, const std::string& what) {
  Peer one(fixture.file().string(), what, "one-");
  Peer two(fixture.file().string(), what, "two-");
  one.go();
  two.go();
  const int yes = std::stoi(one.line()) + std::stoi(two.line());
  CHECK(one.wait() == 0);
  CHECK(two.wait() == 0);
  return yes;
}

}  // namespace

TEST_CASE("SQLite processes: 64 starts in two processes -> one call", "[sqlite][processes]") {
  const SqliteFixture fixture;
  CHECK(raceOfTwo(fixture, "start") == 1);
  CHECK(fixture.number("SELECT count(*) FROM calls") == 1);
  CHECK(fixture.number("SELECT count(*) FROM call_participants") == 1);
  CHECK(fixture.number("SELECT count(*) FROM jobs") == 1);
}

TEST_CASE("SQLite processes: 64 joins of one user -> one row", "[sqlite][processes]") {
  const SqliteFixture fixture;
  REQUIRE(started(*fixture.open(), "c1", "t1") == Status::committed);
  CHECK(raceOfTwo(fixture, "join") == 1);
  CHECK(fixture.number("SELECT count(*) FROM call_participants WHERE user_id = 'bob'") == 1);
  CHECK(fixture.number("SELECT revision FROM calls") == 2);
}

TEST_CASE("SQLite processes: 64 ends -> the call ends once", "[sqlite][processes]") {
  const SqliteFixture fixture;
  REQUIRE(started(*fixture.open(), "c1", "t1") == Status::committed);
  CHECK(raceOfTwo(fixture, "end") == 1);
  CHECK(fixture.number("SELECT count(*) FROM jobs WHERE type = 2") == 1);
}

TEST_CASE("SQLite processes: 64 claims -> each job is claimed once", "[sqlite][processes]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  for (int i = 0; i < 10; ++i) storage->jobs().add(newJob("j" + std::to_string(i), JobType::endCalls, ""));
  CHECK(raceOfTwo(fixture, "claim") == 10);
  CHECK(fixture.number("SELECT min(attempts) + max(attempts) FROM jobs") == 2);
}

TEST_CASE("SQLite processes: two open a new file at once -> both get the same database",
          "[sqlite][processes]") {
  for (int round = 0; round < 10; ++round) {
    const SqliteFixture fixture;
    CHECK(raceOfTwo(fixture, "open") == 2);
    CHECK(fixture.number("SELECT count(*) FROM calls") == 2);
    CHECK(fixture.text("PRAGMA journal_mode") == "wal");
    CHECK(fixture.text("PRAGMA integrity_check") == "ok");
  }
}

TEST_CASE("SQLite processes: a lock held elsewhere for too long -> StorageUnavailable",
          "[sqlite][processes]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::milliseconds{50};
  const auto storage = sqliteStorage(options);
  Peer holder(fixture.file().string(), "lock", "-");
  CHECK_THROWS_AS(storage->calls().commit(start("c1", "t1")), StorageUnavailable);
  CHECK_NOTHROW(sqliteStorage(options));  // nothing to migrate, nothing to wait for
  holder.go();
  CHECK(holder.wait() == 0);
  CHECK(started(*storage, "c1", "t1") == Status::committed);
}

TEST_CASE("SQLite processes: killed at any statement -> sound file with all of a change or nothing",
          "[sqlite][processes]") {
  constexpr std::size_t afterCommit = 0;
  constexpr std::size_t statements = 6;  // of a start
  for (std::size_t n = 0; n <= statements; ++n) {
    const SqliteFixture fixture;
    REQUIRE(started(*fixture.open(), "c1", "t1") == Status::committed);
    Peer peer(fixture.file().string(), "die", std::to_string(n));
    peer.go();
    CHECK(peer.line().empty());
    CHECK(peer.wait() == -SIGKILL);

    const auto storage = fixture.open();
    CHECK(fixture.text("PRAGMA integrity_check") == "ok");
    CHECK(load(*storage, "c1").has_value());
    const bool whole = n == afterCommit;
    CHECK(load(*storage, "c2").has_value() == whole);
    CHECK(storage->calls().participants({CallId{"c2"}, 0, 9}).size() == (whole ? 1U : 0U));
    CHECK(storage->jobs().list({}).size() == (whole ? 2U : 1U));
    CHECK(started(*storage, "c3", "t2") == (whole ? Status::activeCallExists : Status::committed));
  }
}
