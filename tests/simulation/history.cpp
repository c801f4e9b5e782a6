#include "tests/simulation/history.hpp"

#include <fmt/format.h>

#include <istream>
#include <ostream>
#include <stdexcept>
#include <string>

#include "tests/simulation/generator.hpp"

namespace messenger::simulation {
namespace {

History finished(World& world, std::vector<NumberedStep> steps) {
  if (!world.violation()) world.drain();
  return {world.options(), std::move(steps), world.violation(), world.fingerprint()};
}

/// Tries to do without parts of a history.
class Shrinking {
 public:
  Shrinking(const History& failed, const std::function<void(std::size_t)>& progress)
      : best_(failed), progress_(progress) {}

  History run() {
    for (std::size_t before = 0; before != best_.steps.size() && left_ > 0;) {
      before = best_.steps.size();
      removeSteps();
      removeDisturbances();
    }
    return best_;
  }

 private:
  bool accept(const std::vector<NumberedStep>& steps) {
    if (left_ == 0) return false;
    --left_;
    History tried = repeat(best_.world, steps);
    if (!tried.violation || tried.violation->invariant != best_.violation->invariant) return false;
    best_ = std::move(tried);
    progress_(best_.steps.size());
    return true;
  }

  void removeSteps() {
    for (std::size_t length = std::max<std::size_t>(best_.steps.size() / 2, 1);; length /= 2) {
      for (std::size_t from = 0; from < best_.steps.size();) {
        std::vector<NumberedStep> fewer = best_.steps;
        const auto first = fewer.begin() + static_cast<std::ptrdiff_t>(from);
        fewer.erase(first, first + static_cast<std::ptrdiff_t>(std::min(length, fewer.size() - from)));
        if (!accept(fewer)) from += length;
      }
      if (length == 1) return;
    }
  }

  void removeDisturbances() {
    for (std::size_t n = 0; n < best_.steps.size(); ++n) {
      const auto without = [&](auto&& change) {
        if (n >= best_.steps.size()) return;
        std::vector<NumberedStep> simpler = best_.steps;
        change(simpler[n].step);
        if (simpler[n].step != best_.steps[n].step) accept(simpler);
      };
      without([](Step& step) { step.faultAt = 0; });
      without([](Step& step) { step.stopAt = 0; });
      without([](Step& step) { step.beside = Beside::none; });
    }
  }

  History best_;
  const std::function<void(std::size_t)>& progress_;
  std::size_t left_ = 5000;
};

}  // namespace

WorldOptions worldOf(std::uint64_t seed, StorageKind storage, bool groups) {
  SeededChoices choices(seed ^ 0x5DEECE66DULL);
  WorldOptions world;
  world.seed = seed;
  world.hosts = 1 + choices.below(3);
  world.users = 2 + choices.below(4);
  world.queued = choices.chance(75);
  world.ownDirectory = choices.chance(40);
  world.storage = storage;
  if (choices.chance(40)) world.reportEvery = std::chrono::minutes{1};
  world.limits = choices.chance(25);
  world.removal = choices.chance(50);
  if (choices.chance(50)) world.devices = choices.chance(70) ? Devices::several : Devices::replacing;
  world.rings = choices.chance(40);
  world.workers = choices.chance(50);
  world.groups = storage == StorageKind::sqlite && choices.chance(60) && groups;
  return world;
}

History simulate(const WorldOptions& options, Choices& choices, std::size_t steps) {
  World world(options);
  Generator generator(choices, world);
  std::vector<NumberedStep> performed;
  for (std::size_t number = 1; number <= steps && !world.violation(); ++number) {
    const Step step = generator.next();
    if (!world.perform(number, step)) continue;
    performed.push_back({number, step});
    generator.performed(number, step);
  }
  return finished(world, std::move(performed));
}

History repeat(const WorldOptions& options, const std::vector<NumberedStep>& steps) {
  World world(options);
  std::vector<NumberedStep> performed;
  for (const NumberedStep& each : steps) {
    if (!world.perform(each.number, each.step)) continue;
    performed.push_back(each);
    if (world.violation()) break;
  }
  return finished(world, std::move(performed));
}

History shrink(const History& failed, const std::function<void(std::size_t)>& progress) {
  return Shrinking(failed, progress).run();
}

void write(std::ostream& out, const History& history) {
  if (history.violation) {
    out << fmt::format("# violates {}: {}\n", history.violation->invariant, history.violation->text);
  }
  out << describe(history.world) << '\n';
  for (const NumberedStep& each : history.steps) out << describe(each.number, each.step) << '\n';
}

History read(std::istream& in) {
  History history;
  bool hasWorld = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (!hasWorld) {
      const auto world = parseWorld(line);
      if (!world) throw std::runtime_error(fmt::format("not the line of a world: {}", line));
      history.world = *world;
      hasWorld = true;
      continue;
    }
    const auto step = parseStep(line);
    if (!step) throw std::runtime_error(fmt::format("not a step: {}", line));
    history.steps.push_back(*step);
  }
  if (!hasWorld) throw std::runtime_error("the line of the world is missing");
  return history;
}

}  // namespace messenger::simulation
