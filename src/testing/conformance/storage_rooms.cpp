#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

Room fullRoom() {
  return {"room-1", "4711", R"({"answer":42,"text":"ümlaut ☎ 'quoted'"})", Secret{"hush"}};
}

SetupChange setting(const ClaimedJob& claimed, TimePoint now) {
  return {claimed.job.call.value(), claimed.job.id, claimed.job.token, fullRoom(), now, {}};
}

TeardownChange tearing(const ClaimedJob& claimed, TimePoint now) {
  return {claimed.job.call.value(), claimed.job.id, claimed.job.token, now};
}

/// Ended, with its setup done.
Call endedWithRoom(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c->completeSetup(setting(c.claimNew(JobType::setupCall, call.id, at(1)), at(2)));
  c.end(call, at(3));
  return c.call(call);
}

void records(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  const std::int64_t revision = c.call(call).revision;
  SetupChange change = setting(claimed, at(2));
  change.ifLate = {c.newJob(JobType::teardownCall, call.id, at(2))};
  const SetupOutcome outcome = c->completeSetup(change);
  requireEqual("status", outcome.status, SetupStatus::recorded);
  const Call after = c.call(call);
  requireEqual("the call", outcome.call, after);
  require(after.setupComplete && after.active(), "the call is set up and active");
  require(after.roomMayExist, "a room exists");
  require(after.room == fullRoom(), "the room comes back as it was, with its secret");
  requireEqual("updatedAt", after.updatedAt, at(2));
  require(after.revision > revision, "the call's revision has grown");
  require(c.jobs().empty(), "the job is done, and nothing was late");
}

void recordsSparseRooms(StorageCase& c) {
  for (const Room& room : {Room{}, Room{"", "", "", Secret{""}}, Room{"id", {}, {}, {}}}) {
    const Call call = c.start("thread", c.alice, at(0));
    SetupChange change = setting(c.claimNew(JobType::setupCall, call.id, at(1)), at(2));
    change.room = room;
    requireEqual("status", c->completeSetup(change).status, SetupStatus::recorded);
    const Room stored = c.call(call).room.value_or(Room{});
    require(stored == room, "what is missing and what is empty come back as they were");
    c.end(call, at(3));
  }
}

void recordsAfterTheEnd(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  c.end(call, at(2));
  const SetupOutcome outcome = c->completeSetup(setting(claimed, at(3)));
  requireEqual("status", outcome.status, SetupStatus::recorded);
  const Call after = c.call(call);
  require(after.setupComplete && after.room == fullRoom(), "setupComplete and the room appear together");
  requireEqual("endedAt", after.endedAt, at(2));
  require(after.roomMayExist && !after.teardownComplete, "the room is yet to go");
  require(!c.findJob(claimed.job.id), "the job is done");
}

void losesWhileActive(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  require(c.claimJob(claimed.job.id, at(100)).has_value(), "the job is taken over");
  SetupChange change = setting(claimed, at(101));
  change.ifLate = {c.newJob(JobType::teardownCall, call.id, at(101))};
  const SetupOutcome outcome = c.unchangedBy([&] { return c->completeSetup(change); });
  requireEqual("status", outcome.status, SetupStatus::lost);
  requireEqual("the call", outcome.call, c.call(call));
}

void comesTooLate(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob lost = c.claimNew(JobType::setupCall, call.id, at(1));
  const auto taken = c.claimJob(lost.job.id, at(100));
  require(taken.has_value(), "the job is taken over");
  c.end(call, at(101));
  c.settle(*taken, Settlement::Kind::done, at(101));
  requireEqual(
      "the teardown",
      c->completeTeardown(tearing(c.claimNew(JobType::teardownCall, call.id, at(102)), at(103))).status,
      TeardownStatus::tornDown);
  const std::int64_t revision = c.call(call).revision;
  SetupChange change = setting(lost, at(104));
  const NewJob teardown = c.newJob(JobType::teardownCall, call.id, at(105));
  change.ifLate = {teardown};
  const SetupOutcome outcome = c->completeSetup(change);
  requireEqual("status", outcome.status, SetupStatus::lateRoom);
  const Call after = c.call(call);
  requireEqual("the call", outcome.call, after);
  require(after.roomMayExist, "it is noted that a room may exist");
  require(!after.setupComplete, "the call is not set up");
  require(after.revision > revision, "the call's revision has grown");
  const auto stored = c.findJob(teardown.id);
  require(stored && stored->availableAt == at(105), "the job that destroys the room is stored");
}

void comesAfterTheTeardown(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob slow = c.claimNew(JobType::setupCall, call.id, at(1));
  c.end(call, at(2));
  // The lease is over, nobody has taken the setup over, and the teardown has come and gone.
  const ClaimedJob teardown = c.claimNew(JobType::teardownCall, call.id, at(100));
  c->completeTeardown(tearing(teardown, at(101)));
  SetupChange change = setting(slow, at(102));
  const NewJob second = c.newJob(JobType::teardownCall, call.id, at(102));
  change.ifLate = {second};
  c->completeSetup(change);
  require(c.call(call).roomMayExist, "it is noted that a room may exist");
  require(c.findJob(second.id).has_value(), "the job that destroys the room is stored");
  require(!c.findJob(slow.job.id), "the setup is done with");
}

