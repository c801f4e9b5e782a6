#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace messenger::simulation {

/// What a child process is at, in memory that its parent sees.
struct Whereabouts {
  std::atomic<std::uint64_t> seed{0};  ///< of the history that it runs; 0: it has none
  std::atomic<bool> unlimited{false};  ///< it does what may take long
};

/// The histories of many seeds in several child processes. A history that does not end is ended with its
/// process, and the others go on. The children die with this process.
class Processes {
 public:
  struct Options {
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    std::size_t jobs = 1;
    std::chrono::seconds within{120};  ///< the longest that a history may take
  };
  /// In a child: runs the history of a seed; false: something was found.
  using Run = std::function<bool(std::uint64_t seed, Whereabouts& whereabouts)>;
  /// In this process: the history of a seed did not end.
  using Hung = std::function<void(std::uint64_t seed)>;
  /// In this process, about once a second: so many histories have been begun.
  using Progress = std::function<void(std::uint64_t histories)>;

  Processes(const Options& options, Run run, Hung hung, Progress progress);
  ~Processes();
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  /// Returns whether nothing was found, once all have ended. Throws std::system_error when no process can be
  /// started.
  [[nodiscard]] bool run();

 private:
  struct Child;

  void start(Child& child, std::uint64_t from);
  void watch(Child& child);
  void ended(int process, int status);

  Options options_;
  Run run_;
  Hung hung_;
  Progress progress_;
  std::unique_ptr<Child[]> children_;
  Whereabouts* whereabouts_ = nullptr;  // shared with the children, one for each
  bool sound_ = true;
};

}  // namespace messenger::simulation
