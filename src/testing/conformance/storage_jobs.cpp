#include <chrono>
#include <string_view>

#include "support/wake_up.hpp"
#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

using Kind = Settlement::Kind;

NewJob add(StorageCase& c, JobType type, std::optional<CallId> call, std::int64_t availableAt) {
  NewJob job = c.newJob(type, std::move(call), availableAt);
  c.jobs().add(job);
  return job;
}

void stores(StorageCase& c) {
  NewJob job = c.newJob(JobType::endCalls, std::nullopt, 5);
  job.cutoff = 42;
  job.mediaId = Secret{"the session's"};
  c.jobs().add(job);
  const Job stored = c.waiting().at(0);
  requireEqual("id", stored.id, job.id);
  requireEqual("type", stored.type, job.type);
  requireEqual("queue", stored.queue, queue);
  requireEqual("cutoff", stored.cutoff, job.cutoff);
  require(stored.mediaId == job.mediaId, "the media id");
  requireEqual("availableAt", stored.availableAt, t(5));
  requireEqual("attempts", stored.attempts, 0);
  require(!stored.call && !stored.leasedUntil && !stored.failed && !stored.lastError, "nothing else");
  c.requireRefused("a taken id", [&] { c.jobs().add(job); });
}

void firstAvailable(StorageCase& c) {
  const NewJob late = add(c, JobType::endCalls, std::nullopt, 3);
  const NewJob early = add(c, JobType::endCalls, std::nullopt, 1);
  const NewJob same = add(c, JobType::endCalls, std::nullopt, 1);
  require(!c.claim(0), "none is available yet");
  requireEqual("the earliest", c.claim(1).value().job.id, early.id);
  requireEqual("then in the order of storing", c.claim(3).value().job.id, same.id);
  requireEqual("then the late one", c.claim(3).value().job.id, late.id);
  require(!c.claim(3), "all are leased");
}

void claims(StorageCase& c) {
  add(c, JobType::endCalls, std::nullopt, 0);
  const Job job = c.claim(5, 10).value().job;
  requireEqual("attempts", job.attempts, 1);
  requireEqual("leasedUntil", job.leasedUntil, t(15));
  requireEqual("the job when read again", c.waiting().at(0), job);
  require(!c.claim(14), "a lease holds");
  const Job again = c.claim(15).value().job;
  requireEqual("attempts of the next claim", again.attempts, 2);
  require(again.token > job.token, "the token has grown");
}

void otherQueues(StorageCase& c) {
  add(c, JobType::endCalls, std::nullopt, 0);
  require(!c.jobs().claim({"other", t(9), t(19), at(9), std::nullopt, std::nullopt}),
          "another queue has none");
}

void leastUrgent(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const NewJob setup = add(c, JobType::setupCall, call, 0);
  const NewJob teardown = add(c, JobType::teardownCall, c.start("other", c.alice, 0), 1);
  const NewJob sweep = add(c, JobType::checkCallsActivity, std::nullopt, 2);
  const NewJob last = add(c, JobType::endCalls, std::nullopt, 3);
  const auto claim = [&](std::int64_t now, JobClass least, std::optional<JobId> job = std::nullopt,
                         std::optional<CallId> of = std::nullopt) {
    return c.jobs().claim({queue, t(now), t(99), at(now), std::move(job), std::move(of), least});
  };
  require(!claim(0, JobClass::teardown) && !claim(1, JobClass::sweep), "no job is urgent enough");
  require(!claim(9, JobClass::teardown, setup.id), "not by its id either");
  require(!claim(9, JobClass::sweep, std::nullopt, call), "nor by its call");
  requireEqual("the first sweep", claim(9, JobClass::sweep).value().job.id, sweep.id);
  requireEqual("the first of sweeps and teardowns", claim(9, JobClass::teardown).value().job.id, teardown.id);
  requireEqual("the next sweep", claim(9, JobClass::sweep).value().job.id, last.id);
  const NewJob removal = add(c, JobType::removeFromRoom, c.start("third", c.alice, 0), 4);
  require(!claim(9, JobClass::sweep) && !claim(9, JobClass::sweep, removal.id), "a removal is no sweep");
  requireEqual("it is as urgent as a teardown", claim(9, JobClass::teardown).value().job.id, removal.id);
  require(!claim(9, JobClass::teardown), "only the setup is left");
  requireEqual("of all", claim(9, JobClass::setup).value().job.id, setup.id);
}

