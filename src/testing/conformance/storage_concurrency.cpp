#include <atomic>
#include <map>
#include <mutex>

#include "testing/conformance/crowd.hpp"
#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

using Status = CommitResult::Status;

void oneOfManyStarts(StorageCase& c) {
  std::vector<CallChange> starts;
  for (int i = 0; i < 64; ++i) starts.push_back(c.starting("thread", user(std::to_string(i)), 0));
  std::atomic<int> committed{0};
  crowd(starts.size(), [&](std::size_t i) {
    if (c.calls().commit(starts[i]).status == Status::committed) ++committed;
  });
  requireEqual("how many started", committed.load(), 1);
  requireEqual("how many calls", c.calls().history({ThreadId{"thread"}, std::nullopt, 99, c.alice}).total,
               std::size_t{1});
}

void oneOfManyChanges(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  std::vector<CallChange> changes;
  for (int i = 0; i < 64; ++i) changes.push_back(c.joining(call, {user(std::to_string(i))}, 1));
  std::atomic<int> committed{0};
  crowd(changes.size(), [&](std::size_t i) {
    if (c.calls().commit(changes[i]).status == Status::committed) ++committed;
  });
  requireEqual("how many with the same revision", committed.load(), 1);
  requireEqual("how many are in", c.state(call).inCall, std::size_t{2});
}

void changesOfManyCalls(StorageCase& c) {
  std::vector<CallChange> starts;
  for (int i = 0; i < 64; ++i) starts.push_back(c.starting("t" + std::to_string(i), c.alice, 0));
  std::atomic<int> committed{0};
  crowd(starts.size(), [&](std::size_t i) {
    CallChange join = starts[i];
    if (c.calls().commit(starts[i]).status == Status::committed) ++committed;
    CallChange raise;
    raise.call = starts[i].call;
    raise.expectedRevision = 1;
    raise.now = t(1);
    if (c.calls().commit(raise).call.revision == 2) ++committed;
  });
  requireEqual("all are committed", committed.load(), 128);
}

void eachJobOnce(StorageCase& c) {
  constexpr int calls = 8;
  constexpr int each = 8;
  for (int i = 0; i < calls * each; ++i) {
    c.jobs().add(c.newJob(JobType::teardownCall, CallId{"call" + std::to_string(i % calls)}, 0));
  }
  std::mutex mutex;
  std::map<CallId, int> running;
  std::size_t runs = 0;
  bool together = false;
  crowd(calls * each * 4, [&](std::size_t) {
    const auto claimed = c.claim(0);
    if (!claimed) return;
    {
      const std::lock_guard lock(mutex);
      together = together || running[*claimed->job.call]++ > 0;
      ++runs;
    }
    {
      const std::lock_guard lock(mutex);
      --running[*claimed->job.call];
    }
    c.jobs().settle(c.settlement(*claimed, Settlement::Kind::done));
  });
  while (const auto claimed = c.claim(0)) {
    c.jobs().settle(c.settlement(*claimed, Settlement::Kind::done));
    ++runs;
  }
  require(!together, "two jobs of a call never run at the same time");
  requireEqual("how many ran", runs, std::size_t{calls * each});
}

void startOrDown(StorageCase& c) {
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
          if (i == 1) active = c.switches().takeCallsDown({t(100), std::nullopt});
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
  const ThreadId id{"thread"};
  NewThread made;
  made.thread.id = id;
  threads->createThread(made);
  for (int round = 0; round < 50; ++round) {
    const bool on = round % 2 == 0;
    crowd(
        2,
        [&](std::size_t i) {
          if (i == 0) threads->updateThread(id, {.locked = on});
          if (i == 1) threads->updateThread(id, {.calling = on});
        },
        2);
    const Thread thread = threads->findThread(id).value();
    require(thread.locked == on && thread.calling == on, "neither update undoes the other");
  }
}

void thirdMembers(StorageCase& c) {
  ThreadStore* threads = c.storage().threads();
  if (threads == nullptr) return;
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
          if (threads->putMember(id, member) == ThreadStore::PutMember::stored) ++stored;
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
  checks.run("at once: a start and calls going down -> counted or refused", startOrDown);
  checks.run("at once: two updates of a thread -> both", threadUpdates);
  checks.run("at once: many second members of a private thread -> one", thirdMembers);
}

}  // namespace messenger::testing
