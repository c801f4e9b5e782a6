#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

/// The id of the job that is claimed, or "nothing".
std::string claimedId(const std::optional<ClaimedJob>& claimed) {
  return claimed ? claimed->job.id.value() : "nothing";
}

NewJob add(StorageCase& c, std::optional<CallId> call, TimePoint availableAt) {
  NewJob job = c.newJob(JobType::endCalls, std::move(call), availableAt);
  c->addJob(job);
  return job;
}

void stores(StorageCase& c) {
  NewJob job = c.newJob(JobType::endCalls, std::nullopt, at(5));
  job.cutoff = 123456789012345;
  c->addJob(job);
  const auto stored = c.findJob(job.id);
  require(stored.has_value(), "the job is found");
  requireEqual("type", stored->type, JobType::endCalls);
  requireEqual("queue", stored->queue, "calls");
  requireEqual("call", stored->call, std::nullopt);
  requireEqual("cutoff", stored->cutoff, job.cutoff);
  requireEqual("availableAt", stored->availableAt, at(5));
  requireEqual("attempts", stored->attempts, 0);
  require(!stored->parked && !stored->leasedUntil && !stored->lastError, "nobody has run it yet");
}

void claims(StorageCase& c) {
  const NewJob job = add(c, std::nullopt, at(5));
  const auto claimed = c.claim(at(6), at(16));
  require(claimed.has_value(), "the job is claimed");
  requireEqual("id", claimed->job.id, job.id);
  requireEqual("attempts", claimed->job.attempts, 1);
  requireEqual("leasedUntil", claimed->job.leasedUntil, at(16));
  require(claimed->job.token > 0, "its token is more than zero");
  require(!claimed->call && !claimed->beginsCreate, "it has no call");
  requireEqual("the job when read again", c.findJob(job.id), claimed->job);
}

void inOrder(StorageCase& c) {
  const NewJob last = add(c, std::nullopt, at(3));
  const NewJob first = add(c, std::nullopt, at(1));
  const NewJob second = add(c, std::nullopt, at(2));
  const NewJob third = add(c, std::nullopt, at(2));
  for (const NewJob& expected : {first, second, third, last}) {
    requireEqual("the next job", claimedId(c.claim(at(9))), expected.id.value());
  }
  requireEqual("a fifth job", claimedId(c.claim(at(9))), "nothing");
}

void notBeforeTime(StorageCase& c) {
  const NewJob job = add(c, std::nullopt, at(5));
  requireEqual("a job before its time", claimedId(c.claim(at(5) - Duration{1})), "nothing");
  requireEqual("a job at its time", claimedId(c.claim(at(5))), job.id.value());
}

void ofItsQueue(StorageCase& c) {
  NewJob job = c.newJob(JobType::endCalls, std::nullopt, at(1));
  job.queue = "others";
  c->addJob(job);
  requireEqual("a job of another queue", claimedId(c.claim(at(9))), "nothing");
  const ClaimParams byName{"calls", at(9), at(19), job.id, std::nullopt};
  requireEqual("the same by its id", claimedId(c->claimJob(byName)), "nothing");
  const ClaimParams others{"others", at(9), at(19), std::nullopt, std::nullopt};
  requireEqual("the job of its queue", claimedId(c->claimJob(others)), job.id.value());
}

void byId(StorageCase& c) {
  add(c, std::nullopt, at(1));
  const NewJob wanted = add(c, std::nullopt, at(2));
  requireEqual("an unknown job", claimedId(c.claimJob(JobId{"nothing"}, at(9))), "nothing");
  requireEqual("a job before its time", claimedId(c.claimJob(wanted.id, at(1))), "nothing");
  requireEqual("the job asked for", claimedId(c.claimJob(wanted.id, at(9))), wanted.id.value());
  requireEqual("the same once more", claimedId(c.claimJob(wanted.id, at(9))), "nothing");
}

void byCall(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(0));
  const Call other = c.start("other", c.alice, at(0));
  add(c, other.id, at(1));
  const NewJob late = add(c, one.id, at(3));
  const NewJob early = add(c, one.id, at(2));
  const ClaimParams params{"calls", at(9), at(19), std::nullopt, one.id};
  const auto claimed = c->claimJob(params);
  requireEqual("the first job of that call", claimedId(claimed), early.id.value());
  require(claimed->call.has_value(), "it comes with its call");
  requireEqual("its call", *claimed->call, c.call(one));
  c.settle(*claimed, Settlement::Kind::done, at(9));
  requireEqual("the next of that call", claimedId(c->claimJob(params)), late.id.value());
  const ClaimParams nowhere{"calls", at(9), at(19), std::nullopt, CallId{"nowhere"}};
  requireEqual("a job of an unknown call", claimedId(c->claimJob(nowhere)), "nothing");
}

void leaseHolds(StorageCase& c) {
  const NewJob job = add(c, std::nullopt, at(1));
  require(c.claim(at(2), at(12)).has_value(), "the job is claimed");
  requireEqual("a job whose lease holds", claimedId(c.claim(at(12) - Duration{1})), "nothing");
  requireEqual("the same by its id", claimedId(c.claimJob(job.id, at(12) - Duration{1})), "nothing");
}

void takesOver(StorageCase& c) {
  const NewJob job = add(c, std::nullopt, at(1));
  const auto first = c.claim(at(2), at(12));
  const auto second = c.claim(at(13), at(23));
  require(first && second, "the job is claimed, and taken over past its lease");
  requireEqual("id", second->job.id, job.id);
  requireEqual("attempts", second->job.attempts, 2);
  requireEqual("leasedUntil", second->job.leasedUntil, at(23));
  require(second->job.token > first->job.token, "the token has grown");
}

