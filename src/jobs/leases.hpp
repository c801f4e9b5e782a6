#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "actions/context.hpp"
#include "messenger/model/job.hpp"
#include "support/mutex.hpp"

namespace messenger::jobs {

/// How often claims are renewed: two renewals may fail before a lease ends.
[[nodiscard]] constexpr std::chrono::milliseconds renewalInterval(std::chrono::milliseconds lease) noexcept {
  return std::max(std::chrono::milliseconds{10}, lease / 3);
}

/// The current claims of a worker's OS threads, so that one more OS thread can renew them all. Thread-safe.
class Leases {
 public:
  /// Registers a claim while it exists.
  class Held {
   public:
    /// `leases` may be null: then the claim is not renewed, and its first lease must be long enough.
    Held(Leases* leases, const Job& job) : leases_(leases), job_(job.id), token_(job.token) {
      if (leases_ != nullptr) leases_->add(job_, token_);
    }
    ~Held() {
      if (leases_ != nullptr) leases_->remove(job_, token_);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    Leases* leases_;
    JobId job_;
    std::int64_t token_;
  };

  /// Renews every claim until `lease` from now. A lost claim, or a storage that does not answer, is logged;
  /// the job notices when it settles.
  void renew(actions::Context& context, Duration lease);

 private:
  struct Claim {
    JobId job;
    std::int64_t token;
  };

  void add(const JobId& job, std::int64_t token) EXCLUDES(mutex_);
  void remove(const JobId& job, std::int64_t token) EXCLUDES(mutex_);

  support::Mutex mutex_;
  std::vector<Claim> claims_ GUARDED_BY(mutex_);
};

}  // namespace messenger::jobs
