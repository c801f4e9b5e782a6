#include <atomic>
#include <mutex>
#include <set>

#include "testing/conformance/crowd.hpp"
#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

using Status = CommitResult::Status;

/// The storage for the i-th OS thread: every second one is that of another process, if possible.
class Ways {
 public:
  explicit Ways(StorageCase& c) : here_(c.storage()) {
    if (c.canReopen()) there_ = c.openAgain();
  }
  [[nodiscard]] Storage& of(std::size_t i) const { return there_ && i % 2 == 1 ? *there_ : here_; }

 private:
  Storage& here_;
  std::shared_ptr<Storage> there_;
};

void oneOfManyStarts(StorageCase& c) {
  const Ways ways(c);
  std::vector<CallChange> starts;
  starts.reserve(64);
  for (int i = 0; i < 64; ++i) starts.push_back(c.starting("thread", user(std::to_string(i)), 0));
  std::atomic<int> committed{0};
  crowd(starts.size(), [&](std::size_t i) {
    if (ways.of(i).calls().commit(starts[i]).status == Status::committed) ++committed;
  });
  requireEqual("how many started", committed.load(), 1);
  requireEqual("how many calls", c.calls().history({ThreadId{"thread"}, std::nullopt, 99, c.alice}).total,
               std::size_t{1});
}

void oneOfManyChanges(StorageCase& c) {
  const Ways ways(c);
  const CallId call = c.start("thread", c.alice, 0);
  std::vector<CallChange> changes;
  changes.reserve(64);
  for (int i = 0; i < 64; ++i) changes.push_back(c.joining(call, {user(std::to_string(i))}, 1));
  std::atomic<int> committed{0};
  crowd(changes.size(), [&](std::size_t i) {
    if (ways.of(i).calls().commit(changes[i]).status == Status::committed) ++committed;
  });
  requireEqual("how many with the same revision", committed.load(), 1);
  requireEqual("how many are in", c.state(call).inCall, std::size_t{2});
}

void changesOfManyCalls(StorageCase& c) {
  const Ways ways(c);
  std::vector<CallChange> starts;
  starts.reserve(64);
  for (int i = 0; i < 64; ++i) starts.push_back(c.starting("t" + std::to_string(i), c.alice, 0));
  std::atomic<int> committed{0};
  crowd(starts.size(), [&](std::size_t i) {
    if (ways.of(i).calls().commit(starts[i]).status == Status::committed) ++committed;
    CallChange raise;
    raise.call = starts[i].call;
    raise.expectedRevision = 1;
    raise.now = t(1);
    if (ways.of(i + 1).calls().commit(raise).call.revision == 2) ++committed;
  });
  requireEqual("all are committed", committed.load(), 128);
}

void eachJobOnce(StorageCase& c) {
  constexpr std::size_t calls = 8;
  constexpr std::size_t each = 4;
  const Ways ways(c);
  for (std::size_t i = 0; i < calls * each; ++i) {
    c.jobs().add(c.newJob(JobType::teardownCall, CallId{"call" + std::to_string(i % calls)}, 0));
  }
  std::set<JobId> claimed;
  for (std::size_t round = 0; round < each; ++round) {
    std::mutex mutex;
    std::vector<JobQueue::ClaimedJob> running;
    crowd(calls * 4, [&](std::size_t i) {
      const JobQueue::ClaimRequest request{queue, t(0), t(10), at(0), std::nullopt, std::nullopt};
      if (const auto job = ways.of(i).jobs().claim(request)) {
        const std::lock_guard lock(mutex);
        running.push_back(*job);
      }
    });
    std::set<CallId> busy;
    for (const auto& job : running) {
      require(busy.insert(*job.job.call).second, "two jobs of a call never run at the same time");
      require(claimed.insert(job.job.id).second, "a job is claimed once");
      require(c.jobs().settle(c.settlement(job, Settlement::Kind::done)), "each claim holds");
    }
    requireEqual("how many calls had a job running", busy.size(), calls);
  }
  requireEqual("how many ran", claimed.size(), calls * each);
}

