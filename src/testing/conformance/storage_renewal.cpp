#include "testing/conformance/crowd.hpp"
#include "testing/conformance/storage_case.hpp"

#include <atomic>

namespace messenger::testing {
namespace {

SetupChange setting(const ClaimedJob& claimed, const Room& room, TimePoint now) {
  return {claimed.job.call.value(), claimed.job.id, claimed.job.token, room, now, {}};
}

Room firstRoom() {
  return {"room-1", "4711", "payload", Secret{"hush"}};
}

/// Active, with its setup done at second 2.
Call withRoom(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c->completeSetup(setting(c.claimNew(JobType::setupCall, call.id, at(1)), firstRoom(), at(2)));
  return c.call(call);
}

RenewChange renewing(StorageCase& c, const Call& call, TimePoint now) {
  return {call.id, now, c.newJob(JobType::setupCall, call.id, now)};
}

void renews(StorageCase& c) {
  const Call call = withRoom(c);
  const RenewChange change = renewing(c, call, at(3));
  const RenewOutcome outcome = c->renewRoom(change);
  requireEqual("status", outcome.status, RenewStatus::renewed);
  const Call after = c.call(call);
  requireEqual("the call", outcome.call, after);
  require(after.active() && !after.setupComplete && !after.room, "the call is active and not set up");
  require(after.roomMayExist, "what may be left of the room is not forgotten");
  requireEqual("updatedAt", after.updatedAt, at(3));
  require(after.revision > call.revision, "the call's revision has grown");
  requireEqual("how many jobs there are", c.jobs().size(), std::size_t{1});
  require(c.findJob(change.setup.id).has_value(), "the setup is stored");
}

void setsUpAgain(StorageCase& c) {
  const Call call = withRoom(c);
  c->renewRoom(renewing(c, call, at(3)));
  const auto claimed = c.claim(at(4));
  require(claimed && claimed->beginsCreate, "the setup makes a room");
  const Room second{"room-2", std::nullopt, std::nullopt, Secret{"hist"}};
  requireEqual("status", c->completeSetup(setting(*claimed, second, at(5))).status, SetupStatus::recorded);
  const Call after = c.call(call);
  require(after.setupComplete && after.room == second,
          "the new room is recorded, and nothing of the old one");
  require(c.jobs().empty(), "the job is done");
}

void renewsAgain(StorageCase& c) {
  const Call call = withRoom(c);
  c->renewRoom(renewing(c, call, at(3)));
  const RenewChange second = renewing(c, call, at(4));
  const RenewOutcome outcome = c.unchangedBy([&] { return c->renewRoom(second); });
  requireEqual("status", outcome.status, RenewStatus::notSetUp);
  requireEqual("the call", outcome.call, c.call(call));
}

void waitsForSetup(StorageCase& c) {
  const Call call = withRoom(c);
  const NewJob job = c.newJob(JobType::setupCall, call.id, at(3));
  c->addJob(job);
  const RenewChange change = renewing(c, call, at(3));
  requireEqual("status while a setup waits", c.unchangedBy([&] { return c->renewRoom(change); }).status,
               RenewStatus::waiting);
  const auto claimed = c.claimJob(job.id, at(4));
  require(claimed.has_value(), "the setup is claimed");
  requireEqual("status while it runs", c.unchangedBy([&] { return c->renewRoom(change); }).status,
               RenewStatus::waiting);
  c.settle(*claimed, Settlement::Kind::park, at(5));
  requireEqual("status once it is parked", c->renewRoom(change).status, RenewStatus::renewed);
}

void passesOverOthers(StorageCase& c) {
  const Call call = withRoom(c);
  const Call other = c.start("another thread", c.bob, at(3));
  c->addJob(c.newJob(JobType::setupCall, other.id, at(3)));
  c->addJob(c.newJob(JobType::teardownCall, call.id, at(3)));
  requireEqual("status", c->renewRoom(renewing(c, call, at(4))).status, RenewStatus::renewed);
}

void leavesOthers(StorageCase& c) {
  const Call ended = withRoom(c);
  c.end(ended, at(3));
  const RenewChange late = renewing(c, ended, at(4));
  const RenewOutcome outcome = c.unchangedBy([&] { return c->renewRoom(late); });
  requireEqual("status of an ended call", outcome.status, RenewStatus::ended);
  requireEqual("the call", outcome.call, c.call(ended));
  const Call fresh = c.start("thread", c.alice, at(5));
  const RenewChange early = renewing(c, fresh, at(6));
  requireEqual("status of a call that never had a room",
               c.unchangedBy([&] { return c->renewRoom(early); }).status, RenewStatus::notSetUp);
  RenewChange nowhere = renewing(c, fresh, at(7));
  nowhere.call = CallId{"nowhere"};
  requireEqual("status of an unknown call", c.unchangedBy([&] { return c->renewRoom(nowhere); }).status,
               RenewStatus::noCall);
}

void onlyOnce(StorageCase& c) {
  const Call call = withRoom(c);
  std::vector<RenewChange> changes;
  changes.reserve(16);
  for (int i = 0; i < 16; ++i) changes.push_back(renewing(c, call, at(3)));
  std::atomic<std::size_t> renewed{0};
  crowd(changes.size(), [&](std::size_t i) {
    if (c->renewRoom(changes[i]).status == RenewStatus::renewed) ++renewed;
  });
  requireEqual("how many renewed it", renewed.load(), std::size_t{1});
  requireEqual("how many jobs there are", c.jobs().size(), std::size_t{1});
}

}  // namespace

void checkRenewal(StorageChecks& checks) {
  checks.run("renewRoom: clears the room and setupComplete together, and stores the setup", renews);
  checks.run("renewRoom: the setup that follows records the new room", setsUpAgain);
  checks.run("renewRoom: once renewed it is not set up, and nothing changes", renewsAgain);
  checks.run("renewRoom: leaves alone a call whose setup waits or runs, but not one whose setup is parked",
             waitsForSetup);
  checks.run("renewRoom: jobs of another type or call do not stand in its way", passesOverOthers);
  checks.run("renewRoom: changes nothing of calls that ended, were never set up, or are unknown",
             leavesOthers);
  checks.run("at once: 16 renewals of one call store one setup", onlyOnce);
}

}  // namespace messenger::testing
