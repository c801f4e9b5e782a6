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

SteadyPoint point(Duration time) {
  return SteadyPoint{time};
}

JobQueue::ClaimRequest requestOf(JobClass leastUrgent, const std::string& queue = "messenger") {
  JobQueue::ClaimRequest request;
  request.queue = queue;
  request.now = now;
  request.leastUrgent = leastUrgent;
  return request;
}

}  // namespace

TEST_CASE("queue looks: quick ones -> each through the whole queue", "[postgres][looks]") {
  QueueLooks looks;
  const auto request = requestOf(JobClass::setup);
  CHECK(looks.begin(request, point(0s)) == whole);
  looks.end(request, {whole, point(0s), now}, point(QueueLooks::quick));
  CHECK(looks.begin(request, point(QueueLooks::quick)) == whole);
}

TEST_CASE("queue looks: a slow one -> for a time in proportion they begin where it found something",
          "[postgres][looks]") {
  QueueLooks looks;
  const auto request = requestOf(JobClass::setup);
  looks.end(request, {whole, point(0s), now - 100s}, point(25ms));
  const Duration again = 25ms + 10 * (25ms - QueueLooks::quick);
  CHECK(looks.begin(request, point(25ms)) == now - 100s);
  CHECK(looks.begin(request, point(again - 1ms)) == now - 100s);

  SECTION("then one of them looks through the whole, while the others go on") {
    CHECK(looks.begin(request, point(again)) == whole);
    CHECK(looks.begin(request, point(again)) == now - 100s);
    looks.end(request, {whole, point(again), now}, point(again + 1ms));
    CHECK(looks.begin(request, point(again + 1ms)) == whole);
  }
  SECTION("no longer than the longest pause, also after one that failed") {
    CHECK(looks.begin(request, point(1s)) == whole);
    CHECK(looks.begin(request, point(1s + QueueLooks::longestPause - 1ms)) == now - 100s);
    CHECK(looks.begin(request, point(1s + QueueLooks::longestPause)) == whole);
    looks.end(request, {whole, point(12s), now}, point(112s));
    CHECK(looks.begin(request, point(112s + QueueLooks::longestPause - 1ms)) != whole);
    CHECK(looks.begin(request, point(112s + QueueLooks::longestPause)) == whole);
  }
  SECTION("what they find moves that place, and never back") {
    looks.end(request, {now - 100s, point(25ms), now - 50s}, point(26ms));
    CHECK(looks.begin(request, point(27ms)) == now - 50s);
    looks.end(request, {now - 100s, point(25ms), now - 60s}, point(28ms));
    CHECK(looks.begin(request, point(29ms)) == now - 50s);
  }
  SECTION("what is being stored is not passed by") {
    looks.end(request, {now - 100s, point(25ms), now}, point(26ms));
    CHECK(looks.begin(request, point(27ms)) == now - QueueLooks::longestCommit);
  }
  SECTION("other queues and classes are looked through by themselves") {
    CHECK(looks.begin(requestOf(JobClass::teardown), point(25ms)) == whole);
    CHECK(looks.begin(requestOf(JobClass::setup, "other"), point(25ms)) == whole);
  }
}

TEST_CASE("queue looks: a claim was slow -> later jobs are found at once, earlier ones soon",
          "[postgres][looks]") {
  const PostgresFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  OtherSession other(fixture);
  other.run("BEGIN; SELECT * FROM calls FOR UPDATE");
  std::string claimed;
  const auto claim = [&] {
    auto request = requestOf(JobClass::setup);
    request.now = t(200);
    request.leaseUntil = t(1000);
    const auto job = storage->jobs().claim(request);
    return job ? job->job.id.value() : "";
  };
  std::thread waiting([&] { claimed = claim(); });
  REQUIRE(other.somebodyWaits());
  static_cast<void>(other.number("SELECT count(*) FROM generate_series(1, 2000000)"));  // the claim is slow
  other.run("COMMIT");
  waiting.join();
  REQUIRE(claimed == "c1-setup");

  storage->jobs().add(newJob("earlier", JobType::endCalls, "", -50));
  storage->jobs().add(newJob("later", JobType::endCalls, "", 150));
  CHECK(claim() == "later");
  CHECK(claim().empty());
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  do claimed = claim();
  while (claimed.empty() && std::chrono::steady_clock::now() < deadline);
  CHECK(claimed == "earlier");
}
