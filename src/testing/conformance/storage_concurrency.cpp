#include <array>
#include <atomic>
#include <mutex>
#include <set>

#include "testing/conformance/crowd.hpp"
#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

constexpr std::size_t attempts = 64;

/// The storage for the i-th of a crowd: every other one comes from another process, if there can be any.
class Ways {
 public:
  explicit Ways(StorageCase& c) : here_(&c.storage()) {
    if (c.canReopen()) there_ = c.openAgain();
  }
  [[nodiscard]] Storage& of(std::size_t i) const { return there_ && i % 2 == 1 ? *there_ : *here_; }

 private:
  Storage* here_;
  std::shared_ptr<Storage> there_;
};

UserId numbered(std::size_t i) {
  return user("user-" + std::to_string(i));
}

ParticipantId rowOf(std::size_t i) {
  return ParticipantId{"row-" + std::to_string(i)};
}

void starters(StorageCase& c) {
  const Ways ways(c);
  c.end(c.start("thread", c.alice, at(0)), at(0));
  std::atomic<std::size_t> started{0};
  std::atomic<std::size_t> refused{0};
  crowd(attempts, [&](std::size_t i) {
    const CallId call{"crowd-" + std::to_string(i)};
    const NewJob job{JobId{"job-of-" + call.value()}, JobType::setupCall, "calls", call, std::nullopt, at(1)};
    const StartOutcome outcome =
        ways.of(i).startCall({call, ThreadId{"thread"}, numbered(i), rowOf(i), at(1), here, {job}});
    ++(outcome.status == StartStatus::started ? started : refused);
  });
  requireEqual("how many started", started.load(), std::size_t{1});
  requireEqual("how many were refused", refused.load(), attempts - 1);
  requireEqual("how many jobs there are", c.jobs().size(), std::size_t{1});
  requireEqual("how many calls are active", c->activeSummary(never()).count, std::size_t{1});
}

void oneJoiner(StorageCase& c) {
  const Ways ways(c);
  const Call call = c.start("thread", c.alice, at(0));
  std::atomic<std::size_t> joined{0};
  std::atomic<std::size_t> already{0};
  crowd(attempts, [&](std::size_t i) {
    const JoinStatus status = ways.of(i).joinCall({call.id, c.bob, rowOf(i), at(1), here}).status;
    if (status == JoinStatus::joined) ++joined;
    if (status == JoinStatus::alreadyIn) ++already;
  });
  requireEqual("how many joined", joined.load(), std::size_t{1});
  requireEqual("how many were in already", already.load(), attempts - 1);
  requireEqual("how many rows there are", c->participants(call.id).size(), std::size_t{2});
}

void manyJoiners(StorageCase& c) {
  const Ways ways(c);
  const Call call = c.start("thread", c.alice, at(0));
  crowd(attempts, [&](std::size_t i) {
    const JoinOutcome outcome = ways.of(i).joinCall({call.id, numbered(i), rowOf(i), at(1), here});
    requireEqual("the status of a join", outcome.status, JoinStatus::joined);
  });
  std::set<std::int64_t> sequences;
  for (const CallParticipant& row : c->participants(call.id)) sequences.insert(row.sequence);
  requireEqual("how many rows there are, by sequence", sequences.size(), attempts + 1);
  require(c.call(call).revision >= call.revision + static_cast<std::int64_t>(attempts),
          "the revision has grown with each");
}

void enders(StorageCase& c) {
  const Ways ways(c);
  const Call call = c.start("thread", c.alice, at(0));
  std::atomic<std::size_t> ended{0};
  crowd(attempts, [&](std::size_t i) {
    EndChange change;
    change.call = call.id;
    change.now = at(1);
    change.onEnd = {{JobId{"end-" + std::to_string(i)}, JobType::teardownCall, "calls", call.id, {}, at(1)}};
    const EndOutcome outcome = ways.of(i).endCall(change);
    if (outcome.status == EndStatus::ended) ++ended;
    require(outcome.status == EndStatus::ended || outcome.status == EndStatus::alreadyEnded,
            "an end ends the call, or finds it ended");
  });
  requireEqual("how many ended it", ended.load(), std::size_t{1});
  requireEqual("how many jobs there are", c.jobs().size(), std::size_t{1});
}

