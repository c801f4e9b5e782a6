// Rows of kinds that this version does not know, as a newer one may write: each stops nothing but itself.
#include <algorithm>
#include <string>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using Catch::Matchers::Contains;

namespace {

template <class Rows>
std::vector<std::string> idsOf(const Rows& rows) {
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.id.value());
  return ids;
}

using Ids = std::vector<std::string>;

/// Calls c1 to c5, each in the thread of its number, with c3 of a type that is not known yet.
std::shared_ptr<Storage> withUnknownCall(const SqliteFixture& fixture) {
  auto storage = fixture.open();
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(started(*storage, "c" + std::to_string(i), "t" + std::to_string(i)) == Status::committed);
  }
  fixture.run("UPDATE calls SET type = 9 WHERE id = 'c3'");
  return storage;
}

}  // namespace

TEST_CASE("unreadable rows: a job of an unknown type → left alone, the next one is claimed",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  for (const char* id : {"j1", "j2", "j3"}) storage->jobs().add(newJob(id, JobType::endCalls, ""));
  fixture.run("UPDATE jobs SET type = 99 WHERE id = 'j1'");
  CHECK(storage->jobs().claim(claimNext()).value().job.id == JobId{"j2"});
  CHECK(storage->jobs().claim(claimNext()).value().job.id == JobId{"j3"});
  CHECK_FALSE(storage->jobs().claim(claimNext()));
  CHECK_FALSE(storage->jobs().claim(claimOf("j1")));
  CHECK(fixture.number("SELECT count(*) FROM jobs WHERE id = 'j1' AND attempts = 0 AND token = 0 "
                       "AND leased_until IS NULL") == 1);
  CHECK(storage->takeUnreadable() == Ids{"job j1: jobs.type cannot be 99"});
  CHECK(storage->takeUnreadable().empty());  // once

  const auto counts = storage->jobs().counts("messenger", t(1));
  CHECK(counts.unreadable == 1);
  CHECK(counts.waiting == 1);
  CHECK_FALSE(counts.nextAt);
  const auto types = storage->jobs().countsByType("messenger", t(1));
  REQUIRE(types.size() == 1);  // of those that can be read, which run
  CHECK(types[0].running == 2);
  CHECK(types[0].due == 0);

  fixture.run("UPDATE jobs SET type = 4 WHERE id = 'j1'");
  CHECK(storage->jobs().claim(claimNext()).value().job.id == JobId{"j1"});
}

TEST_CASE("unreadable rows: a job of an unknown type that runs elsewhere → keeps its call to itself",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  storage->jobs().add(newJob("newer", JobType::endCalls, "c1"));
  fixture.run("UPDATE jobs SET type = 99, leased_until = " +
              std::to_string(t(30).time_since_epoch().count()) + " WHERE id = 'newer'");
  CHECK_FALSE(storage->jobs().claim(claimNext()));
  CHECK(storage->jobs().claim(claimNext(31)).value().job.id == JobId{"c1-setup"});
}

TEST_CASE("unreadable rows: the job of a call of an unknown type → left alone, others are claimed",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = withUnknownCall(fixture);
  Ids claimed;
  while (const auto job = storage->jobs().claim(claimNext())) claimed.push_back(job->job.id.value());
  CHECK(claimed == Ids{"c1-setup", "c2-setup", "c4-setup", "c5-setup"});
  CHECK(fixture.number("SELECT room_may_exist FROM calls WHERE id = 'c3'") == 0);
  CHECK(storage->takeUnreadable() == Ids{"job c3-setup: calls.type cannot be 9"});
  CHECK(storage->jobs().counts("messenger", t(1)).unreadable == 1);
}

