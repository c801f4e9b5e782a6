#include <vector>

#include "messenger/errors.hpp"
#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void storesCall(StorageCase& c) {
  const StartChange change = c.starting("thread", c.alice, at(5));
  const StartOutcome outcome = c->startCall(change);
  requireEqual("status", outcome.status, StartStatus::started);
  require(outcome.call.has_value(), "the outcome has the call");
  const Call& call = *outcome.call;
  requireEqual("id", call.id, change.call);
  requireEqual("thread", call.threadId, change.thread);
  requireEqual("owner", call.owner, c.alice);
  require(call.type == CallType::video, "it is a video call");
  requireEqual("createdAt", call.createdAt, at(5));
  requireEqual("updatedAt", call.updatedAt, at(5));
  require(call.active(), "it is active");
  require(!call.endReason && !call.endedBy, "nobody and nothing ended it");
  require(!call.setupComplete && !call.teardownComplete && !call.roomMayExist, "it has no room yet");
  require(call.sequence > 0, "its sequence is more than zero");
  requireEqual("the call when read again", c.call(call), call);
}

void storesStarter(StorageCase& c) {
  const StartChange change = c.starting("thread", c.alice, at(5));
  const StartOutcome outcome = c->startCall(change);
  require(outcome.participant.has_value(), "the outcome has the starter's row");
  const CallParticipant& row = *outcome.participant;
  requireEqual("id", row.id, change.participant);
  requireEqual("call", row.callId, change.call);
  requireEqual("owner", row.owner, c.alice);
  require(row.inCall(), "the starter is in the call");
  requireEqual("createdAt", row.createdAt, at(5));
  requireEqual("updatedAt", row.updatedAt, at(5));
  requireEqual("the participants when read again", c->participants(change.call), {row});
}

void hearsStarter(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(5));
  const auto heard = c.heard(call, c.alice);
  require(heard.has_value(), "the storage knows when the starter was heard");
  requireEqual("lastHeard", heard->lastHeard, at(5));
  requireEqual("heardBy", heard->heardBy, here);
  requireEqual("sequence", heard->sequence, c.participant(call, c.alice).sequence);
}

void storesJobs(StorageCase& c) {
  StartChange change = c.starting("thread", c.alice, at(5));
  const NewJob setup = c.newJob(JobType::setupCall, change.call, at(9));
  const NewJob other = c.newJob(JobType::teardownCall, std::nullopt, at(7));
  change.jobs = {setup, other};
  c->startCall(change);
  const std::vector<Job> jobs = c.jobs();
  requireEqual("the number of jobs", jobs.size(), std::size_t{2});
  requireEqual("the first job", jobs[0].id, setup.id);
  requireEqual("its type", jobs[0].type, JobType::setupCall);
  requireEqual("its queue", jobs[0].queue, "calls");
  requireEqual("its call", jobs[0].call, change.call);
  requireEqual("its cutoff", jobs[0].cutoff, std::nullopt);
  requireEqual("its createdAt", jobs[0].createdAt, at(5));
  requireEqual("its availableAt", jobs[0].availableAt, at(9));
  requireEqual("its attempts", jobs[0].attempts, 0);
  require(!jobs[0].leasedUntil && !jobs[0].parked && !jobs[0].lastError, "nobody has run it yet");
  requireEqual("the second job's call", jobs[1].call, std::nullopt);
}

void refusesSecond(StorageCase& c) {
  c.start("thread", c.alice, at(0));
  StartChange change = c.starting("thread", c.bob, at(1));
  change.jobs = {c.newJob(JobType::setupCall, change.call, at(1))};
  const StartOutcome outcome = c.unchangedBy([&] { return c->startCall(change); });
  requireEqual("status", outcome.status, StartStatus::alreadyActive);
  require(!outcome.call && !outcome.participant, "the outcome has neither call nor participant");
  require(!c->findCall(change.call, std::nullopt), "the refused call is not found");
  require(!c->findParticipant(change.participant), "the refused starter's row is not found");
}

