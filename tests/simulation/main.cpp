// Simulates histories of several processes on one storage, and looks for one that breaks a promise.
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/history.hpp"
#include "tests/simulation/processes.hpp"

namespace messenger::simulation {
namespace {

constexpr std::string_view help =
    R"(Usage: simulate [--seed N | --seeds A-B | --replay FILE] [OPTION]…

Simulates several processes on one storage in virtual time: users who call, hosts that die, freeze and go on,
storages and providers that fail, clocks that jump. After each step the invariants are looked at; a history
that breaks one is shrunk and written as a replay file, one step a line.

  --seed N            one history (1)
  --seeds A-B         the histories of these seeds
  --steps M           steps in each (2000)
  --jobs K            that many processes at once (1)
  --within S          seconds that a history may take; one that takes longer hangs (120)
  --replay FILE       the steps of a replay file instead
  --storage NAME      memory, sqlite or postgres (memory); the last one needs scripts/with_postgres
  --groups            over SQLite, also changes that are made together
  --out FOLDER        where replay files are written (.)
  --no-shrink         write the history as it was found
  --help              this text

Exits with 0 when nothing was found, 1 when something was, 2 for wrong arguments.
)";

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::size_t steps = 2000;
  std::size_t jobs = 1;
  std::chrono::seconds within{120};
  std::string replay{};
  std::string out = ".";
  StorageKind storage = StorageKind::memory;
  bool groups = false;
  bool shrinks = true;
};

[[noreturn]] void wrong(const std::string& what) {
  fmt::print(stderr, "simulate: {} (see simulate --help)\n", what);
  std::exit(2);
}

std::uint64_t numberOf(std::string_view option, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    wrong(fmt::format("{} needs a whole number, not '{}'", option, text));
  }
  return number;
}

Arguments parse(const std::vector<std::string>& words) {
  Arguments given;
  for (std::size_t n = 0; n < words.size(); ++n) {
    const std::string& option = words[n];
    if (option == "--help" || option == "-h") {
      fmt::print("{}", help);
      std::exit(0);
    }
    if (option == "--no-shrink") {
      given.shrinks = false;
      continue;
    }
    if (option == "--groups") {
      given.groups = true;
      continue;
    }
    if (n + 1 == words.size()) wrong(fmt::format("{} needs a value", option));
    const std::string& value = words[++n];
    if (option == "--seed") {
      given.first = given.last = numberOf(option, value);
    } else if (option == "--seeds") {
      const std::size_t dash = value.find('-');
      if (dash == std::string::npos) wrong("--seeds needs two numbers, as 1-1000");
      given.first = numberOf(option, std::string_view{value}.substr(0, dash));
      given.last = numberOf(option, std::string_view{value}.substr(dash + 1));
      if (given.first > given.last) wrong("--seeds: the second number is less than the first");
    } else if (option == "--steps") {
      given.steps = numberOf(option, value);
    } else if (option == "--jobs") {
      given.jobs = numberOf(option, value);
      if (given.jobs == 0) wrong("--jobs needs at least 1");
    } else if (option == "--within") {
      given.within = std::chrono::seconds{numberOf(option, value)};
      if (given.within.count() == 0) wrong("--within needs at least 1");
    } else if (option == "--replay") {
      given.replay = value;
    } else if (option == "--out") {
      given.out = value;
    } else if (option == "--storage") {
      const auto storage = storageNamed(value);
      if (!storage) wrong("--storage is memory, sqlite or postgres");
      given.storage = *storage;
    } else {
      wrong(fmt::format("unknown option {}", option));
    }
  }
  return given;
}

/// Says what was found, and keeps it.
void report(const Arguments& arguments, const History& found, const std::string& name) {
  fmt::print("{}: violates {}: {}\n", name, found.violation->invariant, found.violation->text);
  std::fflush(stdout);
  History kept = found;
  if (arguments.shrinks) {
    kept = shrink(found, [&](std::size_t left) {
      if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{}: {} steps left  ", name, left);
    });
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\n");
  }
  const std::string file = fmt::format("{}/{}.replay", arguments.out, name);
  std::error_code none;  // the file says what is wrong
  std::filesystem::create_directories(arguments.out, none);
  std::ofstream out(file);
  write(out, kept);
  if (!out.flush()) {
    fmt::print(stderr, "simulate: {} cannot be written\n", file);
  } else {
    fmt::print("{}: {} of {} steps in {}\n", name, kept.steps.size(), found.steps.size(), file);
  }
  std::fflush(stdout);
}

/// Returns whether nothing was found. `found` is called before a history that breaks a promise is shrunk.
bool runSeed(const Arguments& arguments, std::uint64_t seed, const std::function<void()>& found) {
  SeededChoices choices(seed);
  const History history =
      simulate(worldOf(seed, arguments.storage, arguments.groups), choices, arguments.steps);
  if (history.violation) {
    found();
    report(arguments, history, fmt::format("seed-{}", seed));
  } else if (arguments.first == arguments.last) {
    fmt::print("seed {}: {} steps, fingerprint {:016x}\n", seed, history.steps.size(), history.fingerprint);
  }
  return !history.violation;
}

bool runAll(const Arguments& arguments) {
  // One history is run here, where a debugger finds it.
  if (arguments.first == arguments.last) return runSeed(arguments, arguments.first, [] {});
  const bool isWatched = isatty(STDERR_FILENO) != 0;
  const std::uint64_t all = arguments.last - arguments.first + 1;
  Processes processes(
      {arguments.first, arguments.last, arguments.jobs, arguments.within},
      [&](std::uint64_t seed, Whereabouts& whereabouts) {
        const bool sound = runSeed(arguments, seed, [&] { whereabouts.unlimited = true; });
        whereabouts.unlimited = false;
        return sound;
      },
      [&](std::uint64_t seed) {
        fmt::print("seed-{}: violates liveness: the history does not end within {} s\n", seed,
                   arguments.within.count());
        std::fflush(stdout);
      },
      [&](std::uint64_t begun) {
        if (isWatched) fmt::print(stderr, "\r{} of {} histories  ", begun, all);
      });
  const bool sound = processes.run();
  if (isWatched) fmt::print(stderr, "\n");
  return sound;
}

bool runReplay(const Arguments& arguments) {
  std::ifstream in(arguments.replay);
  if (!in) wrong(fmt::format("{} cannot be read", arguments.replay));
  const History given = read(in);
  const History history = repeat(given.world, given.steps);
  if (!history.violation) {
    fmt::print("{} of {} steps, fingerprint {:016x}: nothing is violated\n", history.steps.size(),
               given.steps.size(), history.fingerprint);
    return true;
  }
  fmt::print("violates {}: {}\n", history.violation->invariant, history.violation->text);
  return false;
}

}  // namespace
}  // namespace messenger::simulation

int main(int argc, char** argv) {
  using namespace messenger::simulation;
  const Arguments arguments = parse(std::vector<std::string>(argv + 1, argv + argc));
  try {
    if (!arguments.replay.empty()) return runReplay(arguments) ? 0 : 1;
    const auto begun = std::chrono::steady_clock::now();
    const bool sound = runAll(arguments);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    const auto steps = static_cast<double>((arguments.last - arguments.first + 1) * arguments.steps);
    fmt::print("seeds {}-{}: {:.0f} steps in {:.1f} s, {:.0f} a second: {}\n", arguments.first,
               arguments.last, steps, took, steps / took, sound ? "nothing found" : "FOUND");
    return sound ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulate: {}\n", error.what());
    return 2;
  }
}
