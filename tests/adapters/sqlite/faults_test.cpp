#include <functional>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Something to do with a storage in which `prepare` has made one active call of alice and bob (c1, set up),
/// one ended call (c2), one with a pending setup (c3), a failed job, and thread t1 of alice.
struct Operation {
  const char* name;
  std::function<void(Storage&)> run;
};

constexpr std::int64_t firstToken = 1;

Settlement settlement(const std::string& job, Settlement::Kind kind) {
  return {JobId{job}, firstToken, kind, t(9), "no"};
}

CallChange recordRoom(Storage& storage, const std::string& call) {
  CallChange made = change(storage, call, 2);
  made.row = load(storage, call).value().call;
  made.row->setupComplete = true;
  made.row->room = Room{"room", "pin", "payload", Secret{"hidden"}};
  made.settles = settlement(call + "-setup", Settlement::Kind::done);
  return made;
}

CallChange takeOut(Storage& storage, const std::string& call, const std::string& who, bool kicked) {
  CallChange made = change(storage, call, 5);
  CallParticipant row = load(storage, call, who).value().participants.at(0);
  row.leftAt = at(5);
  row.kicked = kicked;
  made.participants = {row};
  return made;
}

NewThread newThread(const std::string& id) {
  NewThread thread;
  thread.thread.id = ThreadId{id};
  thread.members = {ThreadMember{user("alice"), "Alice"}, ThreadMember{user("bob"), "Bob"}};
  return thread;
}

void fill(Storage& storage) {
  CallStore& calls = storage.calls();
  calls.commit(start("over", "t0"));
  calls.commit(end(storage, "over"));
  for (const std::string job : {"over-setup", "over-teardown"}) {
    storage.jobs().claim(claimOf(job));
    storage.jobs().settle(settlement(job, Settlement::Kind::done));
  }
  calls.commit(start("c1", "t1"));
  calls.commit(join(storage, "c1", "bob"));
  storage.jobs().claim(claimOf("c1-setup"));
  calls.commit(recordRoom(storage, "c1"));
  calls.commit(start("c2", "t2"));
  calls.commit(end(storage, "c2"));
  storage.jobs().claim(claimOf("c2-setup"));
  storage.jobs().settle(settlement("c2-setup", Settlement::Kind::fail));
  storage.jobs().claim(claimOf("c2-teardown"));
  calls.commit(start("c3", "t3"));
  storage.jobs().claim(claimOf("c3-setup"));
  calls.commit(start("c4", "t4"));
  storage.threads()->createThread(newThread("t1"));
  storage.threads()->createThread(newThread("t2"));
}

/// Copies the prepared file; making a new one each time would take most of the time of these tests.
void prepare(const SqliteFixture& fixture) {
  static const std::string bytes = [] {
    const SqliteFixture first;
    fill(*first.open());
    return first.bytes();
  }();
  fixture.write(bytes);
}

HeartbeatStore::Report report() {
  HeartbeatStore::Report made;
  made.seenBy = InstanceId{7};
  made.lastSeen = {{{CallId{"c1"}, user("alice")}, t(4)}, {{CallId{"c1"}, user("bob")}, t(5)}};
  made.peer = HeartbeatStore::Peer{InstanceId{7}, t(0), t(5), t(35)};
  return made;
}

const std::vector<Operation>& changes() {
  static const std::vector<Operation> all = {
      {"commit, a new call", [](Storage& s) { s.calls().commit(start("c9", "t9")); }},
      {"commit, a join", [](Storage& s) { s.calls().commit(join(s, "c1", "carol")); }},
      {"commit, a leave", [](Storage& s) { s.calls().commit(takeOut(s, "c1", "bob", false)); }},
      {"commit, a kick", [](Storage& s) { s.calls().commit(takeOut(s, "c1", "bob", true)); }},
      {"commit, a removal from the thread",
       [](Storage& s) {
         CallChange made = takeOut(s, "c1", "bob", false);
         made.removesMember = user("bob");
         s.calls().commit(made);
       }},
      {"commit, an end with a settlement",
       [](Storage& s) {
         CallChange made = end(s, "c3", 5);
         made.settles = settlement("c3-setup", Settlement::Kind::fail);
         s.calls().commit(made);
       }},
      {"commit, an end that cancels jobs",
       [](Storage& s) {
         CallChange made = end(s, "c3", 5);
         made.cancels = {JobType::setupCall, JobType::teardownCall};
         s.calls().commit(made);
       }},
      {"commit, a room", [](Storage& s) { s.calls().commit(recordRoom(s, "c3")); }},
      {"raiseThreadRevision", [](Storage& s) { s.calls().raiseThreadRevision(ThreadId{"t1"}); }},
      {"prune",
       [](Storage& s) {
         s.calls().prune({t(99), 9});
       }},
      {"add", [](Storage& s) { s.jobs().add(newJob("j9", JobType::checkCallsActivity, "")); }},
      {"claim", [](Storage& s) { s.jobs().claim(claimNext(1)); }},
      {"renew", [](Storage& s) { s.jobs().renew(JobId{"c3-setup"}, firstToken, t(99)); }},
      {"settle, done", [](Storage& s) { s.jobs().settle(settlement("c3-setup", Settlement::Kind::done)); }},
      {"settle, retry", [](Storage& s) { s.jobs().settle(settlement("c3-setup", Settlement::Kind::retry)); }},
      {"settle, fail", [](Storage& s) { s.jobs().settle(settlement("c3-setup", Settlement::Kind::fail)); }},
      {"retryFailed", [](Storage& s) { s.jobs().retryFailed(std::nullopt, t(5)); }},
      {"takeCallsDown",
       [](Storage& s) {
         s.switches().takeCallsDown({t(60), newJob("sweep", JobType::endCalls, "")});
       }},
      {"save", [](Storage& s) { s.heartbeats().save(report()); }},
      {"createThread", [](Storage& s) { s.threads()->createThread(newThread("t9")); }},
      {"updateThread",
       [](Storage& s) { s.threads()->updateThread(ThreadId{"t1"}, {.subject = "new", .calling = false}); }},
      {"putMember",
       [](Storage& s) {
         s.threads()->putMember(ThreadId{"t1"}, ThreadMember{user("carol"), "Carol"});
       }},
      {"removeMember", [](Storage& s) { s.threads()->removeMember(ThreadId{"t2"}, user("bob")); }},
      {"putUser", [](Storage& s) { s.threads()->putUser(user("dave"), "Dave"); }},
  };
  return all;
}

