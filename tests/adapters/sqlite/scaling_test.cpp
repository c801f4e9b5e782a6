// What a verb costs in a thread of ten times as many members: counted in loops of SQLite, which are the same
// each time; and in processor time, for what the library does itself, with so many that a quadratic part
// would be a hundredfold.
#include <sqlite3.h>
#include <time.h>

#include <atomic>
#include <memory>
#include <string>

#include "messenger/adapters/defaults.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Counts the loops that SQLite runs on every connection opened while it lives.
class CountedLoops {
 public:
  CountedLoops() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  ~CountedLoops() { sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(&watch)); }
  CountedLoops(const CountedLoops&) = delete;
  CountedLoops& operator=(const CountedLoops&) = delete;

  template <class Act>
  static std::size_t of(Act&& act) {
    count = 0;
    act();
    return count;
  }

 private:
  static int watch(sqlite3* database, char**, const void*) {
    sqlite3_progress_handler(
        database, 1, [](void*) { return ++count, 0; }, nullptr);
    return SQLITE_OK;
  }
  static inline std::atomic<std::size_t> count = 0;
};

/// A thread of so many members, all muted but the first, all in its call.
struct Crowd {
  explicit Crowd(std::size_t size) : storage(fixture.open()) {
    Config config;
    config.calling.enabled = true;
    messenger = std::make_unique<Messenger>(config, Dependencies{.storage = storage,
                                                                 .threads = nullptr,
                                                                 .presence = nullptr,
                                                                 .broadcaster = broadcaster,
                                                                 .clock = clock,
                                                                 .logger = nullLogger()});
    messenger->setVideoDriver<FakeVideoDriver>(std::make_shared<FakeVideoProvider>());
    NewThread group;
    group.thread.id = thread;
    for (std::size_t i = 0; i < size + 10; ++i) {
      group.members.push_back({member(i), "M", /*admin=*/i == 0, false, false, /*notificationsMuted=*/i > 0});
    }
    REQUIRE(storage->threads()->createThread(group));
    call = messenger->startCall(thread, member(0)).value().id;
    (void)messenger->jobs().runPending();
    CallChange all = change(*storage, call.value());
    all.now = storage->timeAt(clock->now().steady);
    for (std::size_t i = 1; i < size; ++i) {
      all.participants.push_back(newRow(call.value(), "u" + std::to_string(i), 0));
      all.sessions.push_back(sessionOf(all.participants.back()));
    }
    REQUIRE(storage->calls().commit(all).status == Status::committed);
  }

  static UserId member(std::size_t i) { return user("u" + std::to_string(i)); }

  const ThreadId thread{"team"};
  SqliteFixture fixture;
  std::shared_ptr<Storage> storage;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
  std::shared_ptr<RecordingBroadcaster> broadcaster = std::make_shared<RecordingBroadcaster>();
  std::unique_ptr<Messenger> messenger;
  CallId call;
};

using Verb = void (*)(Crowd&);

void join(Crowd& crowd) {
  const auto size = crowd.messenger->threads().find(crowd.thread)->members;
  REQUIRE(crowd.messenger->joinCall(crowd.call, Crowd::member(size - 1)));
}
void leave(Crowd& crowd) {
  REQUIRE(crowd.messenger->leaveCall(crowd.call, Crowd::member(7)));
}
void heartbeat(Crowd& crowd) {
  REQUIRE(crowd.messenger->heartbeat(crowd.call, Crowd::member(7)));
}
void kick(Crowd& crowd) {
  REQUIRE(crowd.messenger->kickParticipant(crowd.call, Crowd::member(0),
                                           ParticipantId{crowd.call.value() + "-u7"}));
}
void show(Crowd& crowd) {
  REQUIRE(crowd.messenger->showCall(crowd.call, Crowd::member(7)));
}
void end(Crowd& crowd) {
  REQUIRE(crowd.messenger->endCall(crowd.call, Crowd::member(0)));
  REQUIRE(crowd.broadcaster->named("call.ended").size() == 1);
}
void evictAll(Crowd& crowd) {
  (void)crowd.messenger->host().runDueTasks();
  for (int i = 0; i < 40; ++i) {
    crowd.clock->advance(std::chrono::seconds{5});
    (void)crowd.messenger->host().runDueTasks();
  }
  REQUIRE_FALSE(crowd.messenger->host().findCall(crowd.call)->active());
}

/// How many times as much a verb costs with ten times as many.
double growth(Verb verb) {
  const CountedLoops loops;
  const auto cost = [&](std::size_t size) {
    Crowd crowd(size);
    return static_cast<double>(CountedLoops::of([&] { verb(crowd); })) + 100;  // less is nothing
  };
  const double few = cost(200);
  return cost(2000) / few;
}

double processorSeconds() {
  timespec spent{};
  REQUIRE(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) == 0);
  return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
}

/// The same in processor time of this OS thread, which a busy machine does not lengthen.
double growthInTime(Verb verb) {
  const auto cost = [&](std::size_t size) {
    Crowd crowd(size);
    const double begin = processorSeconds();
    verb(crowd);
    return processorSeconds() - begin;
  };
  const double few = cost(1500);
  return cost(15000) / few;
}

/// What it costs to claim a job of this class, and then none, beside so many jobs that are less urgent.
double costOfClaim(JobClass leastUrgent, JobType wanted, std::size_t others) {
  const CountedLoops loops;
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  for (std::size_t i = 0; i < others; ++i) {
    const std::string number = std::to_string(i);
    storage->jobs().add(newJob("setup" + number, JobType::setupCall, "call" + number, 0));
    if (leastUrgent != JobClass::sweep) continue;
    storage->jobs().add(newJob("teardown" + number, JobType::teardownCall, "ended" + number, 0));
  }
  storage->jobs().add(newJob("wanted", wanted, "", 1));
  JobQueue::ClaimRequest request = claimNext(1);
  request.leastUrgent = leastUrgent;
  return static_cast<double>(CountedLoops::of([&] {
    REQUIRE(storage->jobs().claim(request).value().job.id == JobId{"wanted"});
    REQUIRE_FALSE(storage->jobs().claim(request));
  }));
}

}  // namespace

TEST_CASE("scaling: ten times as many setups wait → a claim of what is urgent costs the same",
          "[sqlite][scaling]") {
  const auto growthOf = [](JobClass leastUrgent, JobType wanted) {
    return costOfClaim(leastUrgent, wanted, 1000) / costOfClaim(leastUrgent, wanted, 100);
  };
  CHECK(growthOf(JobClass::teardown, JobType::teardownCall) < 1.2);
  CHECK(growthOf(JobClass::sweep, JobType::endCalls) < 1.2);
}

TEST_CASE("scaling: ten times as many members → a verb of one user costs the same", "[sqlite][scaling]") {
  CHECK(growth(join) < 2);
  CHECK(growth(leave) < 2);
  CHECK(growth(heartbeat) < 2);
  CHECK(growth(kick) < 2);
  CHECK(growth(show) < 2);
}

TEST_CASE("scaling: ten times as many members → what touches all of them costs ten times as much",
          "[sqlite][scaling]") {
  CHECK(growth(end) < 13);
  CHECK(growth(evictAll) < 13);
}

TEST_CASE("scaling: ten times as many members → the end of a call takes no hundred times as long",
          "[sqlite][scaling]") {
  CHECK(growthInTime(end) < 40);
}
