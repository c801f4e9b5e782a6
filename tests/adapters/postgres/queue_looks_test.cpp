#include "adapters/postgres/queue_looks.hpp"

#include <thread>

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

/// As many slow looks as it takes, each of 25 ms; the last one found a job.
void areSlow(QueueLooks& looks) {
  for (int i = 0; i < QueueLooks::slowInTurn; ++i) {
    CHECK(looks.begin(requestAt(now)) == whole);
    looks.end(requestAt(now), whole, now - 100s, 25ms);
  }
}

}  // namespace

TEST_CASE("queue looks: quick ones, or not many slow ones -> each through the whole queue",
          "[postgres][looks]") {
  QueueLooks looks;
  for (int i = 0; i < 3 * QueueLooks::slowInTurn; ++i) {
    CHECK(looks.begin(requestAt(now)) == whole);
    looks.end(requestAt(now), whole, now, i % QueueLooks::slowInTurn == 0 ? QueueLooks::quick : 25ms);
  }
}

TEST_CASE("queue looks: slow ones -> for a time in proportion they begin where one found something",
          "[postgres][looks]") {
  QueueLooks looks;
  areSlow(looks);
  const StorageTime again = now + 10 * (25ms - QueueLooks::quick);
  CHECK(looks.begin(requestAt(now)) == now - 100s);
  CHECK(looks.begin(requestAt(again - 1ms)) == now - 100s);

  SECTION("then one of them looks through the whole, while the others go on") {
    CHECK(looks.begin(requestAt(again)) == whole);
    CHECK(looks.begin(requestAt(again)) == now - 100s);
    SECTION("and when it was slow, they go on") {
      looks.end(requestAt(again), whole, now - 90s, 25ms);
      CHECK(looks.begin(requestAt(again)) == now - 90s);
    }
    SECTION("and when it was quick, all do so") {
      looks.end(requestAt(again), whole, now, QueueLooks::quick);
      CHECK(looks.begin(requestAt(again)) == whole);
      CHECK(looks.begin(requestAt(again)) == whole);
    }
  }
  SECTION("no longer than the longest pause, also after one that failed") {
    CHECK(looks.begin(requestAt(now + 1s)) == whole);
    CHECK(looks.begin(requestAt(now + 1s + QueueLooks::longestPause - 1ms)) == now - 100s);
    CHECK(looks.begin(requestAt(now + 1s + QueueLooks::longestPause)) == whole);
    looks.end(requestAt(now + 12s), whole, now, 100s);
    CHECK(looks.begin(requestAt(now + 12s + QueueLooks::longestPause - 1ms)) != whole);
    CHECK(looks.begin(requestAt(now + 12s + QueueLooks::longestPause)) == whole);
  }
  SECTION("what they find moves that place, and never back") {
    looks.end(requestAt(now), now - 100s, now - 50s, 1ms);
    CHECK(looks.begin(requestAt(now)) == now - 50s);
    looks.end(requestAt(now), now - 100s, now - 60s, 1ms);
    CHECK(looks.begin(requestAt(now)) == now - 50s);
  }
  SECTION("what is being stored is not passed by") {
    looks.end(requestAt(now), now - 100s, now, 1ms);
    CHECK(looks.begin(requestAt(now)) == now - QueueLooks::longestCommit);
  }
  SECTION("other queues and classes are looked through by themselves") {
    CHECK(looks.begin(requestAt(now, JobClass::teardown)) == whole);
    CHECK(looks.begin(requestAt(now, JobClass::setup, "other")) == whole);
  }
}

TEST_CASE("queue looks: claims were slow -> later jobs are found at once, earlier ones by a look at all",
          "[postgres][looks]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  const auto claim = [&](StorageTime time) {
    const auto job = storage->jobs().claim(requestAt(time));
    return job ? job->job.id.value() : "";
  };
  OtherSession other(fixture);
  for (int i = 0; i < QueueLooks::slowInTurn; ++i) {
    const std::string call = "c" + std::to_string(i);
    REQUIRE(started(*storage, call, "t" + std::to_string(i)) == Status::committed);
    other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
    std::string claimed;
    std::thread waiting([&] { claimed = claim(t(200)); });
    const bool waits = other.somebodyWaits();
    static_cast<void>(other.number("SELECT count(*) FROM generate_series(1, 200000)"));
    other.run("COMMIT");
    waiting.join();
    REQUIRE(waits);
    REQUIRE(claimed == call + "-setup");
  }

  storage->jobs().add(newJob("earlier", JobType::endCalls, "", -50));
  storage->jobs().add(newJob("later", JobType::endCalls, "", 150));
  CHECK(claim(t(200)) == "later");
  CHECK(claim(t(200)).empty());
  CHECK(claim(t(200) + QueueLooks::longestPause) == "earlier");
}
