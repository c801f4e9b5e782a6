#include "adapters/memory/job_table.hpp"

#include <algorithm>
#include <unordered_set>

#include "messenger/errors.hpp"

namespace messenger::inline v0::memory {

void JobTable::requireNew(const std::vector<NewJob>& jobs) const {
  std::unordered_set<JobId> seen;
  for (const NewJob& job : jobs) {
    if (jobs_.contains(job.id) || !seen.insert(job.id).second) {
      throw StorageError("a job of that id exists");
    }
  }
}

void JobTable::add(const NewJob& job) {
  Job& row = jobs_[job.id];
  row.id = job.id;
  row.type = job.type;
  row.queue = job.queue;
  row.call = job.call;
  row.cutoff = job.cutoff;
  row.createdAt = job.createdAt;
  row.availableAt = job.availableAt;
  row.mediaId = job.mediaId;
  row.sequence = ++last_;
  liveOf(row)[orderOf(row)] = &row;
  live_[row.sequence] = &row;
  if (row.call) byCall_[*row.call].push_back(&row);
}

bool JobTable::isLeased(const Job& job, StorageTime now) {
  return job.leasedUntil && *job.leasedUntil > now;
}

bool JobTable::isAvailable(const Job& job, const JobQueue::ClaimRequest& request) const {
  const auto isHeld = [&](const Job& each) {
    return request.takesOver ? isLeased(each, request.now) : each.leasedUntil.has_value();
  };
  if (job.failed || job.availableAt > request.now || isHeld(job)) return false;
  if (!job.call) return true;
  const auto& siblings = byCall_.at(*job.call);
  return std::none_of(siblings.begin(), siblings.end(), [&](const Job* other) { return isHeld(*other); });
}

Job* JobTable::findAvailable(const JobQueue::ClaimRequest& request) {
  const auto fits = [&](const Job& job) {
    return job.queue == request.queue && (!request.job || job.id == *request.job) &&
           (!request.call || job.call == request.call) && classOf(job.type) <= request.leastUrgent &&
           isAvailable(job, request);
  };
  if (request.job) {
    const auto found = jobs_.find(*request.job);
    return found != jobs_.end() && fits(found->second) ? &found->second : nullptr;
  }
  if (request.call) {
    const auto found = byCall_.find(*request.call);
    if (found == byCall_.end()) return nullptr;
    Job* first = nullptr;
    for (Job* job : found->second) {
      if (fits(*job) && (first == nullptr || orderOf(*job) < orderOf(*first))) first = job;
    }
    return first;
  }
  const auto queue = queues_.find(request.queue);
  if (queue == queues_.end()) return nullptr;
  // Skips running jobs and other jobs of their calls: at most the number of workers times the jobs of a call.
  Job* first = nullptr;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(request.leastUrgent); ++i) {
    for (const auto& [order, job] : queue->second.live.at(i)) {
      if (order.first > request.now || (first != nullptr && orderOf(*first) < order)) break;
      if (!fits(*job)) continue;
      first = job;
      break;
    }
  }
  return first;
}

Job* JobTable::claim(const JobQueue::ClaimRequest& request) {
  Job* job = findAvailable(request);
  if (job == nullptr) return nullptr;
  ++job->attempts;
  ++job->token;
  job->leasedUntil = request.leaseUntil;
  queues_[job->queue].runs[job->sequence] = job;
  if (job->call) {
    for (Job* other : byCall_.at(*job->call)) {
      if (other != job && other->leasedUntil) release(*other, other->availableAt);
    }
  }
  return job;
}

Job* JobTable::findClaimed(const JobId& job, std::int64_t token) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return nullptr;
  Job& row = found->second;
  return row.leasedUntil && row.token == token ? &row : nullptr;
}

void JobTable::release(Job& job, StorageTime availableAt) {
  liveOf(job).erase(orderOf(job));
  queues_[job.queue].runs.erase(job.sequence);
  job.leasedUntil.reset();
  job.availableAt = availableAt;
  liveOf(job)[orderOf(job)] = &job;
}