void threadsAreIndependent(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(0));
  const Call other = c.start("other", c.alice, at(0));
  require(c.call(one).active() && c.call(other).active(), "both calls are active");
}

void startsAfterEnd(StorageCase& c) {
  const Call first = c.start("thread", c.alice, at(0));
  c.end(first, at(1));
  const Call second = c.start("thread", c.alice, at(1));
  require(second.sequence > first.sequence, "the later call has the higher sequence");
  require(!c.call(first).active(), "the first call stays ended");
}

void refusesWhileDown(StorageCase& c) {
  c->setCallsDown({at(100), at(0), std::nullopt});
  StartChange change = c.starting("thread", c.alice, at(99));
  change.jobs = {c.newJob(JobType::setupCall, change.call, at(99))};
  const StartOutcome outcome = c.unchangedBy([&] { return c->startCall(change); });
  requireEqual("status", outcome.status, StartStatus::down);
  require(!outcome.call && !outcome.participant, "the outcome has neither call nor participant");
}

void startsWhenDownIsOver(StorageCase& c) {
  c->setCallsDown({at(100), at(0), std::nullopt});
  requireEqual("status at the end of the time down", c.tryStart("thread", c.alice, at(100)).status,
               StartStatus::started);
}

void startsAfterClearing(StorageCase& c) {
  c->setCallsDown({at(100), at(0), std::nullopt});
  c->clearCallsDown(at(10));
  requireEqual("status", c.tryStart("thread", c.alice, at(10)).status, StartStatus::started);
}

void allOrNothing(StorageCase& c) {
  const Call other = c.start("other", c.bob, at(0));
  const NewJob known = c.newJob(JobType::checkCallsActivity, std::nullopt, at(0));
  c->addJob(known);
  StartChange change = c.starting("thread", c.alice, at(1));
  change.jobs = {c.newJob(JobType::setupCall, change.call, at(1)), known};
  const std::string before = c.picture();
  try {
    c->startCall(change);
  } catch (const Error&) {
    requireEqual("the storage after an operation that threw", c.picture(), before);
    return;
  }
  require(c->findCall(change.call, std::nullopt).has_value(), "a start that did not throw stored its call");
}

void sequencesGrow(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(9));
  const Call two = c.start("two", c.alice, at(1));
  c.end(two, at(10));
  const Call three = c.start("three", c.alice, at(1));
  require(one.sequence < two.sequence && two.sequence < three.sequence,
          "sequences of calls grow in the order of storing, whatever the clock says");
  c.join(one, c.bob, at(9));
  const std::int64_t alice = c.participant(one, c.alice).sequence;
  const std::int64_t bob = c.participant(one, c.bob).sequence;
  require(alice > 0 && alice < bob, "sequences of participants grow");
}

}  // namespace

void checkStarting(StorageChecks& checks) {
  checks.run("startCall: stores an active call", storesCall);
  checks.run("startCall: puts the starter in it", storesStarter);
  checks.run("startCall: the starter was heard just now, by the instance that says so", hearsStarter);
  checks.run("startCall: stores its jobs, in their order", storesJobs);
  checks.run("startCall: is refused in a thread that has an active call, and changes nothing", refusesSecond);
  checks.run("startCall: each thread has an active call of its own", threadsAreIndependent);
  checks.run("startCall: a thread may have a new call as soon as the last one ended", startsAfterEnd);
  checks.run("startCall: is refused while calls are down, and changes nothing", refusesWhileDown);
  checks.run("startCall: calls are no longer down at the very moment they are down until",
             startsWhenDownIsOver);
  checks.run("startCall: succeeds once the switch was cleared", startsAfterClearing);
  checks.run("startCall: all or nothing; when a job cannot be stored there is no call either", allOrNothing);
  checks.run("startCall: sequences of calls and participants grow", sequencesGrow);
}

}  // namespace messenger::testing
