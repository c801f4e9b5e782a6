#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void survives(StorageCase& c) {
  const Call call = c.start("one", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  const ClaimedJob setup = c.claimNew(JobType::setupCall, call.id, at(3));
  c->completeSetup(
      {call.id, setup.job.id, setup.job.token, Room{"id", "pin", "more", Secret{"hush"}}, at(4), {}});
  c.end(c.start("two", c.carol, at(5)), at(6));
  c.claimNew(JobType::endCalls, std::nullopt, at(7));
  c.settle(c.claimNew(JobType::endCalls, std::nullopt, at(8)), Settlement::Kind::park, at(8));
  c->saveHeartbeats({there, at(0), at(9), {{{call.id, c.alice}, at(9)}}});
  c->setCallsDown({at(100), at(10), std::nullopt});
  const std::string before = c.picture();
  c.restart();
  requireEqual("the storage after a restart", c.picture(), before);
  require(c.call(call).room.value().secret == Secret{"hush"}, "the secret comes back too");
  requireEqual("how many listen", c->listeners(here, at(9)).count, std::size_t{1});
}

void claimsSurvive(StorageCase& c) {
  const ClaimedJob claimed = c.claimNew(JobType::endCalls, std::nullopt, at(0));
  c.restart();
  require(!c.claim(at(5)), "a lease holds over a restart");
  require(c.settle(claimed, Settlement::Kind::done, at(6)), "a token holds over a restart");
}

void takesOverAfterRestart(StorageCase& c) {
  const ClaimedJob claimed = c.claimNew(JobType::endCalls, std::nullopt, at(0));
  c.restart();
  const auto taken = c.claim(at(100));
  require(taken && taken->job.token > claimed.job.token, "past its lease the job is taken over");
  require(!c.settle(claimed, Settlement::Kind::done, at(101)), "the lost claim settles nothing");
}

void sequencesGoOn(StorageCase& c) {
  const Call first = c.start("one", c.alice, at(0));
  c.claimNew(JobType::endCalls, std::nullopt, at(0));
  const std::int64_t row = c.participant(first, c.alice).sequence;
  const std::int64_t job = c.jobs().back().sequence;
  c.restart();
  const Call second = c.start("two", c.alice, at(1));
  require(second.sequence > first.sequence, "sequences of calls go on");
  require(c.participant(second, c.alice).sequence > row, "sequences of participants go on");
  c->addJob(c.newJob(JobType::endCalls, std::nullopt, at(1)));
  require(c.jobs().back().sequence > job, "sequences of jobs go on");
}

void seenByOthers(StorageCase& c) {
  const std::shared_ptr<Storage> other = c.openAgain();
  const Call call = c.start("thread", c.alice, at(0));
  requireEqual("the call seen by another", other->findCall(call.id, std::nullopt).value().call, call);
  requireEqual(
      "a start by another",
      other->startCall({CallId{"second"}, call.threadId, c.bob, c.newParticipant(), at(1), there, {}}).status,
      StartStatus::alreadyActive);
  other->setCallsDown({at(100), at(1), std::nullopt});
  requireEqual("the switch, set by another", c->callsDownUntil(), at(100));
  other->saveHeartbeats({there, at(0), at(20), {{{call.id, c.alice}, at(20)}}});
  requireEqual("a heartbeat, saved by another", c.heard(call, c.alice).value().lastHeard, at(20));
  const NewJob job = c.newJob(JobType::endCalls, std::nullopt, at(0));
  c->addJob(job);
  require(other->claimJob({"calls", at(1), at(60), std::nullopt, std::nullopt}).has_value(),
          "a job is claimed by another");
  require(!c.claim(at(2)), "and by nobody else then");
}

void threadsSurvive(StorageCase& c) {
  if (c->threadStore() == nullptr) return;
  Thread thread;
  thread.id = ThreadId{"t1"};
  thread.subject = "Subject";
  const ThreadMember alice{c.alice, "Alice", true, true, false, true};
  c->threadStore()->createThread({thread, {alice}});
  c.restart();
  thread.members = 1;
  requireEqual("the thread", c->threadStore()->findThread(thread.id), thread);
  requireEqual("its member", c->threadStore()->findMember(thread.id, c.alice), alice);
  requireEqual("their threads", c->threadStore()->threadsOf(c.alice), {thread.id});
}

}  // namespace

void checkReopening(StorageChecks& checks) {
  checks.run("reopened: calls, participants, jobs, heartbeats and the switch are as before", survives);
  checks.run("reopened: leases and tokens hold", claimsSurvive);
  checks.run("reopened: a job that ran is taken over past its lease", takesOverAfterRestart);
  checks.run("reopened: sequences go on", sequencesGoOn);
  checks.run("reopened: threads, members and names are as before", threadsSurvive);
  checks.run("opened twice: each sees at once what the other has done", seenByOthers);
}

}  // namespace messenger::testing