void JobTable::fail(Job& job) {
  Queue& queue = queues_[job.queue];
  liveOf(job).erase(orderOf(job));
  queue.runs.erase(job.sequence);
  ++queue.failed;
  live_.erase(job.sequence);
  failed_[job.sequence] = &job;
  job.leasedUntil.reset();
  job.failed = true;
}

void JobTable::revive(Job& job, StorageTime now) {
  job.failed = false;
  job.attempts = 0;
  job.availableAt = now;
  --queues_[job.queue].failed;
  liveOf(job)[orderOf(job)] = &job;
  failed_.erase(job.sequence);
  live_[job.sequence] = &job;
}

void JobTable::settle(const Settlement& settlement) {
  Job& job = jobs_.at(settlement.job);
  switch (settlement.kind) {
    case Settlement::Kind::done:
      remove(settlement.job);
      return;
    case Settlement::Kind::retry:
      release(job, settlement.availableAt);
      break;
    case Settlement::Kind::fail:
      fail(job);
      break;
  }
  job.lastError = settlement.error;
}

void JobTable::remove(const JobId& id) {
  const auto found = jobs_.find(id);
  Job& job = found->second;
  if (job.failed) {
    --queues_[job.queue].failed;
    failed_.erase(job.sequence);
  } else {
    liveOf(job).erase(orderOf(job));
    queues_[job.queue].runs.erase(job.sequence);
    live_.erase(job.sequence);
  }
  if (job.call) {
    const auto siblings = byCall_.find(*job.call);
    std::erase(siblings->second, &job);
    if (siblings->second.empty()) byCall_.erase(siblings);
  }
  jobs_.erase(found);
}

void JobTable::cancel(const CallId& call, JobType type) {
  const auto siblings = byCall_.find(call);
  if (siblings == byCall_.end()) return;
  std::vector<JobId> cancelled;
  for (const Job* job : siblings->second) {
    if (job->type == type) cancelled.push_back(job->id);
  }
  for (const JobId& job : cancelled) remove(job);
}

std::size_t JobTable::retryFailed(const std::optional<JobId>& job, StorageTime now) {
  if (job) {
    const auto found = jobs_.find(*job);
    if (found == jobs_.end() || !found->second.failed) return 0;
    revive(found->second, now);
    return 1;
  }
  std::size_t count = 0;
  for (; !failed_.empty(); ++count) revive(*failed_.begin()->second, now);
  return count;
}

std::vector<Job> JobTable::list(const JobQueue::ListQuery& query) const {
  const auto& source = query.failed ? failed_ : live_;
  std::vector<Job> result;
  for (auto at = source.upper_bound(query.after); at != source.end() && result.size() < query.limit; ++at) {
    result.push_back(*at->second);
  }
  return result;
}

JobCounts JobTable::counts(const std::string& queue, StorageTime now) const {
  JobCounts result;
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return result;
  const Queue& row = found->second;
  result.failed = row.failed;
  for (const auto& [sequence, job] : row.runs) result.running += isLeased(*job, now) ? 1 : 0;
  for (const auto& live : row.live) {
    result.waiting += live.size();
    for (const auto& [order, job] : live) {
      if (isLeased(*job, now)) continue;
      result.nextAt = std::min(result.nextAt.value_or(order.first), order.first);
      break;
    }
  }
  result.waiting -= result.running;
  return result;
}

std::vector<JobQueue::TypeCounts> JobTable::countsByType(const std::string& queue, StorageTime now) const {
  std::map<JobType, JobQueue::TypeCounts> byType;
  for (const auto& [id, job] : jobs_) {
    if (job.queue != queue) continue;
    JobQueue::TypeCounts& counts = byType[job.type];
    if (job.failed) {
      ++counts.failed;
    } else if (isLeased(job, now)) {
      ++counts.running;
    } else if (job.availableAt > now) {
      ++counts.scheduled;
    } else {
      ++counts.due;
      counts.oldestDue = std::min(counts.oldestDue.value_or(job.availableAt), job.availableAt);
    }
  }
  std::vector<JobQueue::TypeCounts> result;
  for (auto& [type, counts] : byType) {
    counts.type = type;
    result.push_back(counts);
  }
  return result;
}

}  // namespace messenger::memory
