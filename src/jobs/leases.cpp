#include "jobs/leases.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {

void Leases::add(const JobId& job, std::int64_t token) {
  const support::Lock lock(mutex_);
  claims_.push_back({job, token});
}

void Leases::remove(const JobId& job, std::int64_t token) {
  const support::Lock lock(mutex_);
  claims_.erase(std::find_if(claims_.begin(), claims_.end(),
                             [&](const Claim& claim) { return claim.job == job && claim.token == token; }));
}

void Leases::renew(actions::Context& context, Duration lease) {
  std::vector<Claim> claims;
  {
    const support::Lock lock(mutex_);
    claims = claims_;
  }
  for (const Claim& claim : claims) {
    try {
      if (context.storage.jobs().renew(claim.job, claim.token, context.now().storage + lease)) continue;
      // Settled since the copy, or taken over, which the settlement will show.
      actions::logSafely(context.logger, LogLevel::debug,
                         fmt::format("job {} needs no renewal", claim.job.value()));
    } catch (...) {
      actions::logSafely(context.logger, LogLevel::warning,
                         fmt::format("the lease of job {} could not be renewed: {}", claim.job.value(),
                                     support::whatWasThrown()));
    }
  }
}

}  // namespace messenger::jobs
