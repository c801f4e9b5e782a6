#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "bench/heartbeat/crowd.hpp"
#include "bench/support/counted_new.hpp"
#include "bench/support/report.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/presence.hpp"

namespace messenger::bench {

/// A crowd, tracked by the presence in memory and put into the floor.
class PresenceStage {
 public:
  explicit PresenceStage(std::size_t count);

  [[nodiscard]] std::size_t ofRun() const;

  Crowd crowd;
  std::shared_ptr<Clock> clock;
  std::shared_ptr<Presence> presence;
  SmallKeyTable table;
  SteadyPoint round;  ///< one time for all heartbeats of a run that are given one
  std::atomic<std::size_t> allocations = 0;
  double bytesEach = 0;
  double mostBytesEach = 0;  ///< at any time, from when a tenth of the crowd was tracked
};

/// A run: a fifth of the crowd, the next fifth each time. `beat` is given a place in the crowd and
/// returns whether that participant was tracked.
template <class Beat>
Contender hearing(PresenceStage& stage, std::size_t threads, Beat beat) {
  const auto once = [&stage, threads, beat, cursor = std::make_shared<std::size_t>(0)] {
    hearNext(stage.crowd, stage.ofRun(), threads, cursor.get(), [&](std::size_t from, std::size_t to) {
      const std::size_t before = allocationsOfThisThread();
      bool tracked = true;
      for (std::size_t at = from; at < to; ++at) tracked &= beat(at);
      if (!tracked) throw std::logic_error("somebody was not tracked");
      stage.allocations += allocationsOfThisThread() - before;
    });
  };
  return {once, [&stage] { stage.round = stage.clock->now().steady; }};
}

[[nodiscard]] Contender touching(PresenceStage& stage, std::size_t threads);
[[nodiscard]] Contender touchingFloor(PresenceStage& stage, std::size_t threads);

/// A clock is read for each, as a heartbeat has to.
[[nodiscard]] Contender touchingFloorByClock(PresenceStage& stage, std::size_t threads);

[[nodiscard]] std::string threadsText(std::size_t threads);

/// The presence alone beside the floor; and the memory and the scan of the whole crowd.
void racePresence(Report& report, PresenceStage& stage, std::size_t threads);
void measureMemory(Report& report, const PresenceStage& stage);
void measureScan(Report& report, PresenceStage& stage);

}  // namespace messenger::bench
