// Changes that wait together are committed together, and each operation has one time limit.
#include "adapters/sqlite/write_queue.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/query.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/together.hpp"

using namespace messenger;
using namespace messenger::testing;
using Catch::Matchers::Contains;

namespace {

constexpr sqlite::FixedText insertText = "INSERT INTO settings (key, value) VALUES (?1, 1)";

/// Holds one COMMIT until it is released, and counts all of them; can fail one.
class HoldingProbe final : public sqlite::StatementProbe {
 public:
  void beforeStatement(std::string_view sql) override {
    if (sql != "COMMIT") return;
    const int number = ++commits;
    if (number == holding) {
      held.count_down();
      release.wait();
    }
    if (number == failing) throw SQLite::Exception("injected", 10 /* SQLITE_IOERR */);
  }
  void afterCommit() override {}

  std::atomic<int> commits{0};
  std::atomic<int> holding{0};  ///< the number of the COMMIT to hold
  std::atomic<int> failing{0};  ///< the number of the COMMIT to fail
  std::latch held{1};
  std::latch release{1};
};

/// A queue on a file, in which one change is being committed while others come.
class HeldQueue {
 public:
  static constexpr std::chrono::minutes patient{1};

  HeldQueue() {
    probe.commits = 0;  // those of the opening
    probe.holding = 1;
    first_ = std::thread([this] { (void)write("first", patient); });
    probe.held.wait();
  }
  ~HeldQueue() { finish(); }
  HeldQueue(const HeldQueue&) = delete;
  HeldQueue& operator=(const HeldQueue&) = delete;

  /// Inserts a row of that key.
  std::size_t write(const std::string& key, std::chrono::milliseconds atMost) {
    return queue.write(std::chrono::steady_clock::now() + atMost, [&](sqlite::Connection& connection) {
      return sqlite::Query(connection, insertText, key).run();
    });
  }

  template <class Body>
  auto readIfIdle(Body&& body) {
    return queue.readIfIdle(std::chrono::steady_clock::now() + patient, std::forward<Body>(body));
  }

  /// Lets an OS thread run it, and returns when its change waits in the queue.
  template <class Run>
  void letWait(Run run) {
    const std::size_t before = queue.waiting();
    others_.emplace_back(std::move(run));
    while (queue.waiting() == before) std::this_thread::yield();
  }

  void finish() {
    if (!first_.joinable()) return;
    probe.release.count_down();
    first_.join();
    for (std::thread& each : others_) each.join();
  }

  [[nodiscard]] std::int64_t rows() const {
    return fixture.number("SELECT count(*) FROM settings WHERE value = 1");
  }

  SqliteFixture fixture;
  HoldingProbe probe;
  sqlite::WriteQueue queue{sqlite::openWriter(fixture.options(), &probe, sqlite::schemaMigrations()),
                           fixture.file().string(), sqlite::FileClock{}};

 private:
  std::thread first_;
  std::vector<std::thread> others_;
};

}  // namespace

TEST_CASE("write queue: changes that wait together -> one COMMIT for all", "[sqlite][unit]") {
  HeldQueue held;
  constexpr int count = 16;
  for (int i = 0; i < count; ++i) {
    held.letWait([&, i] { (void)held.write(std::to_string(i), HeldQueue::patient); });
  }
  held.finish();
  CHECK(held.probe.commits == 2);
  CHECK(held.rows() == 1 + count);
}

TEST_CASE("write queue: nobody waits -> one transaction each", "[sqlite][unit]") {
  HeldQueue held;
  held.finish();
  CHECK(held.write("a", HeldQueue::patient) == 1);
  CHECK(held.write("b", HeldQueue::patient) == 1);
  CHECK(held.probe.commits == 3);
}

TEST_CASE("write queue: a read while a change is being committed -> not on its connection",
          "[sqlite][unit]") {
  HeldQueue held;
  const auto count = [](sqlite::Connection& connection) {
    return connection.number("SELECT count(*) FROM settings WHERE value = 1");
  };
  CHECK_FALSE(held.readIfIdle(count));
  held.finish();
  CHECK(held.readIfIdle(count) == 1);
}

TEST_CASE("write queue: a change that comes during a read -> committed when the read ends",
          "[sqlite][unit]") {
  HeldQueue held;
  held.finish();
  std::thread writer;
  const auto read = held.readIfIdle([&](sqlite::Connection&) {
    writer = std::thread([&] { (void)held.write("second", HeldQueue::patient); });
    while (held.queue.waiting() == 0) std::this_thread::yield();
    return true;
  });
  writer.join();
  CHECK(read == true);
  CHECK(held.probe.commits == 2);
  CHECK_THROWS_AS(held.readIfIdle([](sqlite::Connection&) -> bool { throw std::runtime_error("no"); }),
                  std::runtime_error);
  CHECK(held.write("third", HeldQueue::patient) == 1);
}

