#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "actions/context.hpp"
#include "messenger/model/job.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::jobs {

/// How often claims are renewed: two renewals may fail before a lease ends.
[[nodiscard]] constexpr std::chrono::milliseconds renewalInterval(std::chrono::milliseconds lease) noexcept {
  return std::max(std::chrono::milliseconds{10}, lease / 3);
}

/// How soon a renewal that failed is repeated: a storage that answers again must not find the lease ended.
[[nodiscard]] constexpr std::chrono::milliseconds repeatedRenewal(std::chrono::milliseconds lease) noexcept {
  return std::max(std::chrono::milliseconds{10}, lease / 30);
}

/// The current claims of a worker's OS threads, so that one more OS thread can renew them all. Thread-safe.
class Leases {
 public:
  /// Registers a claim while it exists.
  class Held {
   public:
    /// `leases` may be null: then the claim is not renewed, and its first lease must be long enough.
    Held(Leases* leases, const Job& job)
        : leases_(leases),
          job_(job.id),
          token_(job.token),
          until_(job.leasedUntil.value_or(StorageTime::max())) {
      if (leases_ != nullptr) leases_->add({job_, token_, until_});
    }
    ~Held() {
      if (leases_ != nullptr) leases_->remove(job_, token_);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    /// Whether the lease, as last renewed, is valid: nobody else has taken the job over.
    [[nodiscard]] bool isValid(StorageTime now) const {
      return (leases_ != nullptr ? leases_->until(job_, token_) : until_) > now;
    }

   private:
    Leases* leases_;
    JobId job_;
    std::int64_t token_;
    StorageTime until_;
  };

  /// Renews every claim until `lease` from now. Returns whether the storage answered each time. A lost claim,
  /// a storage that does not answer, and a lease that ends because of it are logged; the job notices when it
  /// settles.
  bool renew(actions::Context& context, Duration lease);

 private:
  struct Claim {
    JobId job;
    std::int64_t token;
    StorageTime until;         ///< as last renewed
    bool endReported = false;  ///< that it ended
  };

  void add(Claim claim) MESSENGER_EXCLUDES(mutex_);
  void remove(const JobId& job, std::int64_t token) MESSENGER_EXCLUDES(mutex_);
  [[nodiscard]] StorageTime until(const JobId& job, std::int64_t token) MESSENGER_EXCLUDES(mutex_);
  void renewed(const Claim& claim, StorageTime until) MESSENGER_EXCLUDES(mutex_);
  /// Whether this claim's lease has ended by now and was not reported.
  [[nodiscard]] bool takeEnded(const Claim& claim, StorageTime now) MESSENGER_EXCLUDES(mutex_);
  [[nodiscard]] std::vector<Claim>::iterator find(const JobId& job, std::int64_t token)
      MESSENGER_REQUIRES(mutex_);

  support::Mutex mutex_;
  std::vector<Claim> claims_ MESSENGER_GUARDED_BY(mutex_);
};

}  // namespace messenger::jobs
