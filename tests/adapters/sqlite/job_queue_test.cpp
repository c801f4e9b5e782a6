#include <SQLiteCpp/SQLiteCpp.h>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
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

TEST_CASE("job queue: an idle poll beside a writer -> does not wait", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = sqliteStorage(impatient(fixture));
  storage->jobs().add(newJob("later", JobType::endCalls, "", 60));
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  CHECK_FALSE(storage->jobs().claim(claimNext()).has_value());
  // With a job to claim it needs the lock, and reports it.
  CHECK_THROWS_AS(storage->jobs().claim(claimNext(60)), StorageUnavailable);
  other.exec("ROLLBACK");
  CHECK(storage->jobs().claim(claimNext(60)).value().job.id == JobId{"later"});
}

TEST_CASE("job queue: the file is locked -> a write is unavailable and a read is not", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = sqliteStorage(impatient(fixture));
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  CHECK_THROWS_AS(storage->calls().commit(start("c2", "t2")), StorageUnavailable);
  CHECK_THROWS_AS(storage->jobs().settle({JobId{"c1-setup"}, 1, Settlement::Kind::done, {}, ""}),
                  StorageUnavailable);
  CHECK(load(*storage, "c1").has_value());
  other.exec("COMMIT");
  CHECK(started(*storage, "c2", "t2") == Status::committed);
}

TEST_CASE("job queue: refused or failed -> no lock is held afterwards", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  const auto lockIsFree = [&] {
    other.exec("BEGIN IMMEDIATE");
    other.exec("ROLLBACK");
  };
  CHECK(started(*storage, "c2", "t1") == Status::activeCallExists);
  CHECK_NOTHROW(lockIsFree());
  probe.failNth(4);
  CHECK_THROWS_AS(storage->calls().commit(start("c2", "t2")), StorageUnavailable);
  CHECK_NOTHROW(lockIsFree());
}

TEST_CASE("job queue: a setup is claimed -> the intent is stored with the claim", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const JobQueue::ClaimedJob claimed = storage->jobs().claim(claimNext()).value();
  CHECK(claimed.beginsCreate);
  CHECK(claimed.call.value().call.roomMayExist);
  CHECK(fixture.number("SELECT room_may_exist FROM calls") == 1);
  CHECK(fixture.number("SELECT revision FROM calls") == claimed.call.value().call.revision);
}

TEST_CASE("job queue: each operation -> so many statements", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  const auto cost = [&](auto&& run) {
    const std::size_t before = probe.statements();
    run();
    return probe.statements() - before;
  };
  // BEGIN, the rows, the number of pages, COMMIT.
  CHECK(cost([&] { storage->calls().commit(start("c1", "t1")); }) == 7);
  CHECK(cost([&] { (void)load(*storage, "c1"); }) == 1);
  const CallChange bob = join(*storage, "c1", "bob");
  CHECK(cost([&] { storage->calls().commit(bob); }) == 7);
  CHECK(cost([&] { storage->calls().commit(bob); }) == 3);  // a conflict: nothing is written
  CHECK(cost([&] { (void)storage->jobs().claim(claimNext()); }) ==
        8);  // one looks for ended claims of the call
  CHECK(cost([&] { (void)storage->jobs().claim(claimNext()); }) == 1);
  CHECK(cost([&] { storage->jobs().renew(JobId{"c1-setup"}, 1, t(9)); }) == 4);
  CallChange setUp = change(*storage, "c1");
  setUp.row = load(*storage, "c1").value().call;
  setUp.settles = Settlement{JobId{"c1-setup"}, 1, Settlement::Kind::done, {}, {}};
  CHECK(cost([&] { storage->calls().commit(setUp); }) == 7);
  const CallChange ended = end(*storage, "c1");
  CHECK(cost([&] { storage->calls().commit(ended); }) == 11);
}
