#include "adapters/memory/job_table.hpp"

#include <algorithm>
#include <unordered_set>

#include "messenger/errors.hpp"

namespace messenger::memory {

void JobTable::requireNew(const std::vector<NewJob>& jobs) const {
  std::unordered_set<JobId> seen;
  for (const NewJob& job : jobs) {
    if (jobs_.contains(job.id) || !seen.insert(job.id).second) {
      throw StorageError("a job of that id exists");
    }
  }
}

void JobTable::add(const NewJob& job, TimePoint createdAt) {
  Job& row = jobs_[job.id];
  row.id = job.id;
  row.type = job.type;
  row.queue = job.queue;
  row.call = job.call;
  row.cutoff = job.cutoff;
  row.createdAt = createdAt;
  row.availableAt = job.availableAt;
  row.sequence = ++last_;
  queues_[row.queue].live[orderOf(row)] = &row;
  live_[row.sequence] = &row;
  if (row.call) byCall_[*row.call].push_back(&row);
}

void JobTable::addAll(const std::vector<NewJob>& jobs, TimePoint createdAt) {
  for (const NewJob& job : jobs) add(job, createdAt);
}

bool JobTable::waits(JobType type, const CallId& call) const {
  const auto found = byCall_.find(call);
  return found != byCall_.end() &&
         std::any_of(found->second.begin(), found->second.end(),
                     [&](const Job* job) { return job->type == type && !job->parked; });
}

bool JobTable::isLeased(const Job& job, TimePoint now) {
  return job.leasedUntil && *job.leasedUntil > now;
}

bool JobTable::isAvailable(const Job& job, TimePoint now) const {
  if (job.parked || job.availableAt > now || isLeased(job, now)) return false;
  if (!job.call) return true;
  const auto& siblings = byCall_.at(*job.call);
  return std::none_of(siblings.begin(), siblings.end(),
                      [&](const Job* other) { return isLeased(*other, now); });
}

Job* JobTable::findAvailable(const ClaimParams& params) {
  const auto fits = [&](const Job& job) {
    return job.queue == params.queue && (!params.job || job.id == *params.job) &&
           (!params.call || job.call == params.call) && isAvailable(job, params.now);
  };
  if (params.job) {
    const auto found = jobs_.find(*params.job);
    return found != jobs_.end() && fits(found->second) ? &found->second : nullptr;
  }
  if (params.call) {
    const auto found = byCall_.find(*params.call);
    if (found == byCall_.end()) return nullptr;
    Job* first = nullptr;
    for (Job* job : found->second) {
      if (fits(*job) && (first == nullptr || orderOf(*job) < orderOf(*first))) first = job;
    }
    return first;
  }
  const auto queue = queues_.find(params.queue);
  if (queue == queues_.end()) return nullptr;
  // Passes over those that run and their siblings: no more than there are workers, times the jobs of a call.
  for (const auto& [order, job] : queue->second.live) {
    if (order.first > params.now) return nullptr;
    if (fits(*job)) return job;
  }
  return nullptr;
}

Job* JobTable::claim(const ClaimParams& params) {
  Job* job = findAvailable(params);
  if (job == nullptr) return nullptr;
  ++job->attempts;
  ++job->token;
  job->leasedUntil = params.leaseUntil;
  queues_[job->queue].runs[job->sequence] = job;
  return job;
}

Job* JobTable::findClaimed(const JobId& job, std::int64_t token) {
  const auto found = jobs_.find(job);
  if (found == jobs_.end()) return nullptr;
  Job& row = found->second;
  return row.leasedUntil && row.token == token ? &row : nullptr;
}

void JobTable::release(Job& job, TimePoint availableAt) {
  Queue& queue = queues_[job.queue];
  queue.live.erase(orderOf(job));
  queue.runs.erase(job.sequence);
  job.leasedUntil.reset();
  job.availableAt = availableAt;
  queue.live[orderOf(job)] = &job;
}

void JobTable::park(Job& job) {
  Queue& queue = queues_[job.queue];
  queue.live.erase(orderOf(job));
  queue.runs.erase(job.sequence);
  ++queue.parked;
  live_.erase(job.sequence);
  parked_[job.sequence] = &job;
  job.leasedUntil.reset();
  job.parked = true;
}

void JobTable::unpark(Job& job, TimePoint now) {
  job.parked = false;
  job.attempts = 0;
  job.availableAt = now;
  Queue& queue = queues_[job.queue];
  --queue.parked;
  queue.live[orderOf(job)] = &job;
  parked_.erase(job.sequence);
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
    case Settlement::Kind::park:
      park(job);
      break;
  }
  job.lastError = settlement.error;
}

void JobTable::remove(const JobId& id) {
  const auto found = jobs_.find(id);
  Job& job = found->second;
  Queue& queue = queues_[job.queue];
  queue.live.erase(orderOf(job));
  queue.runs.erase(job.sequence);
  live_.erase(job.sequence);
  if (job.call) {
    const auto siblings = byCall_.find(*job.call);
    std::erase(siblings->second, &job);
    if (siblings->second.empty()) byCall_.erase(siblings);
  }
  jobs_.erase(found);
}

std::size_t JobTable::retryParked(const std::optional<JobId>& job, TimePoint now) {
  if (job) {
    const auto found = jobs_.find(*job);
    if (found == jobs_.end() || !found->second.parked) return 0;
    unpark(found->second, now);
    return 1;
  }
  std::size_t count = 0;
  for (; !parked_.empty(); ++count) unpark(*parked_.begin()->second, now);
  return count;
}

std::vector<Job> JobTable::list(const JobQuery& query) const {
  const auto& source = query.parked ? parked_ : live_;
  std::vector<Job> result;
  for (auto at = source.upper_bound(query.after); at != source.end() && result.size() < query.limit; ++at) {
    result.push_back(*at->second);
  }
  return result;
}

JobCounts JobTable::counts(const std::string& queue, TimePoint now) const {
  JobCounts result;
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return result;
  const Queue& row = found->second;
  result.parked = row.parked;
  for (const auto& [sequence, job] : row.runs) result.running += isLeased(*job, now) ? 1 : 0;
  result.waiting = row.live.size() - result.running;
  for (const auto& [order, job] : row.live) {
    if (isLeased(*job, now)) continue;
    result.nextAt = order.first;
    break;
  }
  return result;
}

}  // namespace messenger::memory
