#include <mutex>
#include <set>

#include "messenger/adapters/memory.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

// Storages that are right but for one thing, each of which the suite has to find.
namespace messenger::testing {
namespace {

template <class Broken>
Reports reportsOf() {
  Reports reports;
  storageSuite([] { return std::make_shared<Broken>(memoryStorage()); }, reports.sink());
  return reports;
}

TEST_CASE("storage suite: catches a join that ignores kicks", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    JoinOutcome joinCall(const JoinChange& change) override {
      const auto found = inner().findCall(change.call, change.user);
      if (found && found->call.active() && found->viewer && found->viewer->kicked) {
        // Somebody in the call un-kicks them.
        for (const CallParticipant& row : inner().participants(change.call)) {
          inner().setKicked({change.call, row.owner, found->viewer->id, false, change.now, {}});
        }
      }
      return inner().joinCall(change);
    }
  };
  CHECK(reportsOf<Broken>().failed() ==
        std::vector<std::string>{"joinCall: a kicked participant is refused, and nothing changes"});
}

TEST_CASE("storage suite: catches a second active call in a thread", "[adapters][conformance]") {
  /// Looks first and stores then, as one does who forgets that there are others.
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    StartOutcome startCall(const StartChange& change) override {
      const StartOutcome outcome = inner().startCall(change);
      if (outcome.status != StartStatus::alreadyActive) return outcome;
      StartChange elsewhere = change;
      elsewhere.thread = ThreadId{change.thread.value() + "-2"};
      return inner().startCall(elsewhere);
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("startCall: is refused in a thread that has an active call, and changes nothing"));
  CHECK(reports.hasFailed("at once: 64 starts in one thread make one call"));
}

TEST_CASE("storage suite: catches a claim that ignores leases", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    std::optional<ClaimedJob> claimJob(const ClaimParams& params) override {
      ClaimParams blind = params;
      blind.leaseUntil = params.now;
      return inner().claimJob(blind);
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("claimJob: takes no job whose lease holds"));
  CHECK(reports.hasFailed("claimJob: takes no job of a call while another of that call has a lease"));
  CHECK(reports.hasFailed("at once: no job is claimed twice"));
}

TEST_CASE("storage suite: catches a settlement that ignores tokens", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    bool settleJob(const Settlement& settlement) override {
      Settlement blind = settlement;
      for (const Job& job : inner().jobs({false, 0, 1000})) {
        if (job.id == settlement.job) blind.token = job.token;
      }
      return inner().settleJob(blind);
    }
  };
  CHECK(reportsOf<Broken>().failed() ==
        std::vector<std::string>{"settleJob: false when the token no longer holds, and nothing changes"});
}

TEST_CASE("storage suite: catches a job that is lost with its change", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    LeaveOutcome leaveCall(const LeaveChange& change) override {
      LeaveChange without = change;
      without.onEnd.clear();
      return inner().leaveCall(without);
    }
  };
  CHECK(reportsOf<Broken>().failed() ==
        std::vector<std::string>{"leaveCall: the last one ends the call, with the reason and the jobs given",
                                 "at once: of 64 that leave, one ends the call"});
}

TEST_CASE("storage suite: catches an end that leaves people in the call", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    std::vector<CallParticipant> participants(const CallId& call) const override {
      auto rows = inner().participants(call);
      const auto found = inner().findCall(call, std::nullopt);
      for (CallParticipant& row : rows) {
        if (found && row.leftAt == found->call.endedAt) row.leftAt.reset();
      }
      return rows;
    }
  };
  CHECK(reportsOf<Broken>().hasFailed("at once: joins that race an end leave nobody in the ended call"));
}

TEST_CASE("storage suite: catches an end that may come twice", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    EndOutcome endCall(const EndChange& change) override {
      EndOutcome outcome = inner().endCall(change);
      if (outcome.status == EndStatus::alreadyEnded) outcome.status = EndStatus::ended;
      return outcome;
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("endCall: a call ends once; the second end changes nothing"));
  CHECK(reports.hasFailed("at once: of 64 ends, one ends the call"));
}

TEST_CASE("storage suite: catches a setup without the room's secret", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    SetupOutcome completeSetup(const SetupChange& change) override {
      SetupChange without = change;
      without.room.secret.reset();
      return inner().completeSetup(without);
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("completeSetup: records the room and setupComplete together, the job done"));
  CHECK(reports.hasFailed("claimJob: the call comes with its room"));
}

TEST_CASE("storage suite: catches a late room that is forgotten", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    SetupOutcome completeSetup(const SetupChange& change) override {
      SetupChange without = change;
      without.ifLate.clear();
      return inner().completeSetup(without);
    }
  };
  CHECK(reportsOf<Broken>().failed() ==
        std::vector<std::string>{
            "completeSetup: a lost claim's room of an ended call gets a job that destroys it",
            "completeSetup: a room that comes after the teardown is not forgotten"});
}

