#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "bench/heartbeat/crowd.hpp"
#include "bench/support/counted_new.hpp"
#include "bench/support/report.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/null.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/forwarding_storage.hpp"

namespace messenger::bench {
namespace {

/// Counts the look-ups that a heartbeat of somebody unknown makes. A heartbeat that were to use any other
/// operation would find nobody in this storage, and be refused.
class CountingStorage final : public testing::ForwardingStorage {
 public:
  CountingStorage() : ForwardingStorage(memoryStorage()) {}

  [[nodiscard]] std::optional<CallSnapshot> findCall(const CallId& call,
                                                     const std::optional<UserId>& viewer) const override {
    ++lookups;
    return ForwardingStorage::findCall(call, viewer);
  }

  mutable std::atomic<std::size_t> lookups = 0;
};

/// Everybody known to ours and to the floor.
class Stage {
 public:
  explicit Stage(std::size_t count) : crowd(count) {
    Config config;
    config.calling.enabled = true;
    Dependencies dependencies;
    dependencies.storage = storage;
    dependencies.presence = presence;
    messenger.emplace(config, dependencies);
    const Moment now = clock->now();
    for (const InCallKey& key : crowd.keys) presence->admit(key, now);
    for (const InCallKey& key : crowd.keys) table.put(key, now.steady);
  }

  [[nodiscard]] std::size_t ofRun() const { return std::max<std::size_t>(1, crowd.keys.size() / 5); }
  [[nodiscard]] const InCallKey& heard(std::size_t at) const { return crowd.keys[crowd.order[at]]; }

  Crowd crowd;
  std::shared_ptr<CountingStorage> storage = std::make_shared<CountingStorage>();
  std::shared_ptr<Presence> presence = memoryPresence();
  std::shared_ptr<Clock> clock = systemClock();
  ShardedTable table;
  std::optional<Messenger> messenger;
  std::atomic<std::size_t> allocations = 0;
};

/// A run: a fifth of the crowd, the next fifth each time. By `beat`, which says whether they were known.
template <class Beat>
Contender hearing(Stage& stage, std::size_t threads, Beat beat) {
  return {[&stage, threads, beat, cursor = std::make_shared<std::size_t>(0)] {
    hearNext(stage.crowd, stage.ofRun(), threads, cursor.get(), [&](std::size_t from, std::size_t to) {
      const std::size_t before = allocationsOfThisThread();
      bool known = true;
      for (std::size_t at = from; at < to; ++at) known &= beat(stage.heard(at));
      if (!known) throw std::logic_error("somebody was not known");
      stage.allocations += allocationsOfThisThread() - before;
    });
  }};
}

void measure(Report& report, Stage& stage, std::size_t threads) {
  const auto count = static_cast<double>(stage.ofRun());
  const std::string with = fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
  // One time for a whole round, as a bare table is given one: what is measured is finding and storing.
  const auto round = std::make_shared<Moment>();
  Contender presence = hearing(stage, threads, [&, round](const InCallKey& key) {
    return stage.presence->touch(key.call, key.user, *round);
  });
  presence.before = [&stage, round] { *round = stage.clock->now(); };
  Contender table = hearing(
      stage, threads, [&, round](const InCallKey& key) { return stage.table.touch(key, round->steady); });
  table.before = presence.before;
  const Contender facade = hearing(stage, threads, [&](const InCallKey& key) {
    return stage.messenger->heartbeat(key.call, key.user).has_value();
  });
  const Contender timedTable = hearing(stage, threads, [&](const InCallKey& key) {
    return stage.table.touch(key, stage.clock->now().steady);
  });

  stage.allocations = 0;
  const std::size_t lookups = stage.storage->lookups;
  const auto medians = report.race("heartbeats" + with, count, {presence, facade, table, timedTable});
  report.row({"Presence::touch : table" + with, medians[0], medians[2]});
  report.row({"Messenger::heartbeat : table and clocks" + with, medians[1], medians[3]});
  report.row({"Messenger::heartbeat : table" + with, medians[1], medians[2]});
  report.fact("allocations in all heartbeats" + with, static_cast<double>(stage.allocations));
  report.fact("storage look-ups in all heartbeats" + with,
              static_cast<double>(stage.storage->lookups - lookups));
}

}  // namespace
}  // namespace messenger::bench

int main(int argc, char** argv) {
  using namespace messenger;
  const bench::Program program{
      "bench_heartbeat",
      "Heartbeats of participants who are in calls, in an order without a pattern, beside 64 hash tables of\n"
      "the standard library with a mutex each. Counts allocations and accesses to the storage.",
      "participants, four to a call",
      "1 thread, 2 threads",
      11,
      1'000'000};
  return bench::runProgram(argc, argv, program, [](bench::Report& report) {
    bench::Report::progress("admitting everybody");
    bench::Stage stage(report.options().size);
    if (report.wants("1 thread")) bench::measure(report, stage, 1);
    if (report.wants("2 threads")) bench::measure(report, stage, 2);
  });
}
