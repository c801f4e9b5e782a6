// Rows of kinds that this version does not know, as a newer one beside it may write: each stops nothing but
// itself.
#include <string>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/postgres/postgres_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using messenger::tests::PostgresFixture;

namespace {

using Names = std::vector<std::string>;

template <class Rows>
Names namesOf(const Rows& rows) {
  Names names;
  for (const auto& row : rows) names.push_back(row.id.value());
  return names;
}

/// Calls c1 to c5, each in the thread of its number, with c3 of a type that is not known yet.
std::shared_ptr<Storage> openWithUnknownCall(const PostgresFixture& fixture) {
  auto storage = fixture.open();
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(started(*storage, "c" + std::to_string(i), "t" + std::to_string(i)) == Status::committed);
  }
  fixture.run("UPDATE calls SET type = 9 WHERE id = 'c3'");
  return storage;
}

}  // namespace

TEST_CASE("PostgreSQL, unreadable rows: a job of an unknown type -> left alone, the next one is claimed",
          "[postgres][unit]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  for (const char* id : {"j1", "j2", "j3"}) storage->jobs().add(newJob(id, JobType::endCalls, ""));
  fixture.run("UPDATE jobs SET type = 99 WHERE id = 'j1'");
  CHECK(storage->jobs().claim(claimNext()).value().job.id == JobId{"j2"});
  CHECK(storage->jobs().claim(claimNext()).value().job.id == JobId{"j3"});
  CHECK_FALSE(storage->jobs().claim(claimNext()));
  CHECK_FALSE(storage->jobs().claim(claimOf("j1")));
  CHECK(fixture.number("SELECT count(*) FROM jobs WHERE id = 'j1' AND attempts = 0 AND token = 0 "
                       "AND leased_until IS NULL") == 1);
  CHECK(storage->takeUnreadable() == Names{"job j1: jobs.type cannot be 99"});
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

TEST_CASE("PostgreSQL, unreadable rows: a job of an unknown type that runs elsewhere -> keeps its call",
          "[postgres][unit]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  storage->jobs().add(newJob("newer", JobType::endCalls, "c1"));
  fixture.run("UPDATE jobs SET type = 99, leased_until = " +
              std::to_string(t(30).time_since_epoch().count()) + " WHERE id = 'newer'");
  CHECK_FALSE(storage->jobs().claim(claimNext()));
  CHECK(storage->jobs().claim(claimNext(31)).value().job.id == JobId{"c1-setup"});
}

TEST_CASE("PostgreSQL, unreadable rows: the job of a call of an unknown type -> left alone",
          "[postgres][unit]") {
  const PostgresFixture fixture;
  const auto storage = openWithUnknownCall(fixture);
  Names claimed;
  while (const auto job = storage->jobs().claim(claimNext())) claimed.push_back(job->job.id.value());
  CHECK(claimed == Names{"c1-setup", "c2-setup", "c4-setup", "c5-setup"});
  CHECK(fixture.number("SELECT room_may_exist::int FROM calls WHERE id = 'c3'") == 0);
  CHECK(storage->takeUnreadable() == Names{"job c3-setup: calls.type cannot be 9"});
  CHECK_THROWS_AS(load(*storage, "c3"), StorageUnreadable);
  CHECK(load(*storage, "c2").has_value());
  CHECK(started(*storage, "c6", "t3") == Status::activeCallExists);
}

TEST_CASE("PostgreSQL, unreadable rows: listings go on, and a page is as long as it should be",
          "[postgres][unit]") {
  const PostgresFixture fixture;
  const auto storage = openWithUnknownCall(fixture);
  SECTION("sweeps over active calls") {
    CHECK(namesOf(storage->calls().activeCallsAfter({0, 99, 3})) == Names{"c1", "c2", "c4"});
    CHECK(namesOf(storage->calls().activeCallsAfter({2, 99, 3})) == Names{"c4", "c5"});
  }
  SECTION("jobs") {
    fixture.run("UPDATE jobs SET type = 99 WHERE id = 'c2-setup'; UPDATE jobs SET failed = true");
    CHECK(namesOf(storage->jobs().list({true, 0, 2})) == Names{"c1-setup", "c3-setup"});
  }
  SECTION("history") {
    fixture.run(
        "UPDATE calls SET thread_id = 't1', ended_at = 5, "
        "end_reason = CASE WHEN id = 'c3' THEN 200 ELSE 1 END, type = 1");
    const auto page = storage->calls().history({ThreadId{"t1"}, {}, 3, user("alice")});
    Names ids;
    for (const auto& each : page.calls) ids.push_back(each.call.id.value());
    CHECK(ids == Names{"c5", "c4", "c2"});
    CHECK(page.more);
    const auto last = storage->calls().history({ThreadId{"t1"}, CallId{"c2"}, 3, user("alice")});
    CHECK(last.calls.size() == 1);
    CHECK_FALSE(last.more);
    CHECK(storage->takeUnreadable() == Names{"call c3: calls.end_reason cannot be 200"});
  }
}

TEST_CASE("PostgreSQL, unreadable rows: counted by what is read -> the two agree on every number",
          "[postgres][unit]") {
  const PostgresFixture fixture;
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
  for (const int type : {1, 2, 9, 10, 11, 12, 255}) agree("UPDATE jobs SET type = " + std::to_string(type));
  fixture.run("UPDATE jobs SET type = 1");
  for (const int type : {1, 2, 3, 255}) agree("UPDATE calls SET type = " + std::to_string(type));
  fixture.run("UPDATE calls SET type = 1");
  for (const char* number : {"0", "1999999999", "2000000001", "9223372036854775807", "-1"}) {
    agree("UPDATE jobs SET token = " + std::string{number});
    fixture.run("UPDATE jobs SET token = 1");
  }
  for (const int reason : {1, 10, 11, 255}) {
    agree("UPDATE calls SET ended_at = 5, end_reason = " + std::to_string(reason));
  }
}
