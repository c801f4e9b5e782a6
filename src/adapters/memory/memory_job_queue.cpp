#include "adapters/memory/memory_storage.hpp"

namespace messenger::inline v0::memory {

using support::Lock;

void MemoryJobQueue::add(const NewJob& job) {
  const Lock lock(tables_.mutex);
  tables_.jobs.requireNew({job});
  tables_.jobs.add(job);
}

std::optional<JobQueue::ClaimedJob> MemoryJobQueue::claim(const ClaimRequest& request) {
  const Lock lock(tables_.mutex);
  const Job* job = tables_.jobs.claim(request);
  if (job == nullptr) return std::nullopt;

  ClaimedJob result{*job};
  CallRow* row = job->call ? tables_.calls.find(*job->call) : nullptr;
  if (row == nullptr) return result;
  result.beginsCreate = job->type == JobType::setupCall && row->call.active() && !row->call.setupComplete;
  if (result.beginsCreate && !row->call.roomMayExist) CallTable::intend(*row, request.wallNow);
  result.call.emplace();
  result.call->call = row->call;
  result.call->inCall = row->inCall.size();
  result.call->rings = row->ringsFor(std::nullopt, /*all=*/false);
  return result;
}

bool MemoryJobQueue::renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) {
  const Lock lock(tables_.mutex);
  Job* row = tables_.jobs.findClaimed(job, token);
  if (row == nullptr) return false;
  tables_.jobs.renew(*row, leaseUntil);
  return true;
}

bool MemoryJobQueue::settle(const Settlement& settlement) {
  const Lock lock(tables_.mutex);
  if (tables_.jobs.findClaimed(settlement.job, settlement.token) == nullptr) return false;
  tables_.jobs.settle(settlement);
  return true;
}

std::size_t MemoryJobQueue::retryFailed(const std::optional<JobId>& job, StorageTime now) {
  const Lock lock(tables_.mutex);
  return tables_.jobs.retryFailed(job, now);
}

std::vector<Job> MemoryJobQueue::list(const ListQuery& query) {
  const Lock lock(tables_.mutex);
  return tables_.jobs.list(query);
}

JobCounts MemoryJobQueue::counts(const std::string& queue, StorageTime now) {
  const Lock lock(tables_.mutex);
  return tables_.jobs.counts(queue, now);
}

std::vector<JobQueue::TypeCounts> MemoryJobQueue::countsByType(const std::string& queue, StorageTime now) {
  const Lock lock(tables_.mutex);
  return tables_.jobs.countsByType(queue, now);
}

}  // namespace messenger::memory
