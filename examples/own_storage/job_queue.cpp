#include <messenger/errors.hpp>

#include <algorithm>
#include <map>
#include <tuple>

#include "vector_storage.hpp"

using namespace messenger;

namespace {

bool isLeased(const Job& job, StorageTime now) {
  return job.leasedUntil && *job.leasedUntil > now;
}

bool isHeld(const Job& job, const JobQueue::ClaimRequest& request) {
  return request.takesOver ? isLeased(job, request.now) : job.leasedUntil.has_value();
}

}  // namespace

void VectorJobQueue::add(const NewJob& job) {
  const std::lock_guard lock(tables_.mutex);
  if (tables_.knows(job.id)) throw StorageError("a job of that id exists");
  tables_.add(job);
}

bool VectorJobQueue::isAvailable(const Job& job, const ClaimRequest& request) const {
  const bool asked = job.queue == request.queue && (!request.job || job.id == *request.job) &&
                     (!request.call || job.call == request.call) && classOf(job.type) <= request.leastUrgent;
  if (!asked || job.failed || job.availableAt > request.now || isHeld(job, request)) return false;
  // No other job of the same call runs.
  return !job.call || std::none_of(tables_.jobs.begin(), tables_.jobs.end(), [&](const Job& other) {
    return other.call == job.call && isHeld(other, request);
  });
}

std::optional<JobQueue::ClaimedJob> VectorJobQueue::claim(const ClaimRequest& request) {
  const std::lock_guard lock(tables_.mutex);
  Job* first = nullptr;
  for (Job& each : tables_.jobs) {
    const bool isEarlier = first == nullptr || std::tie(each.availableAt, each.sequence) <
                                                   std::tie(first->availableAt, first->sequence);
    if (isEarlier && isAvailable(each, request)) first = &each;
  }
  if (first == nullptr) return std::nullopt;
  ++first->attempts;
  ++first->token;
  first->leasedUntil = request.leaseUntil;
  for (Job& other : tables_.jobs) {  // a claim of another job of the call, whose lease has ended
    if (first->call && other.call == first->call && &other != first) other.leasedUntil.reset();
  }

  ClaimedJob claimed{*first};
  Tables::CallRow* row = first->call ? tables_.find(*first->call) : nullptr;
  if (row == nullptr) return claimed;
  CallWithRoom& call = row->call;
  claimed.beginsCreate = first->type == JobType::setupCall && call.active() && !call.setupComplete;
  if (claimed.beginsCreate && !call.roomMayExist) {  // the intent is stored before the room is made
    call.roomMayExist = true;
    call.updatedAt = request.wallNow;
    ++call.revision;
  }
  claimed.call.emplace();
  claimed.call->call = call;
  claimed.call->inCall = tables_.countInCall(call.id);
  claimed.call->rings = tables_.ringsOf(call.id, std::nullopt, /*all=*/false);
  return claimed;
}

bool VectorJobQueue::renew(const JobId& job, std::int64_t token, StorageTime leaseUntil) {
  const std::lock_guard lock(tables_.mutex);
  Job* claimed = tables_.findClaimed(job, token);
  if (claimed != nullptr) claimed->leasedUntil = leaseUntil;
  return claimed != nullptr;
}

bool VectorJobQueue::settle(const Settlement& settlement) {
  const std::lock_guard lock(tables_.mutex);
  if (tables_.findClaimed(settlement.job, settlement.token) == nullptr) return false;
  tables_.settle(settlement);
  return true;
}

std::size_t VectorJobQueue::retryFailed(const std::optional<JobId>& job, StorageTime now) {
  const std::lock_guard lock(tables_.mutex);
  std::size_t count = 0;
  for (Job& each : tables_.jobs) {
    if (!each.failed || (job && each.id != *job)) continue;
    each.failed = false;
    each.attempts = 0;
    each.availableAt = now;
    ++count;
  }
  return count;
}

std::vector<Job> VectorJobQueue::list(const ListQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<Job> found;
  for (const Job& each : tables_.jobs) {
    if (found.size() == query.limit) break;
    if (each.failed == query.failed && each.sequence > query.after) found.push_back(each);
  }
  return found;
}

std::vector<JobQueue::TypeCounts> VectorJobQueue::countsByType(const std::string& queue, StorageTime now) {
  const std::lock_guard lock(tables_.mutex);
  std::map<JobType, TypeCounts> types;
  for (const Job& each : tables_.jobs) {
    if (each.queue != queue) continue;
    TypeCounts& counts = types.try_emplace(each.type, TypeCounts{.type = each.type}).first->second;
    if (each.failed) {
      ++counts.failed;
    } else if (isLeased(each, now)) {
      ++counts.running;
    } else if (each.availableAt > now) {
      ++counts.scheduled;
    } else {
      ++counts.due;
      counts.oldestDue = std::min(counts.oldestDue.value_or(each.availableAt), each.availableAt);
    }
  }
  std::vector<TypeCounts> result;
  result.reserve(types.size());
  for (const auto& [type, counts] : types) result.push_back(counts);
  return result;
}

JobCounts VectorJobQueue::counts(const std::string& queue, StorageTime now) {
  const std::lock_guard lock(tables_.mutex);
  JobCounts counts;
  for (const Job& each : tables_.jobs) {
    if (each.queue != queue) continue;
    if (each.failed) {
      ++counts.failed;
    } else if (isLeased(each, now)) {
      ++counts.running;
    } else {
      ++counts.waiting;
      counts.nextAt = std::min(counts.nextAt.value_or(each.availableAt), each.availableAt);
    }
  }
  return counts;
}
