#include <functional>
#include <utility>

#include "messenger/adapters/memory.hpp"
#include "messenger/testing/forwarding_storage.hpp"
#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

// Storages with one fault each, which the suite has to find.
namespace messenger::inline v0::testing {
namespace {

/// A storage whose contracts a test can change.
class Broken final : public ForwardingStorage {
 public:
  /// The faults: each gets the correct operation and its arguments.
  struct Breaks {
    std::function<CallStore::Loaded(CallStore&, const CallStore::LoadRequest&)> load;
    std::function<CommitResult(CallStore&, const CallChange&)> commit;
    std::function<void(CallStore&, const ThreadId&)> raise;
    std::function<CallStore::HistoryPage(CallStore&, const CallStore::HistoryQuery&)> history;
    std::function<void(CallStore::Totals&)> totals;                  ///< changes the right ones
    std::function<void(JobQueue::TypeCounts&, StorageTime)> counts;  ///< the same of each type
    std::function<std::vector<HeartbeatStore::SilentSession>(HeartbeatStore&,
                                                             const HeartbeatStore::SilentQuery&)>
        silent;
    std::function<std::vector<HeartbeatStore::Absent>(HeartbeatStore&,
                                                      const HeartbeatStore::DeparturesQuery&)>
        departures;
    std::function<std::optional<JobQueue::ClaimedJob>(JobQueue&, const JobQueue::ClaimRequest&)> claim;
    std::function<bool(JobQueue&, const Settlement&)> settle;
    std::function<bool(JobQueue&, const JobId&, std::int64_t, StorageTime)> renew;
    std::function<std::vector<HeartbeatStore::Absent>(HeartbeatStore&, const HeartbeatStore::Report&)> save;
    std::function<CallStore::ActiveSummary(Switches&, const Switches::TakeDown&)> takeDown;
  };

  explicit Broken(const Breaks& breaks)
      : ForwardingStorage(memoryStorage()),
        calls_(inner().calls(), breaks),
        jobs_(inner().jobs(), breaks),
        heartbeats_(inner().heartbeats(), breaks),
        switches_(inner().switches(), breaks) {}

  CallStore& calls() noexcept override { return calls_; }
  JobQueue& jobs() noexcept override { return jobs_; }
  HeartbeatStore& heartbeats() noexcept override { return heartbeats_; }
  Switches& switches() noexcept override { return switches_; }

 private:
  struct Calls final : ForwardingCallStore {
    Calls(CallStore& inner, const Breaks& given) : ForwardingCallStore(inner), breaks(given) {}
    Loaded load(const LoadRequest& request) override {
      return breaks.load ? breaks.load(inner(), request) : inner().load(request);
    }
    CommitResult commit(const CallChange& change) override {
      return breaks.commit ? breaks.commit(inner(), change) : inner().commit(change);
    }
    void raiseThreadRevision(const ThreadId& thread) override {
      if (breaks.raise) return breaks.raise(inner(), thread);
      inner().raiseThreadRevision(thread);
    }
    HistoryPage history(const HistoryQuery& query) override {
      return breaks.history ? breaks.history(inner(), query) : inner().history(query);
    }
    Totals totals() override {
      Totals right = inner().totals();
      if (breaks.totals) breaks.totals(right);
      return right;
    }
    const Breaks& breaks;
  };
  struct Queue final : ForwardingJobQueue {
    Queue(JobQueue& inner, const Breaks& given) : ForwardingJobQueue(inner), breaks(given) {}
    std::optional<ClaimedJob> claim(const ClaimRequest& request) override {
      return breaks.claim ? breaks.claim(inner(), request) : inner().claim(request);
    }
    std::vector<TypeCounts> countsByType(const std::string& of, StorageTime now) override {
      auto right = inner().countsByType(of, now);
      for (TypeCounts& each : right) {
        if (breaks.counts) breaks.counts(each, now);
      }
      return right;
    }
    bool settle(const Settlement& settlement) override {
      return breaks.settle ? breaks.settle(inner(), settlement) : inner().settle(settlement);
    }
    bool renew(const JobId& job, std::int64_t token, StorageTime until) override {
      return breaks.renew ? breaks.renew(inner(), job, token, until) : inner().renew(job, token, until);
    }
    const Breaks& breaks;
  };
  struct Heartbeats final : ForwardingHeartbeatStore {
    Heartbeats(HeartbeatStore& inner, const Breaks& given) : ForwardingHeartbeatStore(inner), breaks(given) {}
    std::vector<Absent> save(const Report& report) override {
      return breaks.save ? breaks.save(inner(), report) : inner().save(report);
    }
    std::vector<SilentSession> silent(const SilentQuery& query) override {
      return breaks.silent ? breaks.silent(inner(), query) : inner().silent(query);
    }
    std::vector<Absent> departures(const DeparturesQuery& query) override {
      return breaks.departures ? breaks.departures(inner(), query) : inner().departures(query);
    }
    const Breaks& breaks;
  };
  struct Down final : ForwardingSwitches {
    Down(Switches& inner, const Breaks& given) : ForwardingSwitches(inner), breaks(given) {}
    CallStore::ActiveSummary takeCallsDown(const TakeDown& change) override {
      return breaks.takeDown ? breaks.takeDown(inner(), change) : inner().takeCallsDown(change);
    }
    const Breaks& breaks;
  };

