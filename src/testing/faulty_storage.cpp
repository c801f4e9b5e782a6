#include "messenger/testing/faulty_storage.hpp"

#include <type_traits>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::testing {

void FaultyStorage::failNth(std::size_t n, Fault fault) {
  const std::lock_guard lock(mutex_);
  plan_ = {n, nullptr, fault};
  operations_ = 0;
  struck_ = false;
}

void FaultyStorage::failIf(Predicate predicate, Fault fault) {
  const std::lock_guard lock(mutex_);
  plan_ = {0, std::move(predicate), fault};
  struck_ = false;
}

void FaultyStorage::heal() {
  const std::lock_guard lock(mutex_);
  plan_ = {};
  struck_ = false;
}

bool FaultyStorage::struck() const {
  const std::lock_guard lock(mutex_);
  return struck_;
}

std::size_t FaultyStorage::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}

std::optional<Fault> FaultyStorage::begin(std::string_view name, bool writes) const {
  StorageOperation operation{name, 0, writes};
  Plan plan;
  {
    const std::lock_guard lock(mutex_);
    operation.number = ++operations_;
    plan = plan_;
  }
  const bool fails = plan.predicate ? plan.predicate(operation) : operation.number == plan.nth;
  if (!fails) return std::nullopt;
  const std::lock_guard lock(mutex_);
  struck_ = true;
  return plan.fault;
}

template <class Operation>
auto FaultyStorage::run(std::string_view name, bool writes, Operation operation) const {
  const std::optional<Fault> fault = begin(name, writes);
  const auto fail = [&] { throw StorageUnavailable("fault injected into " + std::string{name}); };
  if (fault == Fault::before) fail();
  if constexpr (std::is_void_v<decltype(operation())>) {
    operation();
    if (fault) fail();
  } else {
    auto result = operation();
    if (fault) fail();
    return result;
  }
}

StartOutcome FaultyStorage::startCall(const StartChange& change) {
  return run("startCall", /*writes=*/true, [&] { return inner().startCall(change); });
}

JoinOutcome FaultyStorage::joinCall(const JoinChange& change) {
  return run("joinCall", /*writes=*/true, [&] { return inner().joinCall(change); });
}

LeaveOutcome FaultyStorage::leaveCall(const LeaveChange& change) {
  return run("leaveCall", /*writes=*/true, [&] { return inner().leaveCall(change); });
}

KickOutcome FaultyStorage::setKicked(const KickChange& change) {
  return run("setKicked", /*writes=*/true, [&] { return inner().setKicked(change); });
}

EndOutcome FaultyStorage::endCall(const EndChange& change) {
  return run("endCall", /*writes=*/true, [&] { return inner().endCall(change); });
}

SetupOutcome FaultyStorage::completeSetup(const SetupChange& change) {
  return run("completeSetup", /*writes=*/true, [&] { return inner().completeSetup(change); });
}

TeardownOutcome FaultyStorage::completeTeardown(const TeardownChange& change) {
  return run("completeTeardown", /*writes=*/true, [&] { return inner().completeTeardown(change); });
}

RenewOutcome FaultyStorage::renewRoom(const RenewChange& change) {
  return run("renewRoom", /*writes=*/true, [&] { return inner().renewRoom(change); });
}

void FaultyStorage::addJob(const NewJob& job) {
  return run("addJob", /*writes=*/true, [&] { return inner().addJob(job); });
}

std::optional<ClaimedJob> FaultyStorage::claimJob(const ClaimParams& params) {
  return run("claimJob", /*writes=*/true, [&] { return inner().claimJob(params); });
}

bool FaultyStorage::renewJob(const JobId& job, std::int64_t token, TimePoint leaseUntil) {
  return run("renewJob", /*writes=*/true, [&] { return inner().renewJob(job, token, leaseUntil); });
}

bool FaultyStorage::settleJob(const Settlement& settlement) {
  return run("settleJob", /*writes=*/true, [&] { return inner().settleJob(settlement); });
}

std::size_t FaultyStorage::retryParked(const std::optional<JobId>& job, TimePoint now) {
  return run("retryParked", /*writes=*/true, [&] { return inner().retryParked(job, now); });
}

std::vector<Job> FaultyStorage::jobs(const JobQuery& query) const {
  return run("jobs", /*writes=*/false, [&] { return inner().jobs(query); });
}

JobCounts FaultyStorage::jobCounts(const std::string& queue, TimePoint now) const {
  return run("jobCounts", /*writes=*/false, [&] { return inner().jobCounts(queue, now); });
}

ActiveSummary FaultyStorage::setCallsDown(const DownChange& change) {
  return run("setCallsDown", /*writes=*/true, [&] { return inner().setCallsDown(change); });
}

bool FaultyStorage::clearCallsDown(TimePoint now) {
  return run("clearCallsDown", /*writes=*/true, [&] { return inner().clearCallsDown(now); });
}

std::optional<TimePoint> FaultyStorage::callsDownUntil() const {
  return run("callsDownUntil", /*writes=*/false, [&] { return inner().callsDownUntil(); });
}

void FaultyStorage::saveHeartbeats(const HeartbeatBatch& batch) {
  return run("saveHeartbeats", /*writes=*/true, [&] { return inner().saveHeartbeats(batch); });
}

Listeners FaultyStorage::listeners(InstanceId self, TimePoint since) const {
  return run("listeners", /*writes=*/false, [&] { return inner().listeners(self, since); });
}

std::vector<StoredPresence> FaultyStorage::silentParticipants(const SilentQuery& query) const {
  return run("silentParticipants", /*writes=*/false, [&] { return inner().silentParticipants(query); });
}

std::vector<InCallKey> FaultyStorage::departuresSince(TimePoint since, std::size_t limit) const {
  return run("departuresSince", /*writes=*/false, [&] { return inner().departuresSince(since, limit); });
}

std::optional<CallSnapshot> FaultyStorage::findCall(const CallId& call,
                                                    const std::optional<UserId>& viewer) const {
  return run("findCall", /*writes=*/false, [&] { return inner().findCall(call, viewer); });
}

std::optional<CallParticipant> FaultyStorage::findParticipant(const ParticipantId& participant) const {
  return run("findParticipant", /*writes=*/false, [&] { return inner().findParticipant(participant); });
}

std::vector<CallParticipant> FaultyStorage::participants(const CallId& call) const {
  return run("participants", /*writes=*/false, [&] { return inner().participants(call); });
}

HistoryPage FaultyStorage::history(const HistoryQuery& query) const {
  return run("history", /*writes=*/false, [&] { return inner().history(query); });
}

std::vector<CallSnapshot> FaultyStorage::activeCalls(const std::vector<ThreadId>& threads,
                                                     const UserId& viewer) const {
  return run("activeCalls", /*writes=*/false, [&] { return inner().activeCalls(threads, viewer); });
}

std::vector<Call> FaultyStorage::activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                 std::size_t limit) const {
  return run("activeCallsUpTo", /*writes=*/false,
             [&] { return inner().activeCallsUpTo(cutoff, after, limit); });
}

ActiveSummary FaultyStorage::activeSummary(TimePoint createdBefore) const {
  return run("activeSummary", /*writes=*/false, [&] { return inner().activeSummary(createdBefore); });
}

}  // namespace messenger::testing
