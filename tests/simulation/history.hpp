#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <vector>

#include "tests/simulation/random.hpp"
#include "tests/simulation/world.hpp"

namespace messenger::simulation {

/// A world and what happened in it.
struct History {
  WorldOptions world;
  std::vector<NumberedStep> steps;
  std::optional<Violation> violation;
  std::uint64_t fingerprint = 0;
};

/// What a world of this seed is made of. `groups`: in some, changes are made together.
[[nodiscard]] WorldOptions worldOf(std::uint64_t seed, StorageKind storage, bool groups = false);

/// Makes a history of so many steps, or up to a violation; then drains the world.
[[nodiscard]] History simulate(const WorldOptions& world, Choices& choices, std::size_t steps);

/// The same steps again, then drains the world. Steps that make no sense any more are passed over.
[[nodiscard]] History repeat(const WorldOptions& world, const std::vector<NumberedStep>& steps);

/// A history with as few steps, stops and faults as can be found that violates the same invariant. Calls
/// `progress` with the number of steps that are left, from time to time.
[[nodiscard]] History shrink(const History& failed, const std::function<void(std::size_t)>& progress);

/// The text of a replay file: what was violated, the world, a line for each step.
void write(std::ostream& out, const History& history);
/// Reads one. Throws std::runtime_error with the line that is wrong.
[[nodiscard]] History read(std::istream& in);

}  // namespace messenger::simulation
