// Changes that wait together are committed together, and each operation has one time limit.
#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

#include "messenger/errors.hpp"
#include "tests/adapters/sqlite/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Holds the first commit until it is let go, and counts all of them.
class HoldingProbe final : public sqlite::StatementProbe {
 public:
  void beforeStatement(std::string_view sql) override {
    if (sql == "COMMIT" && armed.exchange(false)) {
      held.count_down();
      release.wait();
    }
    if (failOn && sql.find(failOn) != std::string_view::npos && failing.exchange(false)) {
      throw SQLite::Exception("told to fail", 10 /* SQLITE_IOERR */);
    }
  }
  void afterCommit() override { ++commits; }

  std::atomic<bool> armed{false};
  std::atomic<bool> failing{false};
  const char* failOn = nullptr;
  std::atomic<int> commits{0};
  std::latch held{1};
  std::latch release{1};
};

/// Starts calls from several OS threads while a first commit is held; returns their statuses.
std::vector<Status> startTogether(Storage& storage, HoldingProbe& probe, int count) {
  std::vector<Status> results(static_cast<std::size_t>(count), Status::conflict);
  probe.armed = true;
  std::thread first([&] { storage.jobs().add(newJob("first", JobType::endCalls, "")); });
  probe.held.wait();
  std::atomic<int> entered{0};
  std::vector<std::thread> others;
  for (int i = 0; i < count; ++i) {
    others.emplace_back([&, i] {
      const CallChange change = start("c" + std::to_string(i), "t" + std::to_string(i));
      ++entered;
      try {
        results[static_cast<std::size_t>(i)] = storage.calls().commit(change).status;
      } catch (const StorageError&) {
        results[static_cast<std::size_t>(i)] = Status::claimLost;  // stands for an error here
      }
    });
  }
  while (entered < count) std::this_thread::yield();
  probe.release.count_down();
  first.join();
  for (std::thread& each : others) each.join();
  return results;
}

}  // namespace

TEST_CASE("write queue: changes that wait together -> all committed, in fewer commits", "[sqlite][unit]") {
  const SqliteFixture fixture;
  HoldingProbe probe;
  const auto storage = fixture.open(probe);
  probe.commits = 0;
  constexpr int count = 32;
  const auto results = startTogether(*storage, probe, count);
  CHECK(std::count(results.begin(), results.end(), Status::committed) == count);
  CHECK(fixture.number("SELECT count(*) FROM calls") == count);
  CHECK(probe.commits < count);
}

TEST_CASE("write queue: one of a group fails -> hurts no other", "[sqlite][unit]") {
  const SqliteFixture fixture;
  HoldingProbe probe;
  const auto storage = fixture.open(probe);
  REQUIRE(started(*storage, "taken", "taken") == Status::committed);
  probe.failOn = "INSERT INTO call_participants";
  probe.failing = true;
  constexpr int count = 16;
  const auto results = startTogether(*storage, probe, count);
  // The one that met the fault in a group was repeated alone; alone in its group, it alone has failed.
  CHECK(std::count(results.begin(), results.end(), Status::committed) >= count - 1);
  CHECK(fixture.number("SELECT count(*) FROM calls") ==
        1 + std::count(results.begin(), results.end(), Status::committed));
  CHECK(fixture.number("SELECT count(*) FROM jobs WHERE type = 1") ==
        fixture.number("SELECT count(*) FROM calls"));
}

TEST_CASE("write queue: the file is locked elsewhere -> each waits its own time limit, not the others'",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::milliseconds{200};
  const auto storage = sqliteStorage(options);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  constexpr int count = 8;
  std::atomic<int> busy{0};
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      try {
        storage->calls().commit(start("c" + std::to_string(i), "t" + std::to_string(i)));
      } catch (const StorageUnavailable&) {
        ++busy;
      }
    });
  }
  CHECK_FALSE(load(*storage, "nowhere"));  // a read waits for no write
  for (std::thread& each : threads) each.join();
  CHECK(busy == count);
  // One after another they would take eight times as long.
  CHECK(std::chrono::steady_clock::now() - begin < 4 * options.busyTimeout);
  other.exec("ROLLBACK");
  CHECK(started(*storage, "later", "later") == Status::committed);
}
