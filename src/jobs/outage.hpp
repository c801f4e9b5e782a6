#pragma once

#include <atomic>
#include <limits>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::jobs {

/// When the storage last did not answer. The workers of other processes could then not renew their leases
/// either, however well they are: they get time to do so before their jobs are taken over. Thread-safe.
class Outage {
 public:
  void notice(StorageTime now) noexcept { last_ = now.time_since_epoch().count(); }

  /// Whether the storage has answered for less than `time`.
  [[nodiscard]] bool endedWithin(Duration time, StorageTime now) const noexcept {
    const Duration::rep last = last_;
    return last != never && saturatingDifference(now, StorageTime{Duration{last}}) < time;
  }

 private:
  static constexpr Duration::rep never = std::numeric_limits<Duration::rep>::min();

  std::atomic<Duration::rep> last_ = never;
};

}  // namespace messenger::jobs