void inOneOrder(StorageCase& c) {
  const NewJob sweep = add(c, JobType::endCalls, std::nullopt, 2);
  const NewJob setup = add(c, JobType::setupCall, c.start("thread", c.alice, 0), 1);
  requireEqual("the first, urgent or not", c.claim(2).value().job.id, setup.id);
  requireEqual("then the other", c.claim(2).value().job.id, sweep.id);
}

void oneOfACall(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const CallId other = c.start("other", c.alice, 0);
  add(c, JobType::setupCall, call, 0);
  const NewJob teardown = add(c, JobType::teardownCall, call, 0);
  const NewJob ofOther = add(c, JobType::setupCall, other, 0);
  const auto first = c.claim(0);
  requireEqual("a job of another call", c.claim(0).value().job.id, ofOther.id);
  require(!c.claim(0), "no second one of the same call");
  require(!c.jobs().claim({queue, t(0), t(9), at(0), teardown.id, std::nullopt}), "not by its id either");
  require(!c.jobs().claim({queue, t(0), t(9), at(0), std::nullopt, call}), "nor by their call");
  c.jobs().settle(c.settlement(first.value(), Kind::done));
  requireEqual("once the first is settled", c.claim(0).value().job.id, teardown.id);
}

void takesNothingOver(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  const NewJob setup = add(c, JobType::setupCall, call, 0);
  const Job held = c.claim(0, 10).value().job;
  add(c, JobType::teardownCall, call, 0);
  const auto claim = [&](bool takesOver) {
    return c.jobs().claim(
        {queue, t(20), t(30), at(20), std::nullopt, std::nullopt, JobClass::setup, takesOver});
  };
  require(!claim(false), "neither a job whose lease has ended, nor another of its call");
  const NewJob free = add(c, JobType::endCalls, std::nullopt, 1);
  requireEqual("one that nobody holds", claim(false).value().job.id, free.id);
  requireEqual("the rest otherwise", claim(true).value().job.id, setup.id);
  require(!c.jobs().settle({held.id, held.token, Kind::done, {}, {}}), "so the first claim is lost");
}

void byIdOrCall(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  add(c, JobType::endCalls, std::nullopt, 0);
  const NewJob ofCall = add(c, JobType::setupCall, call, 1);
  const NewJob named = add(c, JobType::endCalls, std::nullopt, 2);
  require(!c.jobs().claim({queue, t(1), t(9), at(1), named.id, std::nullopt}), "not before it is available");
  requireEqual("by id", c.jobs().claim({queue, t(2), t(9), at(2), named.id, std::nullopt}).value().job.id,
               named.id);
  requireEqual("by call", c.jobs().claim({queue, t(2), t(9), at(2), std::nullopt, call}).value().job.id,
               ofCall.id);
  require(!c.jobs().claim({queue, t(2), t(9), at(2), JobId{"nowhere"}, std::nullopt}), "an unknown id");
}

void intent(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  add(c, JobType::setupCall, call, 0);
  const auto claimed = c.claim(4, 1);
  require(claimed && claimed->beginsCreate && claimed->call, "it begins a create");
  require(claimed->call->call.roomMayExist, "the intent is stored");
  requireEqual("how many are in the call", claimed->call->inCall, std::size_t{1});
  requireEqual("the call when read again", c.state(call).call, claimed->call->call);
  requireEqual("updatedAt", c.state(call).call.updatedAt, at(4));
  requireEqual("the revision", c.state(call).call.revision, std::int64_t{2});
  require(c.claim(5, 1).value().beginsCreate, "so does the next claim");
  requireEqual("which changes the call no more", c.state(call).call.revision, std::int64_t{2});
  c.end(call, 6);
  require(!c.claim(7, 1).value().beginsCreate, "not of an ended call");
}

void noIntent(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  add(c, JobType::teardownCall, call, 0);
  const auto claimed = c.claim(0);
  require(claimed && !claimed->beginsCreate && claimed->call, "a teardown begins no create");
  require(!c.state(call).call.roomMayExist, "and stores no intent");
  add(c, JobType::setupCall, CallId{"nowhere"}, 0);
  const auto nowhere = c.claim(0);
  require(nowhere && !nowhere->call && !nowhere->beginsCreate, "a job of an unknown call has no call");
}

void renews(StorageCase& c) {
  add(c, JobType::endCalls, std::nullopt, 0);
  const Job job = c.claim(0, 10).value().job;
  require(c.jobs().renew(job.id, job.token, t(30)), "a claim is renewed");
  require(!c.claim(29), "it holds longer");
  require(c.jobs().renew(job.id, job.token, t(30)), "a lease that ended, while nobody took the job over");
  const Job next = c.claim(30).value().job;
  require(!c.jobs().renew(job.id, job.token, t(99)), "a token that another claim raised");
  require(!c.jobs().renew(JobId{"nowhere"}, 1, t(99)), "an unknown job");
  c.jobs().settle({next.id, next.token, Kind::retry, t(40), "e"});
  require(!c.jobs().renew(next.id, next.token, t(99)), "a settled one");
}

