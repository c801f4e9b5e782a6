#include "jobs/leases.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {

std::vector<Leases::Claim>::iterator Leases::find(const JobId& job, std::int64_t token) {
  return std::find_if(claims_.begin(), claims_.end(),
                      [&](const Claim& claim) { return claim.job == job && claim.token == token; });
}

void Leases::add(Claim claim) {
  const support::Lock lock(mutex_);
  claims_.push_back(std::move(claim));
}

void Leases::remove(const JobId& job, std::int64_t token) {
  const support::Lock lock(mutex_);
  claims_.erase(find(job, token));
}

StorageTime Leases::until(const JobId& job, std::int64_t token) {
  const support::Lock lock(mutex_);
  return find(job, token)->until;
}

void Leases::renewed(const Claim& claim, StorageTime until) {
  const support::Lock lock(mutex_);
  const auto found = find(claim.job, claim.token);
  if (found == claims_.end()) return;
  found->until = until;
  found->endReported = false;
}

bool Leases::takeEnded(const Claim& claim, StorageTime now) {
  const support::Lock lock(mutex_);
  const auto found = find(claim.job, claim.token);
  return found != claims_.end() && found->until <= now && !std::exchange(found->endReported, true);
}

bool Leases::renew(actions::Context& context, Duration lease) {
  std::vector<Claim> claims;
  {
    const support::Lock lock(mutex_);
    claims = claims_;
  }
  bool answered = true;
  for (const Claim& claim : claims) {
    const StorageTime now = context.now().storage;
    const StorageTime until = saturatingAdd(now, lease);
    try {
      if (context.storage.jobs().renew(claim.job, claim.token, until)) {
        renewed(claim, until);
        continue;
      }
      // Settled since the copy, or taken over, which the settlement will show.
      actions::logSafely(context.logger, LogLevel::debug, "a lease needs no renewal",
                         {{"job", claim.job.value()}});
    } catch (...) {
      answered = false;
      actions::logSafely(context.logger, LogLevel::warning, "the lease of a job could not be renewed",
                         {{"job", claim.job.value()}, {"error", support::whatWasThrown()}});
      if (takeEnded(claim, now)) {
        actions::logSafely(context.logger, LogLevel::error,
                           "the lease of a job has ended while it runs: once the storage answers another "
                           "process may run it at the same time",
                           {{"job", claim.job.value()}});
      }
    }
  }
  return answered;
}

}  // namespace messenger::jobs
