#include "adapters/postgres/queue_looks.hpp"

#include <fmt/format.h>

#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/postgres/other_session.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using namespace std::chrono_literals;
using messenger::postgres::QueueLooks;
using messenger::tests::OtherSession;
using messenger::tests::PostgresFixture;

namespace {

constexpr StorageTime whole = StorageTime::min();
constexpr StorageTime now{1000s};

JobQueue::ClaimRequest requestAt(StorageTime time, JobClass leastUrgent = JobClass::setup,
                                 const std::string& queue = "messenger") {
  JobQueue::ClaimRequest request;
  request.queue = queue;
  request.now = time;
  request.leaseUntil = time + 1000s;
  request.leastUrgent = leastUrgent;
  return request;
}

constexpr std::size_t few = QueueLooks::fewEntries;

/// A look through the whole of 20 ms, with much in its way, which found a job.
void isLong(QueueLooks& looks) {
  CHECK(looks.begin(requestAt(now)) == whole);
  looks.end(requestAt(now), whole, {now - 100s, few + 1, 20ms});
}

}  // namespace

TEST_CASE("queue looks: not much in their way, however slow they are -> each through the whole queue",
          "[postgres][looks]") {
  QueueLooks looks;
  for (int i = 0; i < 100; ++i) {
    CHECK(looks.begin(requestAt(now)) == whole);
    looks.end(requestAt(now), whole, {now, few, 100s});
  }
}

TEST_CASE("queue looks: much in their way -> for a time in proportion they begin where one found something",
          "[postgres][looks]") {
  QueueLooks looks;
  isLong(looks);
  const StorageTime again = now + 200ms;
  CHECK(looks.begin(requestAt(now)) == now - 100s);
  CHECK(looks.begin(requestAt(again - 1ms)) == now - 100s);

  SECTION("then one of them looks through the whole, while the others go on") {
    CHECK(looks.begin(requestAt(again)) == whole);
    CHECK(looks.begin(requestAt(again)) == now - 100s);
    SECTION("and when there still is, they go on") {
      looks.end(requestAt(again), whole, {now - 90s, few + 1, 20ms});
      CHECK(looks.begin(requestAt(again)) == now - 90s);
    }
    SECTION("and when there is no more, all do so") {
      looks.end(requestAt(again), whole, {now, few, 20ms});
      CHECK(looks.begin(requestAt(again)) == whole);
      CHECK(looks.begin(requestAt(again)) == whole);
    }
  }
  SECTION("no longer than the longest pause, also after one that failed") {
    CHECK(looks.begin(requestAt(now + 1s)) == whole);
    CHECK(looks.begin(requestAt(now + 1s + QueueLooks::longestPause - 1ms)) == now - 100s);
    CHECK(looks.begin(requestAt(now + 1s + QueueLooks::longestPause)) == whole);
    looks.end(requestAt(now + 12s), whole, {now, few + 1, 100s});
    CHECK(looks.begin(requestAt(now + 12s + QueueLooks::longestPause - 1ms)) != whole);
    CHECK(looks.begin(requestAt(now + 12s + QueueLooks::longestPause)) == whole);
  }
  SECTION("what they find moves that place, and never back") {
    looks.end(requestAt(now), now - 100s, {now - 50s, 1, 1ms});
    CHECK(looks.begin(requestAt(now)) == now - 50s);
    looks.end(requestAt(now), now - 100s, {now - 60s, 1, 1ms});
    CHECK(looks.begin(requestAt(now)) == now - 50s);
  }
  SECTION("what is being stored is not passed by") {
    looks.end(requestAt(now), now - 100s, {now, 1, 1ms});
    CHECK(looks.begin(requestAt(now)) == now - QueueLooks::longestCommit);
  }
  SECTION("other queues and classes are looked through by themselves") {
    CHECK(looks.begin(requestAt(now, JobClass::teardown)) == whole);
    CHECK(looks.begin(requestAt(now, JobClass::setup, "other")) == whole);
  }
}

namespace {

/// What all sessions have read of these indexes, as soon as they have told of so many scans: a session tells
/// it when it ends, if not before.
int entriesRead(OtherSession& other, const std::string& indexes, int scans) {
  const std::string from = " FROM pg_stat_user_indexes WHERE schemaname = current_schema() AND " + indexes;
  REQUIRE(other.becomes(fmt::format("SELECT (sum(idx_scan) >= {})::integer{}", scans, from)));
  return other.number("SELECT sum(idx_tup_read)" + from);
}

}  // namespace

TEST_CASE(
    "queue looks: many dead rows that nobody may remove -> claims do not walk past them again and again",
    "[postgres][looks]") {
  const PostgresFixture fixture;
  constexpr int ended = 5'000;
  constexpr int claims = 200;
  OtherSession idle(fixture);
  OtherSession other(fixture);
  {
    const auto storage = fixture.open();
    idle.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    other.run(
        fmt::format("INSERT INTO jobs (id, type, queue, created_at, available_at) SELECT 'ended-' || i, 3, "
                    "'messenger', 0, i FROM generate_series(1, {}) AS i; DELETE FROM jobs",
                    ended));
    const auto claim = [&](StorageTime time) {
      const auto job = storage->jobs().claim(requestAt(time));
      return job ? job->job.id.value() : "";
    };
    for (int i = 0; i < claims; ++i) {
      const std::string id = "job-" + std::to_string(i);
      storage->jobs().add(newJob(id, JobType::endCalls, "", 100));
      REQUIRE(claim(t(200)) == id);
    }
    storage->jobs().add(newJob("earlier", JobType::endCalls, "", -50));
    CHECK(claim(t(200)).empty());
    CHECK(claim(t(200) + QueueLooks::longestPause) == "earlier");
  }
  CHECK(entriesRead(other, "indexrelname = 'jobs_next'", 2 * claims) < ended * claims / 10);
}

TEST_CASE("queue looks: the table was empty when it was vacuumed -> a claim reads a few of many jobs",
          "[postgres][looks]") {
  const PostgresFixture fixture;
  constexpr int jobs = 2'000;
  constexpr int claims = 100;
  OtherSession other(fixture);
  {
    const auto storage = fixture.open();
    const std::string fill = fmt::format(
        "INSERT INTO jobs (id, type, queue, call_id, created_at, available_at) SELECT "
        "'job-' || i, 3, 'messenger', 'call-' || i, 0, i FROM generate_series(1, {}) AS i",
        jobs);
    other.run(fill);
    other.run("DELETE FROM jobs");
    other.run("VACUUM jobs");
    other.run(fill);
    for (int i = 1; i <= claims; ++i) {
      const auto claimed = storage->jobs().claim(requestAt(t(200)));
      REQUIRE(claimed);
      CHECK(claimed->job.id.value() == "job-" + std::to_string(i));
    }
  }
  CHECK(entriesRead(other, "relname = 'jobs'", 2 * claims) < jobs * claims / 10);
}