  Calls calls_;
  Queue jobs_;
  Heartbeats heartbeats_;
  Down switches_;
};

/// Whether the suite finds it, in this sentence.
bool finds(const Broken::Breaks& breaks, const std::string& sentence) {
  Reports reports;
  storageSuite([&] { return std::make_shared<Broken>(breaks); }, reports.sink(), nullptr, sentence);
  INFO(sentence << ": " << reports.size() << " checks of that name");
  REQUIRE(reports.size() == 1);
  return reports.failed().size() == 1;
}

/// A fault of commit that changes its arguments.
Broken::Breaks commits(const std::function<void(CallChange&)>& change) {
  Broken::Breaks breaks;
  breaks.commit = [change](CallStore& right, const CallChange& asked) {
    CallChange other = asked;
    change(other);
    return right.commit(other);
  };
  return breaks;
}

}  // namespace

TEST_CASE("storage suite: wrong totals, wrong counts by type -> caught", "[adapters][conformance]") {
  const auto breaksTotals = [](const std::function<void(CallStore::Totals&)>& change) {
    Broken::Breaks breaks;
    breaks.totals = change;
    return finds(breaks, "totals: active calls, open sessions, and rings of active calls that ring");
  };
  CHECK(breaksTotals([](auto& totals) { ++totals.activeCalls; }));
  CHECK(breaksTotals([](auto& totals) { totals.openSessions = totals.activeCalls; }));
  CHECK(breaksTotals([](auto& totals) { totals.ringing = totals.activeCalls; }));
  const auto breaksCounts = [](const std::function<void(JobQueue::TypeCounts&, StorageTime)>& change) {
    Broken::Breaks breaks;
    breaks.counts = change;
    return finds(breaks, "countsByType: by state, and since when the oldest one is due");
  };
  CHECK(breaksCounts([](auto& counts, auto) { counts.due += std::exchange(counts.scheduled, 0); }));
  CHECK(breaksCounts([](auto& counts, auto) { counts.due += std::exchange(counts.running, 0); }));
  CHECK(breaksCounts([](auto& counts, auto) { counts.failed = 0; }));
  CHECK(breaksCounts([](auto& counts, auto now) { counts.oldestDue = now; }));
  CHECK(breaksCounts([](auto& counts, auto) { counts.oldestDue.reset(); }));
}

TEST_CASE("storage suite: a guard that is not checked -> caught", "[adapters][conformance]") {
  CHECK(finds(commits([](CallChange& change) { change.unlessCallsDown = false; }),
              "commit: unlessCallsDown -> refused before that time, not at it"));
  CHECK(finds(commits([](CallChange& change) { change.threadRevision.reset(); }),
              "commit: thread's revision raised -> conflict"));
  CHECK(finds(commits([](CallChange& change) { change.settles.reset(); }),
              "commit: settles -> the job ends with the change, once"));
  Broken::Breaks anyRevision;
  anyRevision.commit = [](CallStore& right, const CallChange& asked) {
    CallChange other = asked;
    CallStore::LoadRequest request;
    request.call = asked.call;
    const auto loaded = right.load(request);
    if (asked.expectedRevision > 0 && loaded.call) other.expectedRevision = loaded.call->call.revision;
    return right.commit(other);
  };
  CHECK(finds(anyRevision, "commit: other revision -> conflict, nothing written"));
  CHECK(finds(anyRevision, "at once: many changes of one revision -> one"));
}

TEST_CASE("storage suite: a part of a change that is not written -> caught", "[adapters][conformance]") {
  CHECK(finds(commits([](CallChange& change) { change.jobs.clear(); }),
              "commit: new call -> call, row, job stored, sequences and revision given"));
  CHECK(finds(commits([](CallChange& change) { change.everyoneLeaves.reset(); }),
              "commit: everyoneLeaves -> everyone who was in, in the order of joining"));
  CHECK(finds(commits([](CallChange& change) {
                if (change.expectedRevision > 0) change.participants.clear();
              }),
              "commit: participants -> rows as given"));
  CHECK(finds(commits([](CallChange& change) {
                if (change.row && change.row->room) change.row->room->secret.reset();
              }),
              "commit: row given -> the call and its room as given"));
}

TEST_CASE("storage suite: a second active call in a thread -> caught", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.commit = [](CallStore& right, const CallChange& asked) {
    CommitResult result = right.commit(asked);
    if (result.status != CommitResult::Status::activeCallExists) return result;
    CallChange elsewhere = asked;
    elsewhere.row->threadId = ThreadId{asked.row->threadId.value() + "-2"};
    return right.commit(elsewhere);
  };
  CHECK(finds(breaks, "commit: new call in a thread with an active one -> activeCallExists"));
  CHECK(finds(breaks, "at once: many starts of one thread -> one"));
}

TEST_CASE("storage suite: a job that is stored before its change -> caught", "[adapters][conformance]") {
  JobQueue* queue = nullptr;
  Broken::Breaks breaks;
  const auto storage = [&] {
    auto made = std::make_shared<Broken>(breaks);
    queue = &made->jobs();
    return made;
  };
  breaks.commit = [&](CallStore& right, const CallChange& asked) {
    CallChange without = asked;
    without.jobs.clear();
    for (const NewJob& job : asked.jobs) queue->add(job);
    return right.commit(without);
  };
  Reports reports;
  const std::string sentence = "commit: conflict -> its jobs are not stored";
  storageSuite(storage, reports.sink(), nullptr, sentence);
  CHECK(reports.hasFailed(sentence));
}

TEST_CASE("storage suite: a change that removes nobody from the thread -> found", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.commit = [](CallStore& right, const CallChange& change) {
    CallChange without = change;
    without.removesMember.reset();
    return right.commit(without);
  };
  CHECK(finds(breaks, "commit: removesMember -> off the thread with the change"));
}

TEST_CASE("storage suite: a wrong picture -> caught", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.load = [](CallStore& right, const CallStore::LoadRequest& request) {
    auto loaded = right.load(request);
    if (loaded.call) loaded.call->inCall = loaded.call->participants.size();
    return loaded;
  };
  CHECK(finds(breaks, "load: by id -> the call, its revision, how many are in it"));
  breaks = {};
  breaks.raise = [](CallStore&, const ThreadId&) {};
  CHECK(finds(breaks, "load: the thread's revision -> rises with each raise, for this thread alone"));
  breaks = {};
  breaks.history = [](CallStore& right, const CallStore::HistoryQuery& query) {
    auto page = right.history(query);
    page.more = page.calls.size() == query.limit;
    return page;
  };
  CHECK(finds(breaks, "history: pages of a thread, newest first"));
}

TEST_CASE("storage suite: a wrong queue -> caught", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.claim = [](JobQueue& right, const JobQueue::ClaimRequest& request) {
    JobQueue::ClaimRequest longer = request;
    longer.leaseUntil += std::chrono::seconds{1};
    return right.claim(longer);
  };
  CHECK(finds(breaks, "claim: counts the attempt, raises the token, sets the lease"));
  breaks.claim = [](JobQueue& right, const JobQueue::ClaimRequest& request) {
    JobQueue::ClaimRequest any = request;
    any.leastUrgent = JobClass::setup;
    return right.claim(any);
  };
  CHECK(finds(breaks, "claim: none less urgent than asked for"));
  breaks = {};
  breaks.settle = [](JobQueue& right, const Settlement& settlement) {
    for (const Job& job : right.list({})) {
      if (job.id != settlement.job || !job.leasedUntil) continue;
      Settlement latest = settlement;
      latest.token = job.token;
      return right.settle(latest);
    }
    return true;
  };
  CHECK(finds(breaks, "settle: retry, fail, done, each once"));
  breaks = {};
  breaks.renew = [](JobQueue&, const JobId&, std::int64_t, StorageTime) { return true; };
  CHECK(finds(breaks, "renew: extends a valid claim"));
  CHECK(finds(breaks, "claim: what claims of its call have left is lost"));
}

TEST_CASE("storage suite: a claim that is settled before its change -> caught", "[adapters][conformance]") {
  JobQueue* queue = nullptr;
  Broken::Breaks breaks;
  breaks.commit = [&](CallStore& right, const CallChange& asked) {
    CallChange without = asked;
    without.settles.reset();
    if (asked.settles && !queue->settle(*asked.settles)) return CommitResult{CommitResult::Status::claimLost};
    return right.commit(without);
  };
  const auto storage = [&] {
    auto made = std::make_shared<Broken>(breaks);
    queue = &made->jobs();
    return made;
  };
  Reports reports;
  const std::string sentence = "commit: conflict or StorageError -> the claim that it settles is still valid";
  storageSuite(storage, reports.sink(), nullptr, sentence);
  CHECK(reports.hasFailed(sentence));
}

TEST_CASE("storage suite: a claim without a lease -> caught", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.claim = [](JobQueue& right, const JobQueue::ClaimRequest& request) {
    JobQueue::ClaimRequest none = request;
    none.leaseUntil = request.now;
    return right.claim(none);
  };
  CHECK(finds(breaks, "claim: one job of a call at a time"));
  CHECK(finds(breaks, "at once: many claims -> each job once, one of a call at a time"));
}

TEST_CASE("storage suite: wrong heartbeats or a wrong switch -> caught", "[adapters][conformance]") {
  Broken::Breaks breaks;
  breaks.save = [](HeartbeatStore& right, const HeartbeatStore::Report& report) {
    right.save(report);
    return std::vector<HeartbeatStore::Absent>{};
  };
  CHECK(finds(breaks, "save: a participant in no call -> skipped and returned"));
  breaks.save = [](HeartbeatStore& right, const HeartbeatStore::Report& report) {
    HeartbeatStore::Report without = report;
    without.peer.reset();
    return right.save(without);
  };
  CHECK(finds(
      breaks,
      "peers: as last reported, never an older report over a newer one; deleted a week after their lease"));
  breaks = {};
  breaks.silent = [](HeartbeatStore& right, const HeartbeatStore::SilentQuery& query) {
    HeartbeatStore::SilentQuery later = query;
    if (later.after) later.after->sequence = INT64_MAX;  // after everyone who was last seen then
    return right.silent(later);
  };
  CHECK(finds(breaks, "silent: seen at the same time -> by sequence, each once"));
  breaks = {};
  breaks.departures = [](HeartbeatStore& right, const HeartbeatStore::DeparturesQuery& query) {
    return right.departures({query.since + Duration{1}, query.limit});
  };
  CHECK(finds(breaks, "departures: participants who left at or after a time"));
  breaks = {};
  breaks.takeDown = [](Switches& right, const Switches::TakeDown& change) {
    return right.takeCallsDown({change.until, std::nullopt});
  };
  CHECK(finds(breaks, "takeCallsDown: sets the switch, counts, stores the sweep"));
}

}  // namespace messenger::testing
