#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "bench/activity/floor.hpp"
#include "bench/activity/population.hpp"
#include "bench/support/database_file.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/manual_clock.hpp"

namespace messenger::bench {
namespace {

/// A file with everybody in it, and a different half of them heard each time.
class Stage {
 public:
  explicit Stage(const Report& report)
      : population{report.options().size / 4 * 4},
        file(report.options().folder, "messenger-bench-write-behind.db"),
        storage(sqliteStorage({.path = file.path(), .durability = Durability::normal})),
        order_(population.participants) {
    const StorageTime start = storage->timeAt(clock->steady());
    Report::progress("writing the participants");
    populate(file.path(), population, clock->now().wall - std::chrono::hours{1}, start);
    std::iota(order_.begin(), order_.end(), std::size_t{1});
    Config config;
    config.calling.enabled = true;
    Dependencies dependencies{storage, nullptr, presence, nullptr, clock, nullLogger()};
    for (std::size_t n = 1; n <= population.participants; ++n) {
      presence->track(Population::key(n), 1, clock->steady());
    }
    clock->advance(2 * config.presence.ttl);
    messenger.emplace(config, dependencies);
  }

  enum class Order : std::uint8_t { heard, stored };

  /// Half of them, heard now; in the order of being heard, which has no pattern, or in that of their rows.
  void hear(Order order) {
    clock->advance(std::chrono::seconds{15});
    std::shuffle(order_.begin(), order_.end(), random_);
    rows.assign(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(order_.size() / 2));
    if (order == Order::stored) std::sort(rows.begin(), rows.end());
    const StorageTime now = storage->timeAt(clock->steady());
    batch = HeartbeatStore::Report{};
    batch.seenBy = InstanceId{2};
    for (const std::size_t row : rows) batch.lastSeen.emplace_back(Population::key(row), now);
  }

  /// The same half, by the presence.
  void hearInMemory() {
    hear(Order::heard);
    for (const auto& [who, at] : batch.lastSeen)
      presence->touch(who.call, who.user, who.device, clock->steady());
  }

  Population population;
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<Presence> presence = memoryPresence();
  DatabaseFile file;
  std::shared_ptr<Storage> storage;
  std::optional<Messenger> messenger;
  HeartbeatStore::Report batch;
  std::vector<std::size_t> rows;

 private:
  std::vector<std::size_t> order_;
  std::mt19937 random_{20260101};  // NOLINT(*-msc51-cpp): the same each time
};

void measure(Report& report, Stage& stage) {
  using Order = Stage::Order;
  HeardFloor byKey(stage.file.path(), HeardFloor::Finds::byKey);
  HeardFloor byRow(stage.file.path(), HeardFloor::Finds::byRow);
  const auto heard = [&] { stage.hear(Order::heard); };
  const auto stored = [&] { stage.hear(Order::stored); };
  const auto medians =
      report.race("write-behind", static_cast<double>(stage.population.participants / 2),
                  {{[&] { stage.messenger->host().flushPresence(); }, [&] { stage.hearInMemory(); }},
                   {[&] { stage.storage->heartbeats().save(stage.batch); }, heard},
                   {[&] { byKey.save(stage.batch, stage.rows); }, heard},
                   {[&] { byRow.save(stage.batch, stage.rows); }, heard},
                   {[&] { stage.storage->heartbeats().save(stage.batch); }, stored},
                   {[&] { byRow.save(stage.batch, stage.rows); }, stored}});
  report.row({"flushPresence : same statement", medians[0], medians[2]});
  report.row({"save : same statement", medians[1], medians[2]});
  report.row({"save : rows known", medians[1], medians[3]});
  report.row({"save, rows in order : rows known, in order", medians[4], medians[5]});
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{"bench_write_behind",
                               "Half of all participants were heard: their times written to a SQLite file "
                               "(durability normal), beside\n"
                               "the same statement by SQLite's C interface, and one that is given the row. "
                               "Times are for one heartbeat.",
                               "participants, four to a call",
                               "everything is one part",
                               3,
                               1'000'000};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    bench::Stage stage(report);
    bench::measure(report, stage);
  });
}