void oneJobOfACallAtATime(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const Call other = c.start("other", c.alice, at(0));
  const NewJob first = add(c, call.id, at(1));
  const NewJob second = add(c, call.id, at(2));
  const NewJob elsewhere = add(c, other.id, at(3));
  const auto claimed = c.claim(at(5), at(15));
  requireEqual("the first", claimedId(claimed), first.id.value());
  requireEqual("the next to it", claimedId(c.claim(at(6))), elsewhere.id.value());
  requireEqual("the second of that call by its id", claimedId(c.claimJob(second.id, at(6))), "nothing");
  c.settle(*claimed, Settlement::Kind::done, at(7));
  requireEqual("the second once the first is done", claimedId(c.claim(at(8))), second.id.value());
}

void waitsForTheLease(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const NewJob first = add(c, call.id, at(1));
  const NewJob second = add(c, call.id, at(2));
  require(c.claim(at(5), at(15)).has_value(), "the first is claimed");
  requireEqual("the second past the lease of the first, by its id", claimedId(c.claimJob(second.id, at(16))),
               second.id.value());
  requireEqual("the first while the second runs", claimedId(c.claimJob(first.id, at(17))), "nothing");
}

void notParked(StorageCase& c) {
  const NewJob job = add(c, std::nullopt, at(1));
  c.settle(c.claim(at(2)).value(), Settlement::Kind::park, at(2));
  requireEqual("a parked job", claimedId(c.claim(at(1000))), "nothing");
  requireEqual("the same by its id", claimedId(c.claimJob(job.id, at(1000))), "nothing");
}

void notesTheIntent(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(1));
  require(claimed.beginsCreate, "the claim begins a create");
  require(claimed.call && claimed.call->roomMayExist,
          "the call that comes with it says that a room may exist");
  const Call stored = c.call(call);
  require(stored.roomMayExist, "it is stored that a room may exist");
  require(stored.revision > call.revision, "the call's revision has grown");
  require(!stored.setupComplete, "the call is not set up yet");
}

void notesItOnEachTry(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob first = c.claimNew(JobType::setupCall, call.id, at(1));
  c.settle(first, Settlement::Kind::retry, at(2));
  const auto second = c.claim(at(2));
  require(second && second->beginsCreate, "a second try begins a create too");
  require(c.call(call).roomMayExist, "a room may exist");
}

void noIntentAfterTheEnd(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.end(call, at(1));
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(2));
  require(!claimed.beginsCreate, "no create begins for a call that has ended");
  require(!c.call(call).roomMayExist, "no room was ever asked for");
}

void noIntentTwice(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob first = c.claimNew(JobType::setupCall, call.id, at(1));
  c->completeSetup({call.id, first.job.id, first.job.token, Room{"id", {}, {}, {}}, at(2), {}});
  require(!c.claimNew(JobType::setupCall, call.id, at(3)).beginsCreate,
          "no create begins for a call that is set up");
}

void noIntentOfOthers(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  require(!c.claimNew(JobType::teardownCall, call.id, at(1)).beginsCreate, "a TeardownCall begins no create");
  require(!c.call(call).roomMayExist, "and stores no intent");
  require(!c.claimNew(JobType::setupCall, std::nullopt, at(1)).beginsCreate,
          "a SetupCall without a call begins no create");
}

void bringsTheRoom(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const ClaimedJob setup = c.claimNew(JobType::setupCall, call.id, at(1));
  const Room room{"id", "pin", "payload", Secret{"hush"}};
  c->completeSetup({call.id, setup.job.id, setup.job.token, room, at(2), {}});
  const ClaimedJob claimed = c.claimNew(JobType::teardownCall, call.id, at(3));
  require(claimed.call && claimed.call->room == room, "the room comes as it was stored, with its secret");
}

}  // namespace

void checkClaiming(StorageChecks& checks) {
  checks.run("addJob: stores a job, available from its time on", stores);
  checks.run("claimJob: counts the attempt, raises the token and leases the job", claims);
  checks.run("claimJob: takes what is available first, then what was stored first", inOrder);
  checks.run("claimJob: takes no job before its time", notBeforeTime);
  checks.run("claimJob: takes jobs of the queue asked for only", ofItsQueue);
  checks.run("claimJob: takes the one job asked for only", byId);
  checks.run("claimJob: takes jobs of the call asked for only, with the call", byCall);
  checks.run("claimJob: takes no job whose lease holds", leaseHolds);
  checks.run("claimJob: takes a job over past its lease, with a higher token", takesOver);
  checks.run("claimJob: takes no job of a call while another of that call has a lease", oneJobOfACallAtATime);
  checks.run("claimJob: takes the next job of a call past the lease of the other", waitsForTheLease);
  checks.run("claimJob: takes no parked job", notParked);
  checks.run("claimJob: stores that a room may exist before a SetupCall is handed out", notesTheIntent);
  checks.run("claimJob: a setup that is tried again begins a create again", notesItOnEachTry);
  checks.run("claimJob: begins no create for a call that has ended", noIntentAfterTheEnd);
  checks.run("claimJob: begins no create for a call that is set up", noIntentTwice);
  checks.run("claimJob: begins no create with other jobs", noIntentOfOthers);
  checks.run("claimJob: the call comes with its room", bringsTheRoom);
}

}  // namespace messenger::testing
