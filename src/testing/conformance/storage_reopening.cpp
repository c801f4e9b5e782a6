#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

/// Stores one item of every kind.
CallId fill(StorageCase& c) {
  CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.leave(call, c.bob, 2);
  const CallId over = c.start("over", c.carol, 3);
  c.end(over, 4);
  CallChange setUp = c.changing(call, 5);
  setUp.row = c.state(call).call;
  setUp.row->setupComplete = true;
  setUp.row->room = Room{"R", "P", "X", Secret{"S"}};
  setUp.jobs = {c.newJob(JobType::teardownCall, over, 5), c.newJob(JobType::setupCall, call, 6)};
  c.commit(setUp);
  c.jobs().settle(c.settlement(c.claim(5).value(), Settlement::Kind::fail));
  c.switches().takeCallsDown({t(100), std::nullopt});
  c.calls().raiseThreadRevision(ThreadId{"thread"});
  c.heartbeats().save({here, {{{call, c.alice}, t(9)}}, HeartbeatStore::Peer{here, t(0), t(9), t(39)}});
  return call;
}

void survives(StorageCase& c) {
  const CallId call = fill(c);
  const std::string before = c.picture();
  c.restart();
  requireEqual("everything after a restart", c.picture(), before);
  require(c.state(call).call.room.value().secret == Secret{"S"}, "the secret too");
  requireEqual("the peers", c.heartbeats().peers().size(), std::size_t{1});
  CallStore::LoadRequest request;
  request.thread = ThreadId{"thread"};
  requireEqual("the thread's revision", c.calls().load(request).threadRevision, std::int64_t{1});
}

void sequencesGoOn(StorageCase& c) {
  const CallId one = c.start("one", c.alice, 0);
  const std::int64_t last = c.state(one).call.sequence;
  c.restart();
  const CallId two = c.start("two", c.alice, 0);
  require(c.state(two).call.sequence > last, "a later call has a higher one");
}

void tokensGoOn(StorageCase& c) {
  c.jobs().add(c.newJob(JobType::endCalls, std::nullopt, 0));
  const auto first = c.claim(0).value();
  c.restart();
  require(!c.claim(9), "the lease holds");
  const auto second = c.claim(10).value();
  require(second.job.token > first.job.token, "the token has grown");
  require(!c.jobs().settle(c.settlement(first, Settlement::Kind::done)), "the old one does not hold");
}

void threadsSurvive(StorageCase& c) {
  if (c.storage().threads() == nullptr) return;
  NewThread made;
  made.thread.id = ThreadId{"thread"};
  made.thread.subject = "Subject";
  made.members = {{c.alice, "Alice", true, true, false, true}};
  c.storage().threads()->createThread(made);
  c.restart();
  made.thread.members = 1;
  const ThreadStore& threads = *c.storage().threads();
  requireEqual("the thread", threads.findThread(made.thread.id), made.thread);
  requireEqual("its members", threads.members(made.thread.id), made.members);
  requireEqual("their threads", threads.threadsOf(c.alice), {made.thread.id});
}

void othersSee(StorageCase& c) {
  const auto other = c.openAgain();
  const CallId call = c.start("thread", c.alice, 0);
  CallStore::LoadRequest request;
  request.call = call;
  require(other->calls().load(request).call.has_value(), "another process sees what is committed");
  CallChange stale = c.joining(call, {c.bob}, 1);
  requireEqual("its change", other->calls().commit(c.joining(call, {c.carol}, 1)).status,
               CommitResult::Status::committed);
  requireEqual("a stale one here", c.calls().commit(stale).status, CommitResult::Status::conflict);
  requireEqual("a second start there", other->calls().commit(c.starting("thread", c.bob, 1)).status,
               CommitResult::Status::activeCallExists);
  other->heartbeats().save({there, {{{call, c.alice}, t(20)}}, std::nullopt});
  requireEqual("a heartbeat saved there", c.lastSeen(call, c.alice), t(20));
  other->switches().takeCallsDown({t(100), std::nullopt});
  requireEqual("the switch, set there", c.switches().callsDownUntil(), t(100));
  c.jobs().add(c.newJob(JobType::endCalls, std::nullopt, 0));
  require(other->jobs().claim({queue, t(1), t(9), at(1), std::nullopt, std::nullopt}).has_value(),
          "a job is claimed there");
  require(!c.claim(1), "and not here then");
  const SteadyPoint now{std::chrono::hours{5}};
  requireEqual("its time", other->timeAt(now), c.storage().timeAt(now));
}

}  // namespace

void checkReopening(StorageChecks& checks) {
  checks.run("reopened: everything is there", survives);
  checks.run("reopened: sequences continue", sequencesGoOn);
  checks.run("reopened: leases and tokens are still valid", tokensGoOn);
  checks.run("reopened: threads, members and names are there", threadsSurvive);
  checks.run("opened twice: one picture, one set of guards, one time", othersSee);
}

}  // namespace messenger::testing
