#include <fmt/format.h>

#include <stdexcept>

#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"

namespace messenger::bench {
namespace {

constexpr std::size_t callees = 32;

UserId userOf(std::size_t n) {
  return {"user", fmt::format("{:06}", n)};
}

/// Starts a call in each of its groups of 33, and ends them all untimed.
class Starter {
 public:
  Starter(std::shared_ptr<Storage> storage, bool rings, std::size_t groups)
      : messenger_(configFor(rings), std::move(storage)) {
    std::vector<ThreadMember> members;
    for (std::size_t n = 0; n <= callees; ++n) {
      ThreadMember& member = members.emplace_back();
      member.user = userOf(n);
      member.name = fmt::format("Member {}", n);
      member.admin = n == 0;
    }
    for (std::size_t n = 0; n < groups; ++n) {
      const auto made = messenger_.threads().createGroup("Bench", members);
      if (!made) throw std::runtime_error("a group could not be made");
      groups_.push_back(made->id);
    }
  }

  void startAll() {
    for (const ThreadId& each : groups_) {
      const auto call = messenger_.startCall(each, userOf(0));
      if (!call) throw std::runtime_error("a start was refused");
      calls_.push_back(call->id);
    }
  }

  void endAll() {
    for (const CallId& each : calls_) {
      if (!messenger_.endCall(each, userOf(0))) throw std::runtime_error("an end was refused");
    }
    calls_.clear();
    while (!messenger_.jobs().runPending(1000).empty()) {
    }
  }

 private:
  static Config configFor(bool rings) {
    Config config;
    config.calling.enabled = true;
    config.ringing.enabled = rings;
    config.ringing.noAnswerAfter = std::chrono::seconds{rings ? 45 : 0};
    return config;
  }

  Messenger messenger_;
  std::vector<ThreadId> groups_;
  std::vector<CallId> calls_;
};

Contender startsOf(Starter& starter) {
  return {[&starter] { starter.startAll(); }, [&starter] { starter.endAll(); }};
}

struct Level {
  Durability durability;
  const char* name;
};

void onSqlite(Report& report, const Level& level) {
  const std::size_t count = report.options().size;
  const DatabaseFile ringing(report.options().folder, "messenger-bench-ringing.db");
  const DatabaseFile silent(report.options().folder, "messenger-bench-silent.db");
  Starter with(sqliteStorage({.path = ringing.path(), .durability = level.durability}), true, count);
  Starter without(sqliteStorage({.path = silent.path(), .durability = level.durability}), false, count);
  report.compare(fmt::format("start in a group of 33, {}, 32 rung : none", level.name),
                 static_cast<double>(count), startsOf(with), startsOf(without));
}

void inMemory(Report& report) {
  const std::size_t count = report.options().size;
  Starter with(memoryStorage(), true, count);
  Starter without(memoryStorage(), false, count);
  report.compare("start in a group of 33, in memory, 32 rung : none", static_cast<double>(count),
                 startsOf(with), startsOf(without));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_ringing",
      "The start of a call in a group of 33: with a ring stored for each of the 32 others, and a timer that\n"
      "stops it, beside one without. On SQLite and in memory.",
      "starts in one run",
      "memory, NORMAL, FULL",
      7,
      640};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    if (report.wants("memory")) bench::inMemory(report);
    if (report.wants("NORMAL")) bench::onSqlite(report, {Durability::normal, "NORMAL"});
    if (report.wants("FULL")) bench::onSqlite(report, {Durability::full, "FULL"});
  });
}
