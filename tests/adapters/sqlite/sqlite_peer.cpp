// Another process on the same file, driven by a test through its standard input and output. Its own line
// "ready" says that the file is open; then it waits for a line before it does what its arguments say.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "adapters/sqlite/statement_probe.hpp"
#include "tests/adapters/changes_for_tests.hpp"

namespace messenger::inline v0::testing {
namespace {

constexpr int threadCount = 4;

/// Kills the process before its nth statement, or after its first commit when n is 0; sleeps until `arm`.
class KillingProbe final : public sqlite::StatementProbe {
 public:
  void arm(std::size_t n) {
    armed_ = true;
    left_ = n;
  }
  void beforeStatement(std::string_view) override {
    if (armed_ && left_ > 0 && --left_ == 0) std::raise(SIGKILL);
  }
  void afterCommit() override {
    if (armed_ && left_ == 0) std::raise(SIGKILL);
  }

 private:
  bool armed_ = false;
  std::size_t left_ = 0;
};

void waitForLine() {
  std::cout << "ready" << std::endl;
  std::string line;
  std::getline(std::cin, line);
}

/// Runs `attempt(number)` 32 times on several threads; prints how often it succeeded.
void race(const std::function<bool(int)>& attempt) {
  std::atomic<int> next{0};
  std::atomic<int> yes{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < threadCount; ++i) {
    threads.emplace_back([&] {
      for (int n = next++; n < 32; n = next++) {
        if (attempt(n)) ++yes;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << yes << std::endl;
}

int run(const std::vector<std::string>& arguments) {
  SqliteOptions options;
  options.path = arguments.at(0);
  options.durability = Durability::normal;
  options.busyTimeout = std::chrono::seconds{60};
  const std::string& what = arguments.at(1);
  const std::string& name = arguments.at(2);

  if (what == "open") {
    waitForLine();
    const auto storage = sqliteStorage(options);
    std::cout << (started(*storage, name, name) == Status::committed) << std::endl;
    return 0;
  }
  if (what == "lock") {
    SQLite::Database database(options.path.string(), SQLite::OPEN_READWRITE);
    database.exec("BEGIN IMMEDIATE");
    waitForLine();
    return 0;
  }
  KillingProbe probe;
  const auto storage = sqlite::makeSqliteStorage(options, &probe);
  waitForLine();
  if (what == "start") {
    race([&](int n) { return started(*storage, name + std::to_string(n), "t1") == Status::committed; });
  } else if (what == "join") {
    // As the engine does it: load, decide, commit, and repeat when the call changed in between.
    race([&](int n) {
      for (;;) {
        if (load(*storage, "c1", "bob").value().find(user("bob")) != nullptr) return false;
        CallChange made = join(*storage, "c1", "bob");
        made.participants[0].id = ParticipantId{name + std::to_string(n)};
        made.sessions[0].participant = made.participants[0].id;
        if (load(*storage, "c1", "bob").value().find(user("bob")) != nullptr) return false;
        if (storage->calls().commit(made).status == Status::committed) return true;
      }
    });
  } else if (what == "end") {
    race([&](int n) {
      for (;;) {
        CallChange made = end(*storage, "c1", n);
        if (!load(*storage, "c1").value().call.active()) return false;
        made.jobs.front().id = JobId{name + std::to_string(n)};
        if (storage->calls().commit(made).status == Status::committed) return true;
      }
    });
  } else if (what == "claim") {
    race([&](int) { return storage->jobs().claim(claimNext()).has_value(); });
  } else if (what == "die") {
    probe.arm(std::strtoull(name.c_str(), nullptr, 10));
    storage->calls().commit(start("c2", "t2"));
    std::cout << "alive" << std::endl;
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace messenger::testing

int main(int argc, char** argv) {
  try {
    return messenger::testing::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
