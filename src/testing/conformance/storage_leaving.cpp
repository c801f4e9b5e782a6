#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void unknownCall(StorageCase& c) {
  Call nowhere;
  nowhere.id = CallId{"nowhere"};
  const LeaveOutcome outcome = c.unchangedBy([&] { return c.leave(nowhere, c.bob, at(1)); });
  requireEqual("status", outcome.status, LeaveStatus::noCall);
  require(!outcome.call && !outcome.participant && !outcome.endedCall, "the outcome is empty");
}

void oneOfSeveral(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const auto joined = c.join(call, c.bob, at(1));
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(2));
  const LeaveOutcome outcome = c.leave(call, c.bob, at(2), {teardown});
  requireEqual("status", outcome.status, LeaveStatus::left);
  require(!outcome.endedCall, "the call goes on");
  CallParticipant expected = joined.participant.value();
  expected.leftAt = at(2);
  expected.updatedAt = at(2);
  requireEqual("the row", outcome.participant, expected);
  requireEqual("the row when read again", c.participant(call, c.bob), expected);
  requireEqual("the call when read again", c.call(call), outcome.call.value());
  require(outcome.call->active(), "the call is active");
  require(outcome.call->revision > joined.call->revision, "the call's revision has grown");
  require(c.jobs().empty(), "the jobs of an end are not stored when nothing ends");
  require(!c.heard(call, c.bob), "who has left is not among those heard in a call");
}

void lastOne(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.alice, at(2));
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(9));
  const LeaveOutcome outcome = c->leaveCall({call.id, c.bob, at(3), EndReason::inactive, {teardown}});
  requireEqual("status", outcome.status, LeaveStatus::left);
  require(outcome.endedCall, "the outcome says that the call ended");
  const Call ended = outcome.call.value();
  requireEqual("endedAt", ended.endedAt, at(3));
  requireEqual("the reason", ended.endReason, EndReason::inactive);
  requireEqual("who ended it", ended.endedBy, std::nullopt);
  requireEqual("updatedAt", ended.updatedAt, at(3));
  requireEqual("the call when read again", c.call(call), ended);
  requireEqual("when the last one left", outcome.participant.value().leftAt, at(3));
  requireEqual("when the one before left", c.participant(call, c.alice).leftAt, at(2));
  const auto stored = c.findJob(teardown.id);
  require(stored && stored->createdAt == at(3) && stored->availableAt == at(9), "the job is stored");
  requireEqual("a new start", c.tryStart("thread", c.alice, at(3)).status, StartStatus::started);
}

void lastAfterKick(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  require(c.leave(call, c.alice, at(3)).endedCall, "kicked ones do not keep a call going");
}

void backAndStays(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.bob, at(2));
  c.join(call, c.bob, at(3));
  require(!c.leave(call, c.alice, at(4)).endedCall, "who has come back keeps the call going");
  require(c.leave(call, c.bob, at(5)).endedCall, "the last one ends it");
}

void neverJoined(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const LeaveOutcome outcome = c.unchangedBy([&] { return c.leave(call, c.bob, at(1)); });
  requireEqual("status", outcome.status, LeaveStatus::notInCall);
  requireEqual("the call", outcome.call, c.call(call));
  require(!outcome.participant, "there is no row");
}

void leftBefore(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.bob, at(2));
  const LeaveOutcome outcome = c.unchangedBy([&] { return c.leave(call, c.bob, at(3)); });
  requireEqual("status", outcome.status, LeaveStatus::notInCall);
  requireEqual("the row", outcome.participant, c.participant(call, c.bob));
}

void kicked(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  const LeaveOutcome outcome = c.unchangedBy([&] { return c.leave(call, c.bob, at(3)); });
  requireEqual("status", outcome.status, LeaveStatus::notInCall);
  require(outcome.participant && outcome.participant->kicked, "the row says that the user is kicked");
}

void ended(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.end(call, at(1));
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(2));
  const LeaveOutcome outcome = c.unchangedBy([&] { return c.leave(call, c.alice, at(2), {teardown}); });
  requireEqual("status", outcome.status, LeaveStatus::ended);
  require(!outcome.endedCall, "it was not this that ended it");
  requireEqual("the call", outcome.call, c.call(call));
  requireEqual("the row", outcome.participant, c.participant(call, c.alice));
  requireEqual("status of a stranger", c.leave(call, c.bob, at(2)).status, LeaveStatus::ended);
}

}  // namespace

void checkLeaving(StorageChecks& checks) {
  checks.run("leaveCall: noCall when the call is unknown", unknownCall);
  checks.run("leaveCall: takes the user out; the call goes on while others are in it", oneOfSeveral);
  checks.run("leaveCall: the last one ends the call, with the reason and the jobs given", lastOne);
  checks.run("leaveCall: the last one ends the call though others were kicked", lastAfterKick);
  checks.run("leaveCall: who left and came back counts as in the call", backAndStays);
  checks.run("leaveCall: notInCall for who was never in it, and nothing changes", neverJoined);
  checks.run("leaveCall: notInCall for who has left before; when they left stays as it was", leftBefore);
  checks.run("leaveCall: notInCall for who was kicked", kicked);
  checks.run("leaveCall: ended is found before notInCall, and changes nothing", ended);
}

}  // namespace messenger::testing
