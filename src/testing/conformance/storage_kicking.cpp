#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

/// A call with alice, bob and carol in it.
Call threeInCall(StorageCase& c) {
  Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.join(call, c.carol, at(2));
  return call;
}

void unknownCall(StorageCase& c) {
  const Call call = threeInCall(c);
  KickChange change{CallId{"nowhere"}, c.alice, c.participant(call, c.bob).id, true, at(3), {}};
  const KickOutcome outcome = c.unchangedBy([&] { return c->setKicked(change); });
  requireEqual("status", outcome.status, KickStatus::noCall);
  require(!outcome.call && !outcome.participant && !outcome.endedCall, "the outcome is empty");
}

void kicks(StorageCase& c) {
  const Call call = threeInCall(c);
  CallParticipant expected = c.participant(call, c.bob);
  const std::int64_t revision = c.call(call).revision;
  const KickOutcome outcome = c.kick(call, c.alice, c.bob, at(5));
  requireEqual("status", outcome.status, KickStatus::changed);
  require(!outcome.endedCall, "the call goes on");
  expected.kicked = true;
  expected.leftAt = at(5);
  expected.updatedAt = at(5);
  requireEqual("the row", outcome.participant, expected);
  requireEqual("the row when read again", c.participant(call, c.bob), expected);
  requireEqual("the call when read again", c.call(call), outcome.call.value());
  require(outcome.call->active() && outcome.call->revision > revision, "the call's revision has grown");
  require(c.participant(call, c.carol).inCall(), "others stay in the call");
  require(!c.heard(call, c.bob), "who was kicked is not among those heard in a call");
}

void kicksWhoLeft(StorageCase& c) {
  const Call call = threeInCall(c);
  c.leave(call, c.bob, at(3));
  const KickOutcome outcome = c.kick(call, c.alice, c.bob, at(5));
  requireEqual("status", outcome.status, KickStatus::changed);
  requireEqual("when they left", outcome.participant.value().leftAt, at(3));
  require(outcome.participant->kicked, "the row says kicked");
  requireEqual("updatedAt", outcome.participant->updatedAt, at(5));
}

void unkicks(StorageCase& c) {
  const Call call = threeInCall(c);
  c.kick(call, c.alice, c.bob, at(4));
  const std::int64_t revision = c.call(call).revision;
  const KickOutcome outcome = c.kick(call, c.alice, c.bob, at(5), /*kicked=*/false);
  requireEqual("status", outcome.status, KickStatus::changed);
  const CallParticipant& row = outcome.participant.value();
  require(!row.kicked, "the flag is cleared");
  requireEqual("when they left", row.leftAt, at(4));
  require(!row.inCall(), "un-kicking does not bring anybody back");
  requireEqual("updatedAt", row.updatedAt, at(5));
  require(outcome.call.value().revision > revision, "the call's revision has grown");
}

void unchanged(StorageCase& c) {
  const Call call = threeInCall(c);
  const KickOutcome notKicked =
      c.unchangedBy([&] { return c.kick(call, c.alice, c.bob, at(4), /*kicked=*/false); });
  requireEqual("status of an un-kick of who is not kicked", notKicked.status, KickStatus::unchanged);
  requireEqual("the row", notKicked.participant, c.participant(call, c.bob));
  c.kick(call, c.alice, c.bob, at(5));
  const KickOutcome outcome = c.unchangedBy([&] { return c.kick(call, c.alice, c.bob, at(6)); });
  requireEqual("status of a second kick", outcome.status, KickStatus::unchanged);
  requireEqual("the row", outcome.participant, c.participant(call, c.bob));
  requireEqual("the call", outcome.call, c.call(call));
}

void lastOne(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.bob, at(2));
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(9));
  const KickOutcome outcome =
      c->setKicked({call.id, c.alice, c.participant(call, c.alice).id, true, at(5), {teardown}});
  requireEqual("status", outcome.status, KickStatus::changed);
  require(outcome.endedCall, "the outcome says that the call ended");
  requireEqual("endedAt", outcome.call.value().endedAt, at(5));
  requireEqual("the reason", outcome.call->endReason, EndReason::lastLeft);
  require(outcome.participant.value().kicked, "the row says kicked");
  requireEqual("when they left", outcome.participant->leftAt, at(5));
  requireEqual("the call when read again", c.call(call), *outcome.call);
  require(c.findJob(teardown.id).has_value(), "the job is stored");
}

void jobsOnlyAtTheEnd(StorageCase& c) {
  const Call call = threeInCall(c);
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(9));
  c->setKicked({call.id, c.alice, c.participant(call, c.bob).id, true, at(5), {teardown}});
  require(c.jobs().empty(), "the jobs of an end are not stored when nothing ends");
}

void actorMustBeIn(StorageCase& c) {
  const Call call = threeInCall(c);
  const auto statusBy = [&](const UserId& actor) {
    return c.unchangedBy([&] { return c.kick(call, actor, c.carol, at(9)); }).status;
  };
  requireEqual("status by a stranger", statusBy(c.dave), KickStatus::actorNotInCall);
  c.leave(call, c.bob, at(3));
  requireEqual("status by one who left", statusBy(c.bob), KickStatus::actorNotInCall);
  c.join(call, c.bob, at(4));
  c.kick(call, c.alice, c.bob, at(5));
  requireEqual("status by one who was kicked", statusBy(c.bob), KickStatus::actorNotInCall);
}

void noParticipant(StorageCase& c) {
  const Call call = threeInCall(c);
  const Call other = c.start("other", c.dave, at(3));
  const auto statusOf = [&](const ParticipantId& whom) {
    const KickOutcome outcome = c.unchangedBy([&] {
      return c->setKicked({call.id, c.alice, whom, true, at(9), {}});
    });
    requireEqual("the call", outcome.call, c.call(call));
    return outcome.status;
  };
  requireEqual("status of an unknown one", statusOf(ParticipantId{"nobody"}), KickStatus::noParticipant);
  requireEqual("status of one of another call", statusOf(c.participant(other, c.dave).id),
               KickStatus::noParticipant);
}

void order(StorageCase& c) {
  const Call call = threeInCall(c);
  requireEqual("status by a stranger, of an unknown one",
               c->setKicked({call.id, c.dave, ParticipantId{"nobody"}, true, at(3), {}}).status,
               KickStatus::actorNotInCall);
  c.end(call, at(4));
  const KickOutcome outcome = c.unchangedBy([&] { return c.kick(call, c.alice, c.bob, at(5)); });
  requireEqual("status in an ended call", outcome.status, KickStatus::ended);
  requireEqual("the call", outcome.call, c.call(call));
}

}  // namespace

void checkKicking(StorageChecks& checks) {
  checks.run("setKicked: noCall when the call is unknown", unknownCall);
  checks.run("setKicked: a kick sets the flag and takes the participant out", kicks);
  checks.run("setKicked: a kick of who has left keeps when they left", kicksWhoLeft);
  checks.run("setKicked: an un-kick clears the flag and nothing else", unkicks);
  checks.run("setKicked: unchanged when the flag is as wanted, and nothing changes", unchanged);
  checks.run("setKicked: kicking the last one in the call ends it, with the jobs given", lastOne);
  checks.run("setKicked: the jobs of an end are stored only when the call ends", jobsOnlyAtTheEnd);
  checks.run("setKicked: the actor must be in the call and not kicked", actorMustBeIn);
  checks.run("setKicked: the participant must be one of this call", noParticipant);
  checks.run("setKicked: finds ended, then actorNotInCall, then noParticipant", order);
}

}  // namespace messenger::testing
