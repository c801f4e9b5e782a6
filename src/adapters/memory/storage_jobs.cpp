// MemoryStorage: jobs, the maintenance switch, heartbeats.
#include <algorithm>

#include "adapters/memory/memory_storage.hpp"

namespace messenger::memory {

using support::Lock;

void MemoryStorage::addJob(const NewJob& job) {
  const Lock lock(mutex_);
  jobs_.requireNew({job});
  jobs_.add(job, job.availableAt);
}

std::optional<ClaimedJob> MemoryStorage::claimJob(const ClaimParams& params) {
  const Lock lock(mutex_);
  const Job* job = jobs_.claim(params);
  if (job == nullptr) return std::nullopt;

  ClaimedJob result{*job, std::nullopt, false};
  CallRow* call = job->call ? calls_.find(*job->call) : nullptr;
  if (call == nullptr) return result;
  result.beginsCreate = job->type == JobType::setupCall && call->call.active() && !call->call.setupComplete;
  if (result.beginsCreate && !call->call.roomMayExist) {
    call->call.roomMayExist = true;
    CallTable::changed(*call, params.now);
  }
  result.call = call->call;
  return result;
}

bool MemoryStorage::renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) {
  const Lock lock(mutex_);
  Job* row = jobs_.findClaimed(job, token);
  if (row == nullptr) return false;
  jobs_.renew(*row, leaseUntil);
  return true;
}

bool MemoryStorage::settleJob(const Settlement& settlement) {
  const Lock lock(mutex_);
  if (jobs_.findClaimed(settlement.job, settlement.token) == nullptr) return false;
  jobs_.settle(settlement);
  return true;
}

std::size_t MemoryStorage::retryParked(const std::optional<JobId>& job, TimePoint now) {
  const Lock lock(mutex_);
  return jobs_.retryParked(job, now);
}

std::vector<Job> MemoryStorage::jobs(const JobQuery& query) const {
  const Lock lock(mutex_);
  return jobs_.list(query);
}

JobCounts MemoryStorage::jobCounts(const std::string& queue, TimePoint now) const {
  const Lock lock(mutex_);
  return jobs_.counts(queue, now);
}

ActiveSummary MemoryStorage::setCallsDown(const DownChange& change) {
  const Lock lock(mutex_);
  if (change.sweep) jobs_.requireNew({*change.sweep});
  downUntil_ = change.until;
  ActiveSummary result;
  if (calls_.active().empty()) return result;
  result.count = calls_.active().size();
  result.cutoff = calls_.active().rbegin()->first;
  if (change.sweep) {
    NewJob sweep = *change.sweep;
    sweep.cutoff = result.cutoff;
    jobs_.add(sweep, change.now);
  }
  return result;
}

bool MemoryStorage::clearCallsDown(TimePoint now) {
  const Lock lock(mutex_);
  const bool was = isDown(now);
  downUntil_.reset();
  return was;
}

std::optional<TimePoint> MemoryStorage::callsDownUntil() const {
  const Lock lock(mutex_);
  return downUntil_;
}

void MemoryStorage::saveHeartbeats(const HeartbeatBatch& batch) {
  const Lock lock(mutex_);
  listeners_[batch.heardBy] = {batch.listeningSince, batch.now};
  for (const auto& [who, at] : batch.heard) {
    const CallRow* call = calls_.find(who.call);
    ParticipantRow* row = call == nullptr ? nullptr : call->findInCall(who.user);
    if (row != nullptr && at > row->lastHeard) calls_.heard(*row, at, batch.heardBy);
  }
}

Listeners MemoryStorage::listeners(InstanceId self, TimePoint since) const {
  const Lock lock(mutex_);
  Listeners result;
  for (const auto& [instance, listener] : listeners_) {
    if (instance == self || listener.wroteAt < since) continue;
    ++result.count;
    result.latestListeningSince =
        std::max(result.latestListeningSince.value_or(listener.listeningSince), listener.listeningSince);
  }
  return result;
}

std::vector<StoredPresence> MemoryStorage::silentParticipants(const SilentQuery& query) const {
  const Lock lock(mutex_);
  std::vector<StoredPresence> result;
  const auto& rows = calls_.byLastHeard();
  auto at = query.after ? rows.upper_bound({query.after->lastHeard, query.after->sequence}) : rows.begin();
  for (; at != rows.end() && at->first.first <= query.heardAtOrBefore && result.size() < query.limit; ++at) {
    const ParticipantRow& row = *at->second;
    if (row.call->call.sequence > query.cutoff) continue;
    result.push_back({{row.participant.callId, row.participant.owner},
                      row.lastHeard,
                      row.heardBy,
                      row.participant.sequence});
  }
  return result;
}

std::vector<InCallKey> MemoryStorage::departuresSince(TimePoint since, std::size_t limit) const {
  const Lock lock(mutex_);
  std::vector<InCallKey> result;
  const auto& rows = calls_.byDeparture();
  for (auto at = rows.lower_bound({since, 0}); at != rows.end() && result.size() < limit; ++at) {
    result.push_back({at->second->participant.callId, at->second->participant.owner});
  }
  return result;
}

}  // namespace messenger::memory
