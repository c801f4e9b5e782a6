#include <functional>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/sqlite/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Something to do with a storage in which `prepare` has made one active call of alice and bob (c1, set up),
/// one ended call (c2), one with a setup under way (c3), a parked job, and thread t1 of alice.
struct Operation {
  const char* name;
  std::function<void(Storage&)> run;
};

constexpr std::int64_t firstToken = 1;

SetupChange setupOf(const std::string& call, const std::string& job) {
  SetupChange change;
  change.call = CallId{call};
  change.job = JobId{job};
  change.token = firstToken;
  change.room = Room{"room", "pin", "payload", Secret{"hidden"}};
  change.now = at(2);
  change.ifLate = {newJob(call + "-late", JobType::teardownCall, call)};
  return change;
}

TeardownChange teardownOf(const std::string& call) {
  return {CallId{call}, JobId{call + "-teardown"}, firstToken, at(3)};
}

Settlement settlement(const char* job, Settlement::Kind kind) {
  return {JobId{job}, 1, kind, at(9), "no"};
}

ClaimParams claimOf(const std::string& job) {
  ClaimParams params = claimNext(at(1));
  params.job = JobId{job};
  return params;
}

NewThread newThread(const std::string& id) {
  NewThread thread;
  thread.thread.id = ThreadId{id};
  thread.members = {ThreadMember{user("alice"), "Alice"}, ThreadMember{user("bob"), "Bob"}};
  return thread;
}

void fill(Storage& storage) {
  storage.startCall(start("c1", "t1"));
  storage.joinCall(join("c1", "bob"));
  storage.claimJob(claimOf("c1-setup"));
  storage.completeSetup(setupOf("c1", "c1-setup"));
  storage.startCall(start("c2", "t2"));
  storage.endCall(end("c2"));
  storage.claimJob(claimOf("c2-setup"));
  storage.settleJob(settlement("c2-setup", Settlement::Kind::park));
  storage.claimJob(claimOf("c2-teardown"));
  storage.startCall(start("c3", "t3"));
  storage.claimJob(claimOf("c3-setup"));
  storage.startCall(start("c4", "t4"));
  storage.threadStore()->createThread(newThread("t1"));
}

/// Puts the prepared file there; making it anew each time would be most of what these tests take.
void prepare(const SqliteFixture& fixture) {
  static const std::string bytes = [] {
    const SqliteFixture first;
    fill(*first.open());
    return first.bytes();
  }();
  fixture.write(bytes);
}

HeartbeatBatch heartbeats() {
  HeartbeatBatch batch{InstanceId{7}, at(0), at(5), {}};
  batch.heard = {{{CallId{"c1"}, user("alice")}, at(4)}, {{CallId{"c1"}, user("bob")}, at(5)}};
  return batch;
}

const std::vector<Operation>& changes() {
  static const std::vector<Operation> all = {
      {"startCall", [](Storage& s) { s.startCall(start("c9", "t9")); }},
      {"joinCall", [](Storage& s) { s.joinCall(join("c1", "carol")); }},
      {"leaveCall, others stay", [](Storage& s) { s.leaveCall(leave("c1", "bob", at(5))); }},
      {"leaveCall, the last", [](Storage& s) { s.leaveCall(leave("c3", "alice", at(5))); }},
      {"setKicked", [](Storage& s) { s.setKicked(kick("c1", "alice", "bob", true, at(5))); }},
      {"setKicked, oneself, the last", [](Storage& s) { s.setKicked(kick("c3", "alice", "alice")); }},
      {"endCall",
       [](Storage& s) {
         EndChange change = end("c3", at(5));
         change.mustBeIn = user("alice");
         change.settles = settlement("c3-setup", Settlement::Kind::park);
         s.endCall(change);
       }},
      {"completeSetup", [](Storage& s) { s.completeSetup(setupOf("c3", "c3-setup")); }},
      {"completeSetup, late", [](Storage& s) { s.completeSetup(setupOf("c2", "no-such-job")); }},
      {"completeTeardown", [](Storage& s) { s.completeTeardown(teardownOf("c2")); }},
      {"renewRoom",
       [](Storage& s) {
         s.renewRoom({CallId{"c1"}, at(5), newJob("j8", JobType::setupCall, "c1")});
       }},
      {"addJob", [](Storage& s) { s.addJob(newJob("j9", JobType::checkCallsActivity, "")); }},
      {"claimJob", [](Storage& s) { s.claimJob(claimNext(at(1))); }},
      {"renewJob", [](Storage& s) { s.renewJob(JobId{"c3-setup"}, firstToken, at(99)); }},
      {"settleJob, done", [](Storage& s) { s.settleJob(settlement("c3-setup", Settlement::Kind::done)); }},
      {"settleJob, retry", [](Storage& s) { s.settleJob(settlement("c3-setup", Settlement::Kind::retry)); }},
      {"settleJob, park", [](Storage& s) { s.settleJob(settlement("c3-setup", Settlement::Kind::park)); }},
      {"retryParked", [](Storage& s) { s.retryParked(std::nullopt, at(5)); }},
      {"setCallsDown",
       [](Storage& s) {
         s.setCallsDown({at(60), at(5), newJob("sweep", JobType::endCalls, "")});
       }},
      {"saveHeartbeats", [](Storage& s) { s.saveHeartbeats(heartbeats()); }},
      {"createThread", [](Storage& s) { s.threadStore()->createThread(newThread("t9")); }},
      {"updateThread",
       [](Storage& s) {
         s.threadStore()->updateThread({ThreadId{"t1"}, ThreadType::group, "new", false});
       }},
      {"putMember",
       [](Storage& s) {
         s.threadStore()->putMember(ThreadId{"t1"}, ThreadMember{user("carol"), "Carol"});
       }},
      {"removeMember", [](Storage& s) { s.threadStore()->removeMember(ThreadId{"t1"}, user("bob")); }},
      {"putUser", [](Storage& s) { s.threadStore()->putUser(user("dave"), "Dave"); }},
  };
  return all;
}