TEST_CASE("storage suite: catches a renewal that looks first, and one whose setup is lost",
          "[adapters][conformance]") {
  /// Two transactions where there should be one.
  struct Forgetful final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    RenewOutcome renewRoom(const RenewChange& change) override {
      const RenewOutcome outcome = inner().renewRoom(change);
      if (outcome.status != RenewStatus::renewed) return outcome;
      const auto claimed =
          inner().claimJob({change.setup.queue, change.now, change.now, change.setup.id, std::nullopt});
      inner().settleJob({claimed->job.id, claimed->job.token, Settlement::Kind::done, {}, {}});
      return inner().findCall(change.call, std::nullopt) ? outcome : RenewOutcome{};
    }
  };
  CHECK(reportsOf<Forgetful>().hasFailed(
      "renewRoom: clears the room and setupComplete together, and stores the setup"));
  /// Does not mind a setup that is there already.
  struct Blind final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    RenewOutcome renewRoom(const RenewChange& change) override {
      RenewOutcome outcome = inner().renewRoom(change);
      if (outcome.status == RenewStatus::waiting || outcome.status == RenewStatus::notSetUp) {
        inner().addJob(change.setup);
        outcome.status = RenewStatus::renewed;
      }
      return outcome;
    }
  };
  const Reports blind = reportsOf<Blind>();
  CHECK(blind.hasFailed("renewRoom: once renewed it is not set up, and nothing changes"));
  CHECK(blind.hasFailed(
      "renewRoom: leaves alone a call whose setup waits or runs, but not one whose setup is parked"));
  CHECK(blind.hasFailed("at once: 16 renewals of one call store one setup"));
}

TEST_CASE("storage suite: catches a claim that does not say that it begins a create",
          "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    std::optional<ClaimedJob> claimJob(const ClaimParams& params) override {
      auto claimed = inner().claimJob(params);
      if (claimed) claimed->beginsCreate = claimed->job.type == JobType::setupCall;
      return claimed;
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("claimJob: begins no create for a call that has ended"));
  CHECK(reports.hasFailed("claimJob: begins no create for a call that is set up"));
  CHECK(reports.hasFailed("claimJob: begins no create with other jobs"));
}

TEST_CASE("storage suite: catches heartbeats that go back", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    void saveHeartbeats(const HeartbeatBatch& batch) override {
      const std::lock_guard lock(mutex_);
      for (const auto& [who, at] : batch.heard) heard_[who] = {at, batch.heardBy};
      inner().saveHeartbeats(batch);
    }
    std::vector<StoredPresence> silentParticipants(const SilentQuery& query) const override {
      const std::lock_guard lock(mutex_);
      auto rows = inner().silentParticipants(query);
      for (StoredPresence& row : rows) {
        if (const auto found = heard_.find(row.who); found != heard_.end()) {
          row.lastHeard = found->second.first;
          row.heardBy = found->second.second;
        }
      }
      return rows;
    }
    mutable std::mutex mutex_;
    std::unordered_map<InCallKey, std::pair<TimePoint, InstanceId>> heard_;
  };
  CHECK(reportsOf<Broken>().hasFailed("saveHeartbeats: never puts an earlier time over a later one"));
}

TEST_CASE("storage suite: catches a sweep without its cutoff", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    ActiveSummary setCallsDown(const DownChange& change) override {
      DownChange without = change;
      without.sweep.reset();
      const ActiveSummary summary = inner().setCallsDown(without);
      if (change.sweep && summary.count > 0) inner().addJob(*change.sweep);
      return summary;
    }
  };
  CHECK(
      reportsOf<Broken>().failed() ==
      std::vector<std::string>{"setCallsDown: counts the active calls and stores the sweep with its cutoff"});
}

TEST_CASE("storage suite: catches a history that says more when there is none", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    HistoryPage history(const HistoryQuery& query) const override {
      HistoryPage page = inner().history(query);
      page.more = page.calls.size() == query.limit;
      return page;
    }
  };
  CHECK(reportsOf<Broken>().failed() ==
        std::vector<std::string>{"history: no older ones when the page holds them all"});
}

TEST_CASE("storage suite: catches ids that are cut at a NUL", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    std::optional<CallSnapshot> findCall(const CallId& call,
                                         const std::optional<UserId>& viewer) const override {
      return inner().findCall(CallId{call.value().c_str()}, viewer);
    }
  };
  CHECK(reportsOf<Broken>().hasFailed(
      "odd ids: a call of an empty, huge, broken or slightly different id is not found"));
}

TEST_CASE("storage suite: catches an operation that changes before it throws", "[adapters][conformance]") {
  struct Broken final : ForwardingStorage {
    using ForwardingStorage::ForwardingStorage;
    StartOutcome startCall(const StartChange& change) override {
      StartChange without = change;
      without.jobs.clear();
      const StartOutcome outcome = inner().startCall(without);
      if (outcome.status == StartStatus::started) {
        for (const NewJob& job : change.jobs) inner().addJob(job);
      }
      return outcome;
    }
  };
  CHECK(reportsOf<Broken>().hasFailed(
      "startCall: all or nothing; when a job cannot be stored there is no call either"));
}

}  // namespace
}  // namespace messenger::testing