void revokes(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  add(c, JobType::setupCall, call, 0);
  const NewJob teardown = add(c, JobType::teardownCall, call, 5);
  add(c, JobType::setupCall, c.start("other", c.alice, 0), 0);
  const Job first = c.claim(0, 10).value().job;
  const Job ofOther = c.claim(0, 10).value().job;
  const auto second = c.jobs().claim({queue, t(10), t(40), at(10), teardown.id, std::nullopt});
  require(second.has_value(), "the lease has ended");
  require(!c.jobs().renew(first.id, first.token, t(99)), "a claim of the same call is lost");
  require(!c.jobs().settle({first.id, first.token, Kind::done, {}, {}}), "and settles nothing");
  require(c.jobs().renew(ofOther.id, ofOther.token, t(50)), "one of another call is not");
  require(c.jobs().settle({teardown.id, second->job.token, Kind::done, {}, {}}), "the new one holds");
  const Job again = c.jobs().claim({queue, t(11), t(60), at(11), std::nullopt, call}).value().job;
  require(again.id == first.id && again.attempts == 2, "the job is as available as before");
}

void settles(StorageCase& c) {
  add(c, JobType::endCalls, std::nullopt, 0);
  const auto first = c.claim(0).value();
  require(c.jobs().settle(c.settlement(first, Kind::retry, 20)), "put back");
  require(!c.claim(19), "not before it is available again");
  require(!c.jobs().settle(c.settlement(first, Kind::done)), "a settled claim does not hold");
  const auto second = c.claim(20).value();
  requireEqual("the error", second.job.lastError, "an error");
  require(c.jobs().settle(c.settlement(second, Kind::fail)), "failed");
  require(!c.claim(99), "a failed job is not claimed");
  requireEqual("listed as failed", c.failed().size(), std::size_t{1});
  require(c.waiting().empty(), "and not as waiting");
  requireEqual("given back", c.jobs().retryFailed(std::nullopt, t(100)), std::size_t{1});
  const auto third = c.claim(100).value();
  requireEqual("with all its attempts", third.job.attempts, 1);
  require(third.job.token > second.job.token, "and a token that grew");
  require(c.jobs().settle(c.settlement(third, Kind::done)), "done");
  require(c.waiting().empty() && c.failed().empty(), "a done job is gone");
}

void retriesOne(StorageCase& c) {
  for (int i = 0; i < 2; ++i) {
    add(c, JobType::endCalls, std::nullopt, 0);
    c.jobs().settle(c.settlement(c.claim(0).value(), Kind::fail));
  }
  const JobId one = c.failed().at(1).id;
  requireEqual("by id", c.jobs().retryFailed(one, t(5)), std::size_t{1});
  requireEqual("a second time", c.jobs().retryFailed(one, t(5)), std::size_t{0});
  requireEqual("an unknown one", c.jobs().retryFailed(JobId{"nowhere"}, t(5)), std::size_t{0});
  requireEqual("the other stays", c.failed().size(), std::size_t{1});
}

void listsAndCounts(StorageCase& c) {
  for (int i = 0; i < 4; ++i) add(c, JobType::endCalls, std::nullopt, i);
  const auto page = c.jobs().list({false, 0, 3});
  requireEqual("a page", page.size(), std::size_t{3});
  requireEqual("the next", c.jobs().list({false, page.back().sequence, 3}).size(), std::size_t{1});
  c.jobs().settle(c.settlement(c.claim(0).value(), Kind::fail));
  static_cast<void>(c.claim(1, 10));
  const auto counts = c.jobs().counts(queue, t(2));
  requireEqual("waiting", counts.waiting, std::size_t{2});
  requireEqual("running", counts.running, std::size_t{1});
  requireEqual("failed", counts.failed, std::size_t{1});
  requireEqual("next at", counts.nextAt, t(2));
  requireEqual("a lease that ended counts as waiting", c.jobs().counts(queue, t(11)).waiting, std::size_t{3});
  const auto none = c.jobs().counts("other", t(2));
  require(none.waiting + none.running + none.failed == 0 && !none.nextAt, "another queue has none");
}

