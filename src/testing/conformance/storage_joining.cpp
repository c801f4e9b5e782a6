#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void unknownCall(StorageCase& c) {
  Call nowhere;
  nowhere.id = CallId{"nowhere"};
  const JoinOutcome outcome = c.unchangedBy([&] { return c.join(nowhere, c.bob, at(1)); });
  requireEqual("status", outcome.status, JoinStatus::noCall);
  require(!outcome.call && !outcome.participant, "the outcome has neither call nor participant");
}

void firstTime(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ParticipantId id = c.newParticipant();
  const JoinOutcome outcome = c->joinCall({call.id, c.bob, id, at(3), there});
  requireEqual("status", outcome.status, JoinStatus::joined);
  require(outcome.call && outcome.participant, "the outcome has the call and the row");
  const CallParticipant& row = *outcome.participant;
  requireEqual("id", row.id, id);
  requireEqual("call", row.callId, call.id);
  requireEqual("owner", row.owner, c.bob);
  require(row.inCall(), "the user is in the call");
  requireEqual("createdAt", row.createdAt, at(3));
  requireEqual("updatedAt", row.updatedAt, at(3));
  requireEqual("the row when read again", c.participant(call, c.bob), row);
  requireEqual("the call when read again", c.call(call), *outcome.call);
  require(outcome.call->revision > call.revision, "the call's revision has grown");
  const auto heard = c.heard(call, c.bob);
  require(heard && heard->lastHeard == at(3) && heard->heardBy == there, "heard now, by who says so");
}

void twice(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  const JoinOutcome outcome = c.unchangedBy([&] { return c.join(call, c.bob, at(9), there); });
  requireEqual("status", outcome.status, JoinStatus::alreadyIn);
  requireEqual("the participant", outcome.participant, c.participant(call, c.bob));
  requireEqual("the call", outcome.call, c.call(call));
}

void again(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const auto first = c.join(call, c.bob, at(1)).participant;
  const auto left = c.leave(call, c.bob, at(2)).call;
  require(first && left, "a join and a leave");
  const ParticipantId unused = c.newParticipant();
  const JoinOutcome outcome = c->joinCall({call.id, c.bob, unused, at(3), there});
  requireEqual("status", outcome.status, JoinStatus::rejoined);
  CallParticipant expected = *first;
  expected.updatedAt = at(3);
  requireEqual("the row", outcome.participant, expected);
  requireEqual("the row when read again", c.participant(call, c.bob), expected);
  require(!c->findParticipant(unused), "the new row's id is not used");
  require(outcome.call && outcome.call->revision > left->revision, "the call's revision has grown");
  const auto heard = c.heard(call, c.bob);
  require(heard && heard->lastHeard == at(3) && heard->heardBy == there, "heard now, by who says so");
}

void starterComesBack(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.alice, at(2));
  requireEqual("status", c.join(call, c.alice, at(3)).status, JoinStatus::rejoined);
  requireEqual("the number of rows", c->participants(call.id).size(), std::size_t{2});
}

void kicked(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  const JoinOutcome outcome = c.unchangedBy([&] { return c.join(call, c.bob, at(3)); });
  requireEqual("status", outcome.status, JoinStatus::kicked);
  requireEqual("the call", outcome.call, c.call(call));
}

void unkicked(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  c.kick(call, c.alice, c.bob, at(3), /*kicked=*/false);
  requireEqual("status", c.join(call, c.bob, at(4)).status, JoinStatus::rejoined);
  require(c.participant(call, c.bob).inCall(), "the user is in the call");
}

void ended(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.end(call, at(1));
  const JoinOutcome outcome = c.unchangedBy([&] { return c.join(call, c.bob, at(2)); });
  requireEqual("status", outcome.status, JoinStatus::ended);
  requireEqual("the call", outcome.call, c.call(call));
  requireEqual("status of one who was in it", c.join(call, c.alice, at(2)).status, JoinStatus::ended);
  require(!c.participant(call, c.alice).inCall(), "nobody is in an ended call");
}

void endedBeforeKicked(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.kick(call, c.alice, c.bob, at(2));
  c.end(call, at(3));
  requireEqual("status", c.join(call, c.bob, at(4)).status, JoinStatus::ended);
}

void callsAreIndependent(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(0));
  const Call other = c.start("other", c.carol, at(0));
  c.join(one, c.bob, at(1));
  requireEqual("status", c.join(other, c.bob, at(2)).status, JoinStatus::joined);
  c.leave(one, c.bob, at(3));
  require(c.participant(other, c.bob).inCall(), "leaving one call leaves the other alone");
}

void usersAreTypeAndId(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  for (const UserId& who :
       {UserId{"user", "1"}, UserId{"company", "1"}, UserId{"a", "b:c"}, UserId{"a:b", "c"}}) {
    requireEqual("status of " + who.text(), c.join(call, who, at(1)).status, JoinStatus::joined);
  }
  requireEqual("the number of rows", c->participants(call.id).size(), std::size_t{5});
}

}  // namespace

void checkJoining(StorageChecks& checks) {
  checks.run("joinCall: noCall when the call is unknown", unknownCall);
  checks.run("joinCall: gives a new row to who was never in the call, heard now", firstTime);
  checks.run("joinCall: alreadyIn changes nothing", twice);
  checks.run("joinCall: takes the old row of who was in the call before, with leftAt cleared, heard now",
             again);
  checks.run("joinCall: the starter who left comes back into their own row", starterComesBack);
  checks.run("joinCall: a kicked participant is refused, and nothing changes", kicked);
  checks.run("joinCall: who was un-kicked may come back", unkicked);
  checks.run("joinCall: an ended call is refused, and nobody is in it", ended);
  checks.run("joinCall: ended is found before kicked", endedBeforeKicked);
  checks.run("joinCall: one user may be in several calls, each with a row of its own", callsAreIndependent);
  checks.run("joinCall: users differ by type and by id", usersAreTypeAndId);
}

}  // namespace messenger::testing
