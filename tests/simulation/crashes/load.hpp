#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "messenger/messenger.hpp"
#include "tests/simulation/crashes/journal.hpp"

namespace messenger::crashes {

/// How long a heartbeat counts in a kit.
constexpr std::chrono::seconds ttl{5};

/// The groups: in some of them calls come and go; the calls of the others last, and two people stay in them.
void makeGroups(Messenger& messenger);

/// Calls at random, and journals what was acknowledged.
class RandomCaller {
 public:
  RandomCaller(Messenger& messenger, const Journal& journal, std::uint64_t seed)
      : messenger_(messenger), journal_(journal), random_(seed) {}

  /// One request. Throws what the library throws.
  void next();
  [[nodiscard]] std::chrono::milliseconds pause() { return std::chrono::milliseconds{random_() % 8}; }

 private:
  void start(const ThreadId& where, const UserId& who);
  void join(const CallId& call, const UserId& who);
  void leave(const CallId& call, const UserId& who);
  void end(const CallId& call, const UserId& who);
  void beat(const CallId& call, const UserId& who);

  Messenger& messenger_;
  const Journal& journal_;
  std::mt19937_64 random_;
};

/// The people who stay. Like clients, they send their heartbeats through one process, and through another one
/// when that does not answer. A file each in `folder` has the time of the latest acknowledged one.
class Stayers {
 public:
  /// `process`: which one this is, from 0.
  Stayers(Messenger& messenger, const Journal& journal, std::filesystem::path folder, std::size_t process)
      : messenger_(messenger), journal_(journal), folder_(std::move(folder)), process_(process) {}

  /// How many there are.
  [[nodiscard]] std::size_t count() const noexcept { return stayers_.size(); }

  /// What is due now for one of them. What the library throws goes to the error output. Each has an OS thread
  /// of its own, so that they do not wait for one another.
  void next(std::size_t number);

 private:
  struct Stayer {
    ThreadId group;
    UserId user;
    std::optional<CallId> call{};
  };

  void keep(Stayer& stayer, const std::filesystem::path& file);
  [[nodiscard]] bool isDue(std::size_t number, const std::filesystem::path& file) const;

  Messenger& messenger_;
  const Journal& journal_;
  std::filesystem::path folder_;
  std::size_t process_;
  std::vector<Stayer> stayers_{everybody()};

  static std::vector<Stayer> everybody();
};

}  // namespace messenger::crashes
