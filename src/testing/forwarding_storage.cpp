#include "messenger/testing/forwarding_storage.hpp"

#include <stdexcept>
#include <utility>

namespace messenger::testing {

ForwardingStorage::ForwardingStorage(std::shared_ptr<Storage> inner) : inner_(std::move(inner)) {
  if (inner_ == nullptr) throw std::invalid_argument("ForwardingStorage: there is no storage to forward to");
}

StartOutcome ForwardingStorage::startCall(const StartChange& change) {
  return inner_->startCall(change);
}

JoinOutcome ForwardingStorage::joinCall(const JoinChange& change) {
  return inner_->joinCall(change);
}

LeaveOutcome ForwardingStorage::leaveCall(const LeaveChange& change) {
  return inner_->leaveCall(change);
}

KickOutcome ForwardingStorage::setKicked(const KickChange& change) {
  return inner_->setKicked(change);
}

EndOutcome ForwardingStorage::endCall(const EndChange& change) {
  return inner_->endCall(change);
}

SetupOutcome ForwardingStorage::completeSetup(const SetupChange& change) {
  return inner_->completeSetup(change);
}

TeardownOutcome ForwardingStorage::completeTeardown(const TeardownChange& change) {
  return inner_->completeTeardown(change);
}

RenewOutcome ForwardingStorage::renewRoom(const RenewChange& change) {
  return inner_->renewRoom(change);
}

void ForwardingStorage::addJob(const NewJob& job) {
  return inner_->addJob(job);
}

std::optional<ClaimedJob> ForwardingStorage::claimJob(const ClaimParams& params) {
  return inner_->claimJob(params);
}

bool ForwardingStorage::renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) {
  return inner_->renewJob(job, token, leaseUntil);
}

bool ForwardingStorage::settleJob(const Settlement& settlement) {
  return inner_->settleJob(settlement);
}

std::size_t ForwardingStorage::retryParked(const std::optional<JobId>& job, TimePoint now) {
  return inner_->retryParked(job, now);
}

std::vector<Job> ForwardingStorage::jobs(const JobQuery& query) const {
  return inner_->jobs(query);
}

JobCounts ForwardingStorage::jobCounts(const std::string& queue, TimePoint now) const {
  return inner_->jobCounts(queue, now);
}

ActiveSummary ForwardingStorage::setCallsDown(const DownChange& change) {
  return inner_->setCallsDown(change);
}

bool ForwardingStorage::clearCallsDown(TimePoint now) {
  return inner_->clearCallsDown(now);
}

std::optional<TimePoint> ForwardingStorage::callsDownUntil() const {
  return inner_->callsDownUntil();
}

void ForwardingStorage::saveHeartbeats(const HeartbeatBatch& batch) {
  return inner_->saveHeartbeats(batch);
}

Listeners ForwardingStorage::listeners(InstanceId self, TimePoint since) const {
  return inner_->listeners(self, since);
}

std::vector<StoredPresence> ForwardingStorage::silentParticipants(const SilentQuery& query) const {
  return inner_->silentParticipants(query);
}

std::vector<InCallKey> ForwardingStorage::departuresSince(TimePoint since, std::size_t limit) const {
  return inner_->departuresSince(since, limit);
}

std::optional<CallSnapshot> ForwardingStorage::findCall(const CallId& call,
                                                        const std::optional<UserId>& viewer) const {
  return inner_->findCall(call, viewer);
}

std::optional<CallParticipant> ForwardingStorage::findParticipant(const ParticipantId& participant) const {
  return inner_->findParticipant(participant);
}

std::vector<CallParticipant> ForwardingStorage::participants(const CallId& call) const {
  return inner_->participants(call);
}

HistoryPage ForwardingStorage::history(const HistoryQuery& query) const {
  return inner_->history(query);
}

std::vector<CallSnapshot> ForwardingStorage::activeCalls(const std::vector<ThreadId>& threads,
                                                         const UserId& viewer) const {
  return inner_->activeCalls(threads, viewer);
}

std::vector<Call> ForwardingStorage::activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                     std::size_t limit) const {
  return inner_->activeCallsUpTo(cutoff, after, limit);
}

ActiveSummary ForwardingStorage::activeSummary(TimePoint createdBefore) const {
  return inner_->activeSummary(createdBefore);
}

ThreadStore* ForwardingStorage::threadStore() noexcept {
  return inner_->threadStore();
}

}  // namespace messenger::testing