TEST_CASE("write queue: no result is given before the COMMIT", "[sqlite][unit]") {
  HeldQueue held;
  std::atomic<int> ran{0};
  std::atomic<int> answered{0};
  std::atomic<int> answeredTooEarly{0};
  for (int i = 0; i < 4; ++i) {
    held.letWait([&, i] {
      held.queue.write(std::chrono::steady_clock::now() + HeldQueue::patient,
                       [&](sqlite::Connection& connection) {
                         ++ran;
                         answeredTooEarly += answered;
                         const std::string key = std::to_string(i);
                         return sqlite::Query(connection, insertText, key).run();
                       });
      if (held.probe.commits < 2) ++answeredTooEarly;
      ++answered;
    });
  }
  held.probe.failing = 2;  // the COMMIT of the group: its changes are then repeated one by one
  held.finish();
  CHECK(answeredTooEarly == 0);
  CHECK(answered == 4);
  CHECK(ran == 8);
  CHECK(held.probe.commits == 2 + 4);
  CHECK(held.rows() == 1 + 4);
}

TEST_CASE("write queue: one of a group throws -> changes nothing and affects no other", "[sqlite][unit]") {
  HeldQueue held;
  constexpr int count = 8;
  std::atomic<int> stored{0};
  std::atomic<int> thrown{0};
  for (int i = 0; i < count; ++i) {
    held.letWait([&, i] {
      try {
        held.queue.write(std::chrono::steady_clock::now() + HeldQueue::patient,
                         [&](sqlite::Connection& connection) {
                           const std::string key = std::to_string(i);
                           sqlite::Query(connection, insertText, key).run();
                           if (i == 3) throw std::runtime_error("of its own");
                           return true;
                         });
        ++stored;
      } catch (const std::runtime_error& error) {
        if (std::string_view{error.what()} == "of its own") ++thrown;
      }
    });
  }
  held.finish();
  CHECK(stored == count - 1);
  CHECK(thrown == 1);
  CHECK(held.rows() == 1 + count - 1);
  CHECK(held.fixture.number("SELECT count(*) FROM settings WHERE key = '3'") == 0);
}

TEST_CASE("write queue: the time limit ends behind another change -> left out and the others continue",
          "[sqlite][unit]") {
  HeldQueue held;
  held.letWait([&] { (void)held.write("before", HeldQueue::patient); });
  try {
    (void)held.write("late", std::chrono::milliseconds{1});
    FAIL("stored while another change was held");
  } catch (const StorageUnavailable& error) {
    CHECK_THAT(error.what(), Contains("busy; it may succeed later"));
  }
  CHECK(held.queue.waiting() == 1);
  held.letWait([&] { (void)held.write("behind", HeldQueue::patient); });
  held.finish();
  CHECK(held.rows() == 3);
  CHECK(held.fixture.number("SELECT count(*) FROM settings WHERE key = 'late'") == 0);
}

TEST_CASE("write queue: the file is locked elsewhere -> each waits for its own time limit only",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::milliseconds{300};
  const auto storage = sqliteStorage(options);
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  constexpr std::size_t count = 8;
  std::atomic<int> busy{0};
  const auto begin = std::chrono::steady_clock::now();
  tests::together(count, [&](std::size_t i) {
    try {
      storage->calls().commit(start("c" + std::to_string(i), "t" + std::to_string(i)));
    } catch (const StorageUnavailable& error) {
      if (std::string_view{error.what()}.find("busy; it may succeed later") != std::string_view::npos) ++busy;
    }
  });
  CHECK(busy == count);
  // One after another they would take eight times as long.
  CHECK(std::chrono::steady_clock::now() - begin < 4 * options.busyTimeout);
  CHECK_FALSE(load(*storage, "nowhere"));  // a read does not wait for writes
  other.exec("ROLLBACK");
  CHECK(started(*storage, "later", "later") == Status::committed);
}

TEST_CASE("write queue: the first in the queue times out -> the next with time left takes its turn",
          "[sqlite][unit]") {
  HeldQueue held;
  held.finish();
  SQLite::Database other(held.fixture.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::latch gaveUp{1};
  std::thread first([&] {
    try {
      (void)held.write("impatient", std::chrono::milliseconds{50});
    } catch (const StorageUnavailable&) {
      gaveUp.count_down();
    }
  });
  std::thread second([&] { (void)held.write("patient", HeldQueue::patient); });
  gaveUp.wait();
  other.exec("ROLLBACK");
  first.join();
  second.join();
  CHECK(held.fixture.number("SELECT count(*) FROM settings WHERE key = 'patient'") == 1);
  CHECK(held.fixture.number("SELECT count(*) FROM settings WHERE key = 'impatient'") == 0);
}