const std::vector<Operation>& reads() {
  static const std::vector<Operation> all = {
      {"findCall", [](Storage& s) { (void)s.findCall(CallId{"c1"}, user("alice")); }},
      {"findParticipant", [](Storage& s) { (void)s.findParticipant(ParticipantId{"c1-bob"}); }},
      {"participants", [](Storage& s) { (void)s.participants(CallId{"c1"}); }},
      {"history",
       [](Storage& s) {
         (void)s.history({ThreadId{"t1"}, std::nullopt, 25, user("alice")});
       }},
      {"activeCalls", [](Storage& s) { (void)s.activeCalls({ThreadId{"t1"}}, user("alice")); }},
      {"activeCallsUpTo", [](Storage& s) { (void)s.activeCallsUpTo(99, 0, 99); }},
      {"activeSummary", [](Storage& s) { (void)s.activeSummary(at(99)); }},
      {"jobs", [](Storage& s) { (void)s.jobs({}); }},
      {"jobCounts", [](Storage& s) { (void)s.jobCounts("messenger", t0); }},
      {"callsDownUntil", [](Storage& s) { (void)s.callsDownUntil(); }},
      {"listeners", [](Storage& s) { (void)s.listeners(InstanceId{1}, t0); }},
      {"silentParticipants",
       [](Storage& s) {
         (void)s.silentParticipants({at(99), 99, {}, 99});
       }},
      {"departuresSince", [](Storage& s) { (void)s.departuresSince(t0, 99); }},
      {"members", [](Storage& s) { (void)s.threadStore()->members(ThreadId{"t1"}); }},
  };
  return all;
}

/// What the operation leaves when nothing fails.
std::string expected(const Operation& operation) {
  const SqliteFixture fixture;
  prepare(fixture);
  const auto storage = fixture.open();
  operation.run(*storage);
  return fixture.dump();
}

/// Fails the nth statement; false when the operation has not that many.
bool failAt(const Operation& operation, std::size_t n, const std::string& after) {
  const SqliteFixture fixture;
  prepare(fixture);
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  const std::string before = fixture.dump();
  probe.failNth(n);
  try {
    operation.run(*storage);
    CHECK_FALSE(probe.struck());
  } catch (const StorageUnavailable& error) {
    CHECK(probe.struck());
    CHECK(std::string(error.what()).find("hidden") == std::string::npos);
    CHECK(fixture.dump() == before);
  }
  const bool struck = probe.struck();
  probe.heal();
  if (struck) operation.run(*storage);
  CHECK(fixture.dump() == after);
  return struck;
}

}  // namespace

TEST_CASE("faults: a change that fails at any statement changes nothing and can be repeated",
          "[sqlite][unit]") {
  for (const Operation& operation : changes()) {
    const std::string after = expected(operation);
    std::size_t statements = 0;
    INFO(operation.name);
    while (failAt(operation, statements + 1, after)) ++statements;
    CHECK(statements > 0);
  }
}

TEST_CASE("faults: an answer lost after the commit leaves the whole change", "[sqlite][unit]") {
  for (const Operation& operation : changes()) {
    INFO(operation.name);
    const std::string after = expected(operation);
    const SqliteFixture fixture;
    prepare(fixture);
    FailingProbe probe;
    const auto storage = fixture.open(probe);
    REQUIRE(fixture.dump() != after);
    probe.failAfterCommit();
    CHECK_THROWS_AS(operation.run(*storage), StorageUnavailable);
    CHECK(fixture.dump() == after);
    CHECK_NOTHROW(storage->startCall(start("c8", "t8")));
  }
}

TEST_CASE("faults: a read that fails at any statement can be repeated", "[sqlite][unit]") {
  const SqliteFixture fixture;
  prepare(fixture);
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  for (const Operation& operation : reads()) {
    INFO(operation.name);
    std::size_t statements = 0;
    while (true) {
      probe.failNth(statements + 1);
      try {
        operation.run(*storage);
      } catch (const StorageUnavailable&) {
      }
      if (!probe.struck()) break;
      ++statements;
      CHECK_NOTHROW(operation.run(*storage));
    }
    CHECK(statements > 0);
  }
}

TEST_CASE("faults: nobody is said to listen before all that they heard is stored", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  HeartbeatBatch batch;
  batch.heardBy = InstanceId{1};
  batch.now = at(1);
  // More than one transaction stores.
  for (int i = 0; i < 1500; ++i) {
    batch.heard.emplace_back(InCallKey{CallId{"c" + std::to_string(i)}, user("alice")}, at(1));
  }
  probe.failAfterCommit();
  CHECK_THROWS_AS(storage->saveHeartbeats(batch), StorageUnavailable);
  CHECK(storage->listeners(InstanceId{2}, t0).count == 0);
  probe.heal();
  storage->saveHeartbeats(batch);
  CHECK(storage->listeners(InstanceId{2}, t0).count == 1);
}