void setsUpUnknown(StorageCase& c) {
  const SetupChange change{CallId{"nowhere"}, JobId{"nothing"}, 1, fullRoom(), at(1), {}};
  const SetupOutcome outcome = c.unchangedBy([&] { return c->completeSetup(change); });
  requireEqual("status", outcome.status, SetupStatus::lost);
  require(!outcome.call, "there is no call");
}

void tearsDown(StorageCase& c) {
  const Call call = endedWithRoom(c);
  const ClaimedJob claimed = c.claimNew(JobType::teardownCall, call.id, at(4));
  const TeardownOutcome outcome = c->completeTeardown(tearing(claimed, at(5)));
  requireEqual("status", outcome.status, TeardownStatus::tornDown);
  const Call after = c.call(call);
  requireEqual("the call", outcome.call, after);
  require(after.teardownComplete && !after.roomMayExist, "the room is gone");
  requireEqual("endedAt", after.endedAt, at(3));
  requireEqual("updatedAt", after.updatedAt, at(5));
  require(after.revision > call.revision, "the call's revision has grown");
  require(c.jobs().empty(), "the job is done");
}

void tearsDownAgain(StorageCase& c) {
  const Call call = endedWithRoom(c);
  c->completeTeardown(tearing(c.claimNew(JobType::teardownCall, call.id, at(4)), at(5)));
  const ClaimedJob second = c.claimNew(JobType::teardownCall, call.id, at(6));
  const TeardownOutcome outcome = c->completeTeardown(tearing(second, at(7)));
  requireEqual("status", outcome.status, TeardownStatus::again);
  require(c.call(call).teardownComplete && !c.call(call).roomMayExist, "the room is gone");
  require(c.jobs().empty(), "the job is done");
}

void losesTeardown(StorageCase& c) {
  const Call call = endedWithRoom(c);
  const ClaimedJob claimed = c.claimNew(JobType::teardownCall, call.id, at(4));
  require(c.claimJob(claimed.job.id, at(100)).has_value(), "the job is taken over");
  const TeardownOutcome outcome =
      c.unchangedBy([&] { return c->completeTeardown(tearing(claimed, at(101))); });
  requireEqual("status", outcome.status, TeardownStatus::lost);
  requireEqual("the call", outcome.call, c.call(call));
  TeardownChange nowhere = tearing(claimed, at(101));
  nowhere.call = CallId{"nowhere"};
  requireEqual("status of an unknown call", c->completeTeardown(nowhere).status, TeardownStatus::lost);
}

void guardsRevision(StorageCase& c) {
  const Call call = endedWithRoom(c);
  const ClaimedJob claimed = c.claimNew(JobType::teardownCall, call.id, at(4));
  TeardownChange change = tearing(claimed, at(5));
  change.revision = call.revision - 1;
  const TeardownOutcome outcome = c.unchangedBy([&] { return c->completeTeardown(change); });
  requireEqual("status when the call has changed", outcome.status, TeardownStatus::lost);
  requireEqual("the call", outcome.call, c.call(call));
  change.revision = c.call(call).revision;
  requireEqual("status when it has not", c->completeTeardown(change).status, TeardownStatus::tornDown);
}

void sparesActive(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c->completeSetup(setting(c.claimNew(JobType::setupCall, call.id, at(1)), at(2)));
  const ClaimedJob claimed = c.claimNew(JobType::teardownCall, call.id, at(3));
  const TeardownOutcome outcome = c->completeTeardown(tearing(claimed, at(4)));
  require(outcome.status != TeardownStatus::tornDown, "an active call is not torn down");
  require(!c.call(call).teardownComplete && c.call(call).roomMayExist, "its room stays");
}

}  // namespace

void checkSetup(StorageChecks& checks) {
  checks.run("completeSetup: records the room and setupComplete together, the job done", records);
  checks.run("completeSetup: details that are missing and details that are empty stay apart",
             recordsSparseRooms);
  checks.run("completeSetup: records the room also when the call has ended meanwhile", recordsAfterTheEnd);
  checks.run("completeSetup: lost when the token no longer holds, and nothing changes", losesWhileActive);
  checks.run("completeSetup: a lost claim's room of an ended call gets a job that destroys it", comesTooLate);
  checks.run("completeSetup: a room that comes after the teardown is not forgotten", comesAfterTheTeardown);
  checks.run("completeSetup: lost when the call is unknown", setsUpUnknown);
}

void checkTeardown(StorageChecks& checks) {
  checks.run("completeTeardown: records that the room is gone, the job done", tearsDown);
  checks.run("completeTeardown: again when it was recorded before; the job is done all the same",
             tearsDownAgain);
  checks.run("completeTeardown: lost when the token no longer holds, and nothing changes", losesTeardown);
  checks.run("completeTeardown: lost when the call has changed since the revision given, and nothing changes",
             guardsRevision);
  checks.run("completeTeardown: does not touch the room of an active call", sparesActive);
}

}  // namespace messenger::testing
