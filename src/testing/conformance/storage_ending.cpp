#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

EndChange ending(const Call& call, TimePoint now) {
  EndChange change;
  change.call = call.id;
  change.now = now;
  return change;
}

Settlement settlementOf(const ClaimedJob& claimed, Settlement::Kind kind) {
  return {claimed.job.id, claimed.job.token, kind, at(500), "it went wrong"};
}

void unknownCall(StorageCase& c) {
  Call nowhere;
  nowhere.id = CallId{"nowhere"};
  const EndOutcome outcome = c.unchangedBy([&] { return c.end(nowhere, at(1)); });
  requireEqual("status", outcome.status, EndStatus::noCall);
  require(!outcome.call && outcome.putOut.empty(), "the outcome is empty");
}

void ends(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  EndChange change = ending(call, at(60));
  change.reason = EndReason::declined;
  change.by = c.bob;
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(61));
  change.onEnd = {teardown};
  const EndOutcome outcome = c->endCall(change);
  requireEqual("status", outcome.status, EndStatus::ended);
  const Call ended = outcome.call.value();
  requireEqual("endedAt", ended.endedAt, at(60));
  requireEqual("the reason", ended.endReason, EndReason::declined);
  requireEqual("who ended it", ended.endedBy, c.bob);
  requireEqual("updatedAt", ended.updatedAt, at(60));
  require(ended.revision > call.revision, "the call's revision has grown");
  requireEqual("the call when read again", c.call(call), ended);
  const auto stored = c.findJob(teardown.id);
  require(stored && stored->createdAt == at(60), "the job is stored");
}

void putsOut(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  for (const UserId& who : {c.bob, c.carol, c.dave}) c.join(call, who, at(1));
  c.leave(call, c.bob, at(2));
  c.kick(call, c.alice, c.dave, at(3));
  const EndOutcome outcome = c.end(call, at(9));
  requireEqual("the number of those put out", outcome.putOut.size(), std::size_t{2});
  for (const CallParticipant& row : outcome.putOut) {
    require(row.owner == c.alice || row.owner == c.carol, "those put out were in the call");
    requireEqual("when they left", row.leftAt, at(9));
    requireEqual("updatedAt", row.updatedAt, at(9));
    require(!row.kicked, "ending kicks nobody");
    requireEqual("the row when read again", c.participant(call, row.owner), row);
  }
  requireEqual("when bob left", c.participant(call, c.bob).leftAt, at(2));
  requireEqual("when dave was kicked", c.participant(call, c.dave).leftAt, at(3));
  require(c.silent().empty(), "nobody is in a call any more");
}

void everyReason(StorageCase& c) {
  for (const EndReason reason :
       {EndReason::hungUp, EndReason::lastLeft, EndReason::inactive, EndReason::declined,
        EndReason::setupFailed, EndReason::maintenance, EndReason::host}) {
    const Call call = c.start("thread", c.alice, at(0));
    EndChange change = ending(call, at(1));
    change.reason = reason;
    c->endCall(change);
    requireEqual("the reason", c.call(call).endReason, reason);
    requireEqual("who ended it", c.call(call).endedBy, std::nullopt);
  }
}

void twice(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.end(call, at(1));
  EndChange change = ending(call, at(2));
  change.reason = EndReason::host;
  change.onEnd = {c.newJob(JobType::teardownCall, call.id, at(2))};
  const EndOutcome outcome = c.unchangedBy([&] { return c->endCall(change); });
  requireEqual("status", outcome.status, EndStatus::alreadyEnded);
  requireEqual("the call", outcome.call, c.call(call));
  require(outcome.putOut.empty(), "nobody is put out twice");
}

void mustBeIn(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.join(call, c.carol, at(1));
  c.leave(call, c.bob, at(2));
  c.kick(call, c.alice, c.carol, at(3));
  for (const UserId& who : {c.bob, c.carol, c.dave}) {
    EndChange change = ending(call, at(4));
    change.mustBeIn = who;
    change.onEnd = {c.newJob(JobType::teardownCall, call.id, at(4))};
    const EndOutcome outcome = c.unchangedBy([&] { return c->endCall(change); });
    requireEqual("status by " + who.text(), outcome.status, EndStatus::actorNotInCall);
    requireEqual("the call", outcome.call, c.call(call));
  }
  EndChange change = ending(call, at(4));
  change.mustBeIn = c.alice;
  requireEqual("status by one who is in it", c->endCall(change).status, EndStatus::ended);
}

