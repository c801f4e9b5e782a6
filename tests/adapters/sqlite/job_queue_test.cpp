#include <SQLiteCpp/SQLiteCpp.h>

#include "messenger/errors.hpp"
#include "tests/adapters/sqlite/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

SqliteOptions impatient(const SqliteFixture& fixture) {
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::milliseconds{20};
  return options;
}

}  // namespace

TEST_CASE("job queue: an idle poll waits for no writer", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = sqliteStorage(impatient(fixture));
  storage->addJob(newJob("later", JobType::endCalls, "", at(60)));
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  CHECK_FALSE(storage->claimJob(claimNext()).has_value());
  // With something to claim it needs the lock, and says so.
  CHECK_THROWS_AS(storage->claimJob(claimNext(at(60))), StorageUnavailable);
  other.exec("ROLLBACK");
  CHECK(storage->claimJob(claimNext(at(60))).value().job.id == JobId{"later"});
}

TEST_CASE("job queue: a write that finds the file locked is unavailable, a read is not", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = sqliteStorage(impatient(fixture));
  REQUIRE(storage->startCall(start("c1", "t1")).status == StartStatus::started);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  CHECK_THROWS_AS(storage->startCall(start("c2", "t2")), StorageUnavailable);
  CHECK_THROWS_AS(storage->settleJob({JobId{"c1-setup"}, 1, Settlement::Kind::done, t0, ""}),
                  StorageUnavailable);
  CHECK(storage->findCall(CallId{"c1"}, std::nullopt).has_value());
  other.exec("COMMIT");
  CHECK(storage->startCall(start("c2", "t2")).status == StartStatus::started);
}

TEST_CASE("job queue: who is refused or fails holds no lock afterwards", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  REQUIRE(storage->startCall(start("c1", "t1")).status == StartStatus::started);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  const auto lockIsFree = [&] {
    other.exec("BEGIN IMMEDIATE");
    other.exec("ROLLBACK");
  };
  CHECK(storage->startCall(start("c2", "t1")).status == StartStatus::alreadyActive);
  CHECK_NOTHROW(lockIsFree());
  probe.failNth(4);
  CHECK_THROWS_AS(storage->startCall(start("c2", "t2")), StorageUnavailable);
  CHECK_NOTHROW(lockIsFree());
}

TEST_CASE("job queue: the intent to make a room is stored with the claim", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  REQUIRE(storage->startCall(start("c1", "t1")).status == StartStatus::started);
  const ClaimedJob claimed = storage->claimJob(claimNext()).value();
  CHECK(claimed.beginsCreate);
  CHECK(claimed.call.value().roomMayExist);
  CHECK(fixture.number("SELECT room_may_exist FROM calls") == 1);
  CHECK(fixture.number("SELECT revision FROM calls") == claimed.call.value().revision);
}

TEST_CASE("job queue: what an operation costs in statements", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  const auto cost = [&](auto&& run) {
    const std::size_t before = probe.statements();
    run();
    return probe.statements() - before;
  };
  // BEGIN, the rows, COMMIT; a change of one row is one statement.
  CHECK(cost([&] { storage->startCall(start("c1", "t1")); }) == 5);
  CHECK(cost([&] { storage->joinCall(join("c1", "bob")); }) == 5);
  (void)storage->jobs({});  // opens the reader
  CHECK(cost([&] { (void)storage->claimJob(claimNext()); }) == 7);
  CHECK(cost([&] { (void)storage->claimJob(claimNext()); }) == 1);
  CHECK(cost([&] { storage->renewJob(JobId{"c1-setup"}, 1, at(9)); }) == 1);
  CHECK(cost([&] { storage->completeSetup({CallId{"c1"}, JobId{"c1-setup"}, 1, {}, t0, {}}); }) == 5);
  CHECK(cost([&] { storage->leaveCall(leave("c1", "bob")); }) == 5);
  CHECK(cost([&] { storage->leaveCall(leave("c1", "alice")); }) == 6);
  CHECK(cost([&] { (void)storage->findCall(CallId{"c1"}, user("bob")); }) == 1);
}
