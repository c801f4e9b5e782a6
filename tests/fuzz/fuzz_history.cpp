// Histories of several processes on one storage (tests/simulation), whose choices are the fuzzer's bytes.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "tests/simulation/history.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace messenger::simulation;
  constexpr std::size_t mostSteps = 300;
  ChoicesFromBytes choices(data, size);
  WorldOptions world;
  world.hosts = 1 + choices.below(3);
  world.users = 2 + choices.below(4);
  world.queued = choices.chance(75);
  world.ownDirectory = choices.chance(40);
  if (choices.chance(40)) world.reportEvery = std::chrono::minutes{1};
  world.limits = choices.chance(25);
  world.removal = choices.chance(50);
  if (choices.chance(50)) world.devices = choices.chance(70) ? Devices::several : Devices::replacing;
  world.rings = choices.chance(40);
  world.workers = choices.chance(50);
  const History history = simulate(world, choices, std::min(mostSteps, size / 4));
  if (!history.violation) return 0;
  std::ostringstream text;
  write(text, history);
  fmt::print(stderr, "{}", text.str());
  std::abort();
}