TEST_CASE("unreadable rows: listings go on, and a page is as long as it should be", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = withUnknownCall(fixture);
  SECTION("sweeps over active calls") {
    CHECK(idsOf(storage->calls().activeCallsAfter({0, 99, 3})) == Ids{"c1", "c2", "c4"});
    CHECK(idsOf(storage->calls().activeCallsAfter({2, 99, 3})) == Ids{"c4", "c5"});
  }
  SECTION("the active calls of a user") {
    Ids ids;
    for (const auto& each :
         storage->calls().activeCalls({ThreadId{"t2"}, ThreadId{"t3"}, ThreadId{"t4"}}, user("alice"))) {
      ids.push_back(each.call.id.value());
    }
    CHECK(ids == Ids{"c2", "c4"});
  }
  SECTION("jobs") {
    fixture.run("UPDATE jobs SET type = 99 WHERE id = 'c2-setup'; UPDATE jobs SET failed = 1");
    CHECK(idsOf(storage->jobs().list({true, 0, 2})) == Ids{"c1-setup", "c3-setup"});
    CHECK(storage->jobs().retryFailed(std::nullopt, t(1)) == 5);
    CHECK(idsOf(storage->jobs().list({false, 1, 2})) == Ids{"c3-setup", "c4-setup"});
  }
  SECTION("history") {
    fixture.run(
        "UPDATE calls SET thread_id = 't1', ended_at = 5, end_reason = iif(id = 'c3', 200, 1), type = 1");
    const auto page = storage->calls().history({ThreadId{"t1"}, {}, 3, user("alice")});
    Ids ids;
    for (const auto& each : page.calls) ids.push_back(each.call.id.value());
    CHECK(ids == Ids{"c5", "c4", "c2"});
    CHECK(page.more);
    const auto last = storage->calls().history({ThreadId{"t1"}, CallId{"c2"}, 3, user("alice")});
    CHECK(last.calls.size() == 1);
    CHECK_FALSE(last.more);
    CHECK(storage->takeUnreadable() == Ids{"call c3: calls.end_reason cannot be 200"});
  }
  SECTION("memberships") {
    for (const char* id : {"t1", "t2", "t3"}) {
      NewThread thread;
      thread.thread.id = ThreadId{id};
      thread.members = {ThreadMember{user("alice"), "Alice"}};
      REQUIRE(storage->threads()->createThread(thread));
    }
    fixture.run("UPDATE threads SET type = 7 WHERE id = 't2'");
    CHECK(storage->threads()
              ->findMemberships({ThreadId{"t1"}, ThreadId{"t2"}, ThreadId{"t3"}}, user("alice"))
              .size() == 2);
    CHECK(storage->takeUnreadable() == Ids{"thread t2: threads.type cannot be 7"});
    CHECK_THROWS_AS(storage->threads()->findThread(ThreadId{"t2"}), StorageUnreadable);
  }
}

TEST_CASE("unreadable rows: asked for alone → unreadable, the others are not", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = withUnknownCall(fixture);
  CHECK_THROWS_AS(load(*storage, "c3"), StorageUnreadable);
  CHECK(load(*storage, "c2").has_value());
  CHECK(started(*storage, "c6", "t3") == Status::activeCallExists);
}

TEST_CASE("unreadable rows: counted by what is read → the two agree on every number", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const auto agree = [&](const std::string& sql) {
    fixture.run(sql);
    INFO(sql);
    const bool counted = storage->jobs().counts("messenger", t(1)).unreadable > 0;
    const auto claimed = storage->jobs().claim(claimNext(1));
    CHECK(claimed.has_value() != counted);
    if (claimed)
      REQUIRE(
          storage->jobs().settle({JobId{"c1-setup"}, claimed->job.token, Settlement::Kind::retry, t(0), ""}));
  };
  for (int i = 1; i <= 255; ++i) agree("UPDATE jobs SET type = " + std::to_string(i));
  fixture.run("UPDATE jobs SET type = 1");
  for (int i = 1; i <= 255; ++i) agree("UPDATE calls SET type = " + std::to_string(i));
  fixture.run("UPDATE calls SET type = 1");
  for (const char* number : {"0", "7", "2000000000", "2000000001", "9223372036854775807", "-1"}) {
    agree("UPDATE calls SET revision = " + std::string(number));
    fixture.run("UPDATE calls SET revision = 1");
    agree("UPDATE jobs SET token = " + std::string(number));
    fixture.run("UPDATE jobs SET token = 1");
    if (number[0] == '-') continue;  // the schema refuses it
    agree("UPDATE jobs SET attempts = " + std::string(number));
    fixture.run("UPDATE jobs SET attempts = 1");
  }
  for (int i = 1; i <= 255; ++i) agree("UPDATE calls SET ended_at = 5, end_reason = " + std::to_string(i));
}

TEST_CASE("unreadable rows: the check names each of them", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = withUnknownCall(fixture);
  NewThread thread;
  thread.thread.id = ThreadId{"t1"};
  REQUIRE(storage->threads()->createThread(thread));
  fixture.run(
      "UPDATE jobs SET type = 99 WHERE id = 'c1-setup'; UPDATE threads SET type = 7;"
      "UPDATE call_participants SET left_at = 5, departed_at = 5 WHERE id = 'c5-alice';"
      "UPDATE call_sessions SET closed_at = 5, departed_at = 5 WHERE participant_sequence = "
      "(SELECT sequence FROM call_participants WHERE id = 'c5-alice');"
      "UPDATE calls SET ended_at = 5, end_reason = 200 WHERE id = 'c5'");
  CHECK(checkSqliteFile(fixture.options()) ==
        Ids{"call c3: calls.type cannot be 9, it cannot be read",
            "call c5: calls.end_reason cannot be 200, it cannot be read",
            "job c1-setup: jobs.type cannot be 99, it cannot be read",
            "thread t1: threads.type cannot be 7, it cannot be read"});
}
