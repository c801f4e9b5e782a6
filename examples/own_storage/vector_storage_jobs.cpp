// Jobs and the maintenance switch.
#include <messenger/errors.hpp>

#include <algorithm>
#include <tuple>

#include "vector_storage.hpp"

using namespace messenger;

namespace {

bool isLeased(const Job& job, TimePoint now) {
  return job.leasedUntil && *job.leasedUntil > now;
}

}  // namespace

void VectorStorage::requireNew(const std::vector<NewJob>& jobs) const {
  for (const NewJob& job : jobs) {
    const bool taken =
        std::any_of(jobs_.begin(), jobs_.end(), [&](const Job& each) { return each.id == job.id; });
    if (taken) throw StorageError("a job of that id exists");
  }
}

void VectorStorage::store(const std::vector<NewJob>& jobs, TimePoint now) {
  for (const NewJob& job : jobs) {
    Job row;
    row.id = job.id;
    row.type = job.type;
    row.queue = job.queue;
    row.call = job.call;
    row.cutoff = job.cutoff;
    row.createdAt = now;
    row.availableAt = job.availableAt;
    row.sequence = ++lastJob_;
    jobs_.push_back(row);
  }
}

Job* VectorStorage::claimedJob(const JobId& job, std::int64_t token) {
  for (Job& each : jobs_) {
    if (each.id == job && each.token == token && each.leasedUntil) return &each;
  }
  return nullptr;
}

bool VectorStorage::isAvailable(const Job& job, TimePoint now) const {
  if (job.parked || job.availableAt > now || isLeased(job, now)) return false;
  // Jobs of one call never run side by side: its teardown waits for its setup.
  return !job.call || std::none_of(jobs_.begin(), jobs_.end(), [&](const Job& other) {
    return other.call == job.call && isLeased(other, now);
  });
}

void VectorStorage::settle(const Settlement& settlement) {
  if (settlement.kind == Settlement::Kind::done) {
    std::erase_if(jobs_, [&](const Job& job) { return job.id == settlement.job; });
    return;
  }
  Job& job = *claimedJob(settlement.job, settlement.token);
  job.leasedUntil.reset();
  job.lastError = settlement.error;
  job.parked = settlement.kind == Settlement::Kind::park;
  if (!job.parked) job.availableAt = settlement.availableAt;
}

void VectorStorage::addJob(const NewJob& job) {
  const std::lock_guard lock(mutex_);
  requireNew({job});
  store({job}, job.availableAt);
}

// [claim]
std::optional<ClaimedJob> VectorStorage::claimJob(const ClaimParams& params) {
  const std::lock_guard lock(mutex_);
  Job* first = nullptr;
  for (Job& job : jobs_) {
    if (job.queue != params.queue || !isAvailable(job, params.now)) continue;
    if ((params.job && job.id != *params.job) || (params.call && job.call != params.call)) continue;
    if (first == nullptr || job.availableAt < first->availableAt) first = &job;  // then order of storing
  }
  if (first == nullptr) return std::nullopt;
  ++first->attempts;
  ++first->token;
  first->leasedUntil = params.leaseUntil;

  ClaimedJob claimed{*first, std::nullopt, false};
  Call* call = first->call ? callOf(*first->call) : nullptr;
  if (call == nullptr) return claimed;
  claimed.beginsCreate = first->type == JobType::setupCall && call->active() && !call->setupComplete;
  if (claimed.beginsCreate && !call->roomMayExist) {  // the intent, before the deed
    call->roomMayExist = true;
    call->updatedAt = params.now;
    ++call->revision;
  }
  claimed.call = *call;
  return claimed;
}
// [/claim]

bool VectorStorage::renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) {
  const std::lock_guard lock(mutex_);
  Job* row = claimedJob(job, token);
  if (row != nullptr) row->leasedUntil = leaseUntil;
  return row != nullptr;
}

bool VectorStorage::settleJob(const Settlement& settlement) {
  const std::lock_guard lock(mutex_);
  if (claimedJob(settlement.job, settlement.token) == nullptr) return false;
  settle(settlement);
  return true;
}

std::size_t VectorStorage::retryParked(const std::optional<JobId>& job, TimePoint now) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (Job& each : jobs_) {
    if (!each.parked || (job && each.id != *job)) continue;
    each.parked = false;
    each.attempts = 0;
    each.availableAt = now;
    ++count;
  }
  return count;
}

std::vector<Job> VectorStorage::jobs(const JobQuery& query) const {
  const std::lock_guard lock(mutex_);
  std::vector<Job> found;
  for (const Job& job : jobs_) {
    if (found.size() == query.limit) break;
    if (job.parked == query.parked && job.sequence > query.after) found.push_back(job);
  }
  return found;
}

JobCounts VectorStorage::jobCounts(const std::string& queue, TimePoint now) const {
  const std::lock_guard lock(mutex_);
  JobCounts counts;
  for (const Job& job : jobs_) {
    if (job.queue != queue) continue;
    if (job.parked) {
      ++counts.parked;
    } else if (isLeased(job, now)) {
      ++counts.running;
    } else {
      ++counts.waiting;
      counts.nextAt = std::min(counts.nextAt.value_or(job.availableAt), job.availableAt);
    }
  }
  return counts;
}

ActiveSummary VectorStorage::setCallsDown(const DownChange& change) {
  const std::lock_guard lock(mutex_);
  ActiveSummary summary;
  for (const Call& call : calls_) {
    if (!call.active()) continue;
    ++summary.count;
    summary.cutoff = call.sequence;
  }
  if (change.sweep) requireNew({*change.sweep});
  downUntil_ = change.until;
  if (change.sweep && summary.count > 0) {
    NewJob sweep = *change.sweep;
    sweep.cutoff = summary.cutoff;
    store({sweep}, change.now);
  }
  return summary;
}

bool VectorStorage::clearCallsDown(TimePoint now) {
  const std::lock_guard lock(mutex_);
  const bool wasDown = isDown(now);
  downUntil_.reset();
  return wasDown;
}

std::optional<TimePoint> VectorStorage::callsDownUntil() const {
  const std::lock_guard lock(mutex_);
  return downUntil_;
}