void countsByType(StorageCase& c) {
  const auto of = [&](JobType type, std::int64_t now, const std::string& in = queue) {
    for (const JobQueue::TypeCounts& each : c.jobs().countsByType(in, t(now))) {
      if (each.type == type) return each;
    }
    return JobQueue::TypeCounts{.type = type};
  };
  require(c.jobs().countsByType(queue, t(0)).empty(), "no job, no type");
  for (int i = 0; i < 5; ++i) add(c, JobType::endCalls, std::nullopt, i);
  add(c, JobType::checkCallsActivity, std::nullopt, 1);
  NewJob other = c.newJob(JobType::endCalls, std::nullopt, 0);
  other.queue = "other";
  c.jobs().add(other);
  c.jobs().settle(c.settlement(c.claim(0).value(), Kind::fail));
  static_cast<void>(c.claim(1, 10));
  const auto ends = of(JobType::endCalls, 3);
  requireEqual("failed", ends.failed, std::size_t{1});
  requireEqual("running", ends.running, std::size_t{1});
  requireEqual("due", ends.due, std::size_t{2});
  requireEqual("scheduled", ends.scheduled, std::size_t{1});
  requireEqual("due the longest", ends.oldestDue, t(2));
  const auto check = of(JobType::checkCallsActivity, 3);
  requireEqual("of another type", check.due, std::size_t{1});
  requireEqual("due the longest, of another type", check.oldestDue, t(1));
  const auto later = of(JobType::endCalls, 11);
  requireEqual("a lease that ended counts as due", later.due, std::size_t{4});
  requireEqual("and as the oldest", later.oldestDue, t(1));
  const auto before = of(JobType::checkCallsActivity, 0);
  require(before.due == 0 && before.scheduled == 1 && !before.oldestDue, "not due before its time");
  requireEqual("types of another queue", c.jobs().countsByType("other", t(3)).size(), std::size_t{1});
  requireEqual("its jobs", of(JobType::endCalls, 3, "other").due, std::size_t{1});
}

/// Each of these may have been told of before it waits: so one wait for each.
void waits(StorageCase& c) {
  const auto waiter = c.jobs().makeWaiter();
  if (!waiter) return;
  support::WakeUp news;
  support::WakeUp::Bell wake(news);
  const auto requireTold = [&](std::string_view of) {
    constexpr std::chrono::seconds generous{30};
    const auto end = std::chrono::steady_clock::now() + generous;
    waiter->wait(end, wake.descriptor());
    require(std::chrono::steady_clock::now() < end, of);
  };
  add(c, JobType::endCalls, std::nullopt, 0);
  requireTold("of what was stored before it waited first");
  add(c, JobType::endCalls, std::nullopt, 0);
  requireTold("of a job that was added");
  CallChange change = c.starting("thread", c.alice, 0);
  change.jobs.push_back(c.newJob(JobType::setupCall, change.call, 0));
  c.commit(change);
  requireTold("of a job of a change");
  c.switches().takeCallsDown({t(60), c.newJob(JobType::endCalls, std::nullopt, 0)});
  requireTold("of a sweep");
  c.jobs().settle(c.settlement(c.claim(0).value(), Kind::fail));
  c.jobs().retryFailed(std::nullopt, t(0));
  requireTold("of a job that is retried");
  news.notify();
  requireTold("that it shall return");
}

}  // namespace

void checkJobs(StorageChecks& checks) {
  checks.run("add: stores a job; a taken id is StorageError", stores);
  checks.run("claim: the first available, then in the order of storing", firstAvailable);
  checks.run("claim: counts the attempt, raises the token, sets the lease", claims);
  checks.run("claim: another queue -> nothing", otherQueues);
  checks.run("claim: none less urgent than asked for", leastUrgent);
  checks.run("claim: all classes -> in one order", inOneOrder);
  checks.run("claim: one job of a call at a time", oneOfACall);
  checks.run("claim: nothing is taken over -> jobs that were not settled are left", takesNothingOver);
  checks.run("claim: by id or by call -> this one only", byIdOrCall);
  checks.run("claim: SetupCall of an active call -> the intent is stored, once", intent);
  checks.run("claim: other jobs -> no intent", noIntent);
  checks.run("renew: extends a valid claim", renews);
  checks.run("claim: what claims of its call have left is lost", revokes);
  checks.run("settle: retry, fail, done, each once", settles);
  checks.run("retryFailed: one, or all", retriesOne);
  checks.run("list, counts: pages and numbers", listsAndCounts);
  checks.run("countsByType: by state, and since when the oldest one is due", countsByType);
  checks.run("makeWaiter: none, or one that is told of jobs and can be woken", waits);
}

}  // namespace messenger::testing