void leavers(StorageCase& c) {
  const Ways ways(c);
  const Call call = c.start("thread", numbered(0), at(0));
  for (std::size_t i = 1; i < attempts; ++i) c.join(call, numbered(i), at(1));
  std::atomic<std::size_t> ended{0};
  crowd(attempts, [&](std::size_t i) {
    const NewJob job{JobId{"end-" + std::to_string(i)}, JobType::teardownCall, "calls", call.id, {}, at(2)};
    const LeaveOutcome outcome =
        ways.of(i).leaveCall({call.id, numbered(i), at(2), EndReason::lastLeft, {job}});
    requireEqual("the status of a leave", outcome.status, LeaveStatus::left);
    if (outcome.endedCall) ++ended;
  });
  requireEqual("how many ended the call", ended.load(), std::size_t{1});
  require(!c.call(call).active(), "the call has ended");
  requireEqual("how many jobs there are", c.jobs().size(), std::size_t{1});
}

void joinersAgainstAnEnd(StorageCase& c) {
  const Ways ways(c);
  for (int round = 0; round < 8; ++round) {
    const Call call = c.start("thread", c.alice, at(0));
    crowd(16, [&](std::size_t i) {
      if (i == 7) {
        EndChange change;
        change.call = call.id;
        change.now = at(2);
        ways.of(i).endCall(change);
      } else {
        const ParticipantId row{call.id.value() + "-" + std::to_string(i)};
        ways.of(i).joinCall({call.id, numbered(i), row, at(2), here});
      }
    });
    require(!c.call(call).active(), "the call has ended");
    for (const CallParticipant& row : c->participants(call.id)) {
      require(row.leftAt.has_value(), "nobody is in an ended call");
    }
  }
}

void claimers(StorageCase& c) {
  const Ways ways(c);
  for (std::size_t i = 0; i < attempts; ++i) c->addJob(c.newJob(JobType::endCalls, std::nullopt, at(0)));
  std::mutex mutex;
  std::set<JobId> claimed;
  std::atomic<std::size_t> twice{0};
  crowd(attempts + 16, [&](std::size_t i) {
    const auto job = ways.of(i).claimJob({"calls", at(1), at(60), std::nullopt, std::nullopt});
    if (!job) return;
    const std::lock_guard lock(mutex);
    if (!claimed.insert(job->job.id).second) ++twice;
  });
  requireEqual("how many were claimed twice", twice.load(), std::size_t{0});
  requireEqual("how many were claimed", claimed.size(), attempts);
}

void claimersOfOneCall(StorageCase& c) {
  const Ways ways(c);
  const Call call = c.start("thread", c.alice, at(0));
  for (std::size_t i = 0; i < 16; ++i) c->addJob(c.newJob(JobType::endCalls, call.id, at(0)));
  std::atomic<std::size_t> claimed{0};
  crowd(attempts, [&](std::size_t i) {
    if (ways.of(i).claimJob({"calls", at(1), at(60), std::nullopt, std::nullopt})) ++claimed;
  });
  requireEqual("how many of the jobs of one call were claimed", claimed.load(), std::size_t{1});
}

void startsAndEnds(StorageCase& c) {
  const Ways ways(c);
  std::atomic<int> active{0};
  std::atomic<bool> together{false};
  crowd(attempts * 2, [&](std::size_t i) {
    const CallId call{"crowd-" + std::to_string(i)};
    Storage& storage = ways.of(i);
    const StartOutcome outcome =
        storage.startCall({call, ThreadId{"thread"}, numbered(i), rowOf(i), at(1), here, {}});
    if (outcome.status != StartStatus::started) return;
    if (++active > 1) together = true;
    --active;
    EndChange change;
    change.call = call;
    change.now = at(2);
    storage.endCall(change);
  });
  require(!together, "a thread never has two active calls");
  requireEqual("how many calls are active", c->activeSummary(never()).count, std::size_t{0});
}

}  // namespace

void checkConcurrency(StorageChecks& checks) {
  checks.run("at once: 64 starts in one thread make one call", starters);
  checks.run("at once: 64 joins by one user make one row", oneJoiner);
  checks.run("at once: 64 joins by 64 users make a row for each", manyJoiners);
  checks.run("at once: of 64 ends, one ends the call", enders);
  checks.run("at once: of 64 that leave, one ends the call", leavers);
  checks.run("at once: joins that race an end leave nobody in the ended call", joinersAgainstAnEnd);
  checks.run("at once: no job is claimed twice", claimers);
  checks.run("at once: two jobs of one call never run together", claimersOfOneCall);
  checks.run("at once: starts and ends leave at most one active call in a thread", startsAndEnds);
}

}  // namespace messenger::testing
