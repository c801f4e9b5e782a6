#pragma once

#include "messenger/config.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/model/time.hpp"
#include "support/mutex.hpp"

namespace messenger::actions {

/// Knows since when this process has been able to hear heartbeats without a gap, and thus whether it may call
/// anybody silent. A start, a stall, a clock that jumped, a presence store that failed: each begins a full
/// TTL of grace. Thread-safe.
class Listening {
 public:
  Listening(const Config& config, InstanceId self, Moment now);

  /// Nobody could be heard until now.
  void restart(Moment now) EXCLUDES(mutex_);

  /// Compares the two clocks; the wall clock having jumped against the steady one begins the grace anew.
  void observe(Moment now) EXCLUDES(mutex_);

  /// Since when without a gap, on the wall clock.
  [[nodiscard]] TimePoint since() const EXCLUDES(mutex_);

  /// Whom a check may believe.
  struct Verdict {
    bool mayJudge = false;  ///< a full TTL was heard, here if this process listens, and by all others that do
    bool othersListen = false;  ///< what they hear reaches the storage up to one write-behind late
  };

  [[nodiscard]] Verdict judge(const Storage& storage, Moment now) EXCLUDES(mutex_);

 private:
  [[nodiscard]] Duration heardFor(Moment now) const EXCLUDES(mutex_);

  const Config& config_;
  const InstanceId self_;
  mutable support::Mutex mutex_;
  Moment since_ GUARDED_BY(mutex_);
  Moment last_ GUARDED_BY(mutex_);
};

}  // namespace messenger::actions
