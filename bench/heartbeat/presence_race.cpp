#include "bench/heartbeat/presence_race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"

namespace messenger::bench {

PresenceStage::PresenceStage(std::size_t count) : crowd(count), clock(systemClock()), table(count) {
  std::thread([] {}).join();  // before there ever was a second thread, the C library's mutexes lock nothing
  const SteadyPoint now = clock->now().steady;
  const std::size_t before = bytesInUse();
  presence = memoryPresence();
  for (std::size_t at = 0; at < count; ++at) {
    presence->track(crowd.keys[at], 1, now);
    const double each = static_cast<double>(bytesInUse() - before) / static_cast<double>(at + 1);
    if (at >= count / 10) mostBytesEach = std::max(mostBytesEach, each);
  }
  bytesEach = static_cast<double>(bytesInUse() - before) / static_cast<double>(count);
  for (const SmallKey& key : crowd.smallKeys) table.put(key, now);
}

std::size_t PresenceStage::ofRun() const {
  return std::max<std::size_t>(1, crowd.keys.size() / 5);
}

Contender touching(PresenceStage& stage, std::size_t threads) {
  return hearing(stage, threads, [&stage](std::size_t at) {
    const SessionKey& key = stage.crowd.keys[at];
    return stage.presence->touch(key.call, key.user, key.device, stage.round);
  });
}

Contender touchingFloor(PresenceStage& stage, std::size_t threads) {
  return hearing(stage, threads, [&stage](std::size_t at) {
    return stage.table.touch(stage.crowd.smallKeys[at], stage.round);
  });
}

Contender touchingFloorByClock(PresenceStage& stage, std::size_t threads) {
  return hearing(stage, threads, [&stage](std::size_t at) {
    return stage.table.touch(stage.crowd.smallKeys[at], stage.clock->steady());
  });
}

std::string threadsText(std::size_t threads) {
  return fmt::format("{} thread{}", threads, threads == 1 ? "" : "s");
}

void racePresence(Report& report, PresenceStage& stage, std::size_t threads) {
  const std::string with = ", " + threadsText(threads);
  stage.allocations = 0;
  const auto medians = report.race("heartbeats" + with, static_cast<double>(stage.ofRun()),
                                   {touching(stage, threads), touchingFloor(stage, threads)});
  report.row({"Presence::touch : 16-byte keys" + with, medians[0], medians[1]});
  report.fact("allocations in all heartbeats" + with, static_cast<double>(stage.allocations));
}

void measureMemory(Report& report, const PresenceStage& stage) {
  report.fact("bytes for each participant", stage.bytesEach);
  report.fact("most bytes for each participant while the crowd grew", stage.mostBytesEach);
}

void measureScan(Report& report, PresenceStage& stage) {
  const auto scan = [&](Duration atMost) {
    return Contender{[&stage, atMost] {
      const auto seen = stage.presence->seenWithin(atMost, stage.clock->steady());
      if (atMost < Duration::zero() && !seen.empty()) throw std::logic_error("somebody is in the future");
    }};
  };
  const auto medians = report.race("seenWithin", 1, {scan(std::chrono::hours{1}), scan(Duration{-1})});
  report.row({"Presence::seenWithin, all", medians[0], std::nullopt});
  report.row({"Presence::seenWithin, nobody", medians[1], std::nullopt});
}

}  // namespace messenger::bench