void jobsOfOneCallById(StorageCase& c) {
  constexpr std::size_t each = 4;
  const Ways ways(c);
  for (int round = 0; round < 20; ++round) {
    const std::string thread = "thread" + std::to_string(round);
    const CallId call = round % 2 == 0 ? c.start(thread, c.alice, 0) : CallId{"no call" + thread};
    std::vector<NewJob> jobs;
    for (std::size_t i = 0; i < each; ++i) {
      jobs.push_back(c.newJob(JobType::teardownCall, call, 0));
      c.jobs().add(jobs.back());
    }
    std::atomic<int> claimed{0};
    crowd(
        each,
        [&](std::size_t i) {
          if (ways.of(i).jobs().claim({queue, t(0), t(10), at(0), jobs[i].id, std::nullopt})) ++claimed;
        },
        each);
    requireEqual("how many run", claimed.load(), 1);
  }
}

void startOrDown(StorageCase& c) {
  const Ways ways(c);
  for (int round = 0; round < 20; ++round) {
    CallChange start = c.starting("t" + std::to_string(round), c.alice, 0);
    start.unlessCallsDown = true;
    CommitResult started;
    CallStore::ActiveSummary active;
    const std::size_t before = c.calls().activeSummary(StorageTime::max()).count;
    crowd(
        2,
        [&](std::size_t i) {
          if (i == 0) started = c.calls().commit(start);
          if (i == 1) active = ways.of(i).switches().takeCallsDown({t(100), std::nullopt});
        },
        2);
    const bool counted = active.count == before + 1;
    require(counted == (started.status == Status::committed), "a call is counted, or refused");
    c.switches().bringCallsUp(t(0));
  }
}

void threadUpdates(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  const Ways ways(c);
  const ThreadId id{"thread"};
  NewThread made;
  made.thread.id = id;
  threads->createThread(made);
  for (int round = 0; round < 50; ++round) {
    const bool on = round % 2 == 0;
    crowd(
        2,
        [&](std::size_t i) {
          if (i == 0) ways.of(i).threads()->updateThread(id, {.locked = on});
          if (i == 1) ways.of(i).threads()->updateThread(id, {.calling = on});
        },
        2);
    const Thread thread = threads->findThread(id).value();
    require(thread.locked == on && thread.calling == on, "neither update undoes the other");
  }
}

void thirdMembers(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
  const Ways ways(c);
  for (int round = 0; round < 20; ++round) {
    const ThreadId id{"thread" + std::to_string(round)};
    NewThread made;
    made.thread.id = id;
    made.thread.type = ThreadType::privateThread;
    made.members = {{.user = c.alice, .name = "Alice"}};
    threads->createThread(made);
    std::atomic<int> stored{0};
    crowd(
        8,
        [&](std::size_t i) {
          const ThreadMember member{.user = user(std::to_string(i)), .name = "M"};
          if (ways.of(i).threads()->putMember(id, member) == ThreadStore::PutMember::stored) ++stored;
        },
        8);
    requireEqual("how many were added", stored.load(), 1);
    requireEqual("how many members", threads->members(id).size(), std::size_t{2});
  }
}

}  // namespace

void checkConcurrency(StorageChecks& checks) {
  checks.run("at once: many starts of one thread -> one", oneOfManyStarts);
  checks.run("at once: many changes of one revision -> one", oneOfManyChanges);
  checks.run("at once: changes of many calls -> all", changesOfManyCalls);
  checks.run("at once: many claims -> each job once, one of a call at a time", eachJobOnce);
  checks.run("at once: claims of the jobs of one call by their ids -> one runs", jobsOfOneCallById);
  checks.run("at once: a start and calls going down -> counted or refused", startOrDown);
  checks.run("at once: two updates of a thread -> both", threadUpdates);
  checks.run("at once: many second members of a private thread -> one", thirdMembers);
}

}  // namespace messenger::testing