void mustBeOut(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.bob, at(2));
  for (const UserId& who : {c.alice, c.bob}) {
    EndChange change = ending(call, at(4));
    change.mustBeOut = who;
    const EndOutcome outcome = c.unchangedBy([&] { return c->endCall(change); });
    requireEqual("status by " + who.text(), outcome.status, EndStatus::actorHasJoined);
    requireEqual("the call", outcome.call, c.call(call));
  }
  EndChange change = ending(call, at(4));
  change.mustBeOut = c.carol;
  requireEqual("status by one who never joined", c->endCall(change).status, EndStatus::ended);
}

void lostJob(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  EndChange change = ending(call, at(2));
  change.onEnd = {c.newJob(JobType::teardownCall, call.id, at(2))};
  change.settles = settlementOf(claimed, Settlement::Kind::done);
  ++change.settles->token;
  requireEqual("status with a token never given", c.unchangedBy([&] { return c->endCall(change); }).status,
               EndStatus::lostJob);
  require(c.claimJob(claimed.job.id, at(100)).has_value(), "the job is taken over");
  --change.settles->token;
  const EndOutcome outcome = c.unchangedBy([&] { return c->endCall(change); });
  requireEqual("status with the token of the claim that was lost", outcome.status, EndStatus::lostJob);
  requireEqual("the call", outcome.call, c.call(call));
}

void settlesDone(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  EndChange change = ending(call, at(2));
  change.settles = settlementOf(claimed, Settlement::Kind::done);
  requireEqual("status", c->endCall(change).status, EndStatus::ended);
  require(!c.findJob(claimed.job.id), "the job is gone");
}

void settlesPark(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  EndChange change = ending(call, at(2));
  change.settles = settlementOf(claimed, Settlement::Kind::park);
  requireEqual("status", c->endCall(change).status, EndStatus::ended);
  const auto job = c.findJob(claimed.job.id);
  require(job && job->parked && !job->leasedUntil, "the job is parked and not leased");
  requireEqual("its error", job->lastError, "it went wrong");
}

void settlesNothingWhenRefused(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  EndChange change = ending(call, at(2));
  change.settles = settlementOf(claimed, Settlement::Kind::done);
  change.mustBeIn = c.bob;
  c.unchangedBy([&] { return c->endCall(change); });
  c.end(call, at(3));
  c.unchangedBy([&] { return c->endCall(change); });
}

void order(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  EndChange change = ending(call, at(1));
  change.mustBeIn = c.bob;
  change.mustBeOut = c.alice;
  change.settles = Settlement{JobId{"nothing"}, 1, Settlement::Kind::done, at(1), {}};
  requireEqual("the first finding", c->endCall(change).status, EndStatus::actorNotInCall);
  change.mustBeIn.reset();
  requireEqual("the second finding", c->endCall(change).status, EndStatus::actorHasJoined);
  change.mustBeOut.reset();
  requireEqual("the third finding", c->endCall(change).status, EndStatus::lostJob);
  c.end(call, at(2));
  change.mustBeIn = c.bob;
  requireEqual("the finding once it has ended", c->endCall(change).status, EndStatus::alreadyEnded);
}

}  // namespace

void checkEnding(StorageChecks& checks) {
  checks.run("endCall: noCall when the call is unknown", unknownCall);
  checks.run("endCall: stores when, why and by whom, and the jobs given", ends);
  checks.run("endCall: everyone in the call is out, now; who was out before stays as they were", putsOut);
  checks.run("endCall: every reason is stored as it is", everyReason);
  checks.run("endCall: a call ends once; the second end changes nothing", twice);
  checks.run("endCall: mustBeIn holds for who is in the call and not kicked", mustBeIn);
  checks.run("endCall: mustBeOut holds for who never had a row in the call", mustBeOut);
  checks.run("endCall: lostJob when the token of the settlement no longer holds, and nothing changes",
             lostJob);
  checks.run("endCall: a job that is done with it goes in the same step", settlesDone);
  checks.run("endCall: a job that is given up with it is parked in the same step", settlesPark);
  checks.run("endCall: settles nothing when it is refused", settlesNothingWhenRefused);
  checks.run("endCall: finds alreadyEnded, actorNotInCall, actorHasJoined, lostJob in this order", order);
}

}  // namespace messenger::testing
