#pragma once

#include <atomic>
#include <optional>
#include <set>
#include <utility>

#include "messenger/model/ids.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::jobs {

/// Calls for which this process may have made a room that it could not record, because the storage did not
/// answer for too long. Another process may have taken the job over and torn the call down meanwhile. They
/// are reported when the storage answers again. Thread-safe.
class LateRooms {
 public:
  void add(const CallId& call) {
    const support::Lock lock(mutex_);
    calls_.insert(call);
    any_ = true;
  }

  /// One of them, which is no longer among them.
  [[nodiscard]] std::optional<CallId> take() {
    if (!any_) return std::nullopt;
    const support::Lock lock(mutex_);
    if (calls_.empty()) return std::nullopt;
    CallId call = std::move(calls_.extract(calls_.begin()).value());
    any_ = !calls_.empty();
    return call;
  }

 private:
  support::Mutex mutex_;
  std::set<CallId> calls_ MESSENGER_GUARDED_BY(mutex_);
  std::atomic<bool> any_ = false;
};

}  // namespace messenger::jobs
