#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "messenger/contracts/executor.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// A loop, or a pool, that does what it was given when a test says so, on the OS thread of the test. Its time
/// stands still until it is moved. `post` is thread-safe.
///
///     testing::ManualLoop loop, pool;
///     while (pool.runAll() + loop.runAll() > 0) {}
class MESSENGER_EXPORT ManualLoop final : public Loop {
 public:
  ManualLoop();
  ManualLoop(const ManualLoop&) = delete;
  ManualLoop& operator=(const ManualLoop&) = delete;
  ~ManualLoop() override;

  void post(std::function<void()> work) override;
  [[nodiscard]] std::unique_ptr<Timer> makeTimer() override;

  /// Does the work that waits, and what that posts; returns how much it was. What it throws is thrown; the
  /// rest still waits.
  std::size_t runAll();
  /// Does one thing. False: there was none.
  bool runOne();

  /// Lets time pass: the timers that are due post their work, in the order of their times.
  void advance(std::chrono::milliseconds by);

  /// How many timers wait.
  [[nodiscard]] std::size_t timers() const;

 private:
  class State;
  class ManualTimer;

  std::shared_ptr<State> state_;  ///< a timer may outlive the loop
};

}  // namespace messenger::testing