const std::vector<Operation>& reads() {
  static const std::vector<Operation> all = {
      {"load", [](Storage& s) { (void)load(s, "c1"); }},
      {"findParticipant", [](Storage& s) { (void)s.calls().findParticipant(ParticipantId{"c1-bob"}); }},
      {"participants",
       [](Storage& s) {
         (void)s.calls().participants({CallId{"c1"}, 0, 99});
       }},
      {"history",
       [](Storage& s) {
         (void)s.calls().history({ThreadId{"t1"}, std::nullopt, 25, user("alice")});
       }},
      {"activeCalls", [](Storage& s) { (void)s.calls().activeCalls({ThreadId{"t1"}}, user("alice")); }},
      {"activeCallsAfter",
       [](Storage& s) {
         (void)s.calls().activeCallsAfter({0, 99, 99});
       }},
      {"activeSummary", [](Storage& s) { (void)s.calls().activeSummary(t(99)); }},
      {"prunable", [](Storage& s) { (void)s.calls().prunable(t(99)); }},
      {"list", [](Storage& s) { (void)s.jobs().list({}); }},
      {"counts", [](Storage& s) { (void)s.jobs().counts("messenger", t(0)); }},
      {"callsDownUntil", [](Storage& s) { (void)s.switches().callsDownUntil(); }},
      {"peers", [](Storage& s) { (void)s.heartbeats().peers(); }},
      {"silent",
       [](Storage& s) {
         (void)s.heartbeats().silent({t(99), 99, {}, 99});
       }},
      {"departures",
       [](Storage& s) {
         (void)s.heartbeats().departures({t(0), 99});
       }},
      {"members", [](Storage& s) { (void)s.threads()->members(ThreadId{"t1"}); }},
      {"findMembership", [](Storage& s) { (void)s.threads()->findMembership(ThreadId{"t1"}, user("bob")); }},
  };
  return all;
}

/// The state after the operation when nothing fails.
std::string expected(const Operation& operation) {
  const SqliteFixture fixture;
  prepare(fixture);
  const auto storage = fixture.open();
  operation.run(*storage);
  return fixture.dump();
}

/// Fails the nth statement; false when the operation has fewer.
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

TEST_CASE("faults: a change fails at any statement -> nothing changed and it can be repeated",
          "[sqlite][unit]") {
  for (const Operation& operation : changes()) {
    const std::string after = expected(operation);
    std::size_t statements = 0;
    INFO(operation.name);
    while (failAt(operation, statements + 1, after)) ++statements;
    CHECK(statements > 0);
  }
}

TEST_CASE("faults: the answer is lost after the commit -> the whole change is there", "[sqlite][unit]") {
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
    CHECK_NOTHROW(storage->calls().commit(start("c8", "t8")));
  }
}

TEST_CASE("faults: a read fails at any statement -> it can be repeated", "[sqlite][unit]") {
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

TEST_CASE("faults: a report in several transactions -> the peer is stored last", "[sqlite][unit]") {
  const SqliteFixture fixture;
  FailingProbe probe;
  const auto storage = fixture.open(probe);
  HeartbeatStore::Report all;
  all.seenBy = InstanceId{1};
  all.peer = HeartbeatStore::Peer{InstanceId{1}, t(0), t(1), t(31)};
  // More than fits into one transaction.
  for (int i = 0; i < 1500; ++i) {
    all.lastSeen.emplace_back(SessionKey{CallId{"c" + std::to_string(i)}, user("alice")}, t(1));
  }
  probe.failAfterCommit();
  CHECK_THROWS_AS(storage->heartbeats().save(all), StorageUnavailable);
  CHECK(storage->heartbeats().peers().empty());
  probe.heal();
  storage->heartbeats().save(all);
  CHECK(storage->heartbeats().peers().size() == 1);
}
