#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void sets(StorageCase& c) {
  requireEqual("until, at first", c->callsDownUntil(), std::nullopt);
  c->setCallsDown({at(100), at(10), std::nullopt});
  requireEqual("until", c->callsDownUntil(), at(100));
  c->setCallsDown({at(50), at(20), std::nullopt});
  requireEqual("until, when set again", c->callsDownUntil(), at(50));
}

void storesTheSweep(StorageCase& c) {
  c.start("one", c.alice, at(0));
  const Call ended = c.start("two", c.alice, at(0));
  const Call last = c.start("three", c.alice, at(0));
  c.end(c.start("four", c.alice, at(0)), at(1));
  c.end(ended, at(1));
  const NewJob sweep = c.newJob(JobType::endCalls, std::nullopt, at(12));
  const ActiveSummary summary = c->setCallsDown({at(100), at(10), sweep});
  requireEqual("the number of active calls", summary.count, std::size_t{2});
  requireEqual("the highest of their sequences", summary.cutoff, last.sequence);
  const auto job = c.findJob(sweep.id);
  require(job.has_value(), "the sweep is stored");
  requireEqual("its cutoff", job->cutoff, last.sequence);
  requireEqual("its type", job->type, JobType::endCalls);
  requireEqual("its createdAt", job->createdAt, at(10));
  requireEqual("its availableAt", job->availableAt, at(12));
}

void nothingToSweep(StorageCase& c) {
  c.end(c.start("one", c.alice, at(0)), at(1));
  const ActiveSummary summary =
      c->setCallsDown({at(100), at(10), c.newJob(JobType::endCalls, std::nullopt, at(10))});
  requireEqual("the number of active calls", summary.count, std::size_t{0});
  require(c.jobs().empty(), "there is no sweep");
  requireEqual("until", c->callsDownUntil(), at(100));
}

void withoutSweep(StorageCase& c) {
  c.start("one", c.alice, at(0));
  requireEqual("the number of active calls", c->setCallsDown({at(100), at(10), std::nullopt}).count,
               std::size_t{1});
  require(c.jobs().empty(), "there is no sweep");
}

void clears(StorageCase& c) {
  require(!c->clearCallsDown(at(1)), "calls were not down");
  c->setCallsDown({at(100), at(10), std::nullopt});
  require(c->clearCallsDown(at(99)), "calls were down");
  requireEqual("until", c->callsDownUntil(), std::nullopt);
  require(!c->clearCallsDown(at(99)), "calls were no longer down");
}

void clearsWhatIsOver(StorageCase& c) {
  c->setCallsDown({at(100), at(10), std::nullopt});
  requireEqual("until, once it has passed", c->callsDownUntil(), at(100));
  require(!c->clearCallsDown(at(100)), "calls were no longer down");
  requireEqual("until, once cleared", c->callsDownUntil(), std::nullopt);
}

void othersGoOn(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c->setCallsDown({at(100), at(10), std::nullopt});
  requireEqual("a join", c.join(call, c.bob, at(11)).status, JoinStatus::joined);
  requireEqual("a leave", c.leave(call, c.bob, at(12)).status, LeaveStatus::left);
  requireEqual("an end", c.end(call, at(13)).status, EndStatus::ended);
}

}  // namespace

void checkSwitch(StorageChecks& checks) {
  checks.run("setCallsDown: sets until when; a later one replaces it", sets);
  checks.run("setCallsDown: counts the active calls and stores the sweep with its cutoff", storesTheSweep);
  checks.run("setCallsDown: stores no sweep when no call is active", nothingToSweep);
  checks.run("setCallsDown: stores no sweep when none is given", withoutSweep);
  checks.run("clearCallsDown: clears the switch and says whether calls were down", clears);
  checks.run("clearCallsDown: calls are not down when the time has passed", clearsWhatIsOver);
  checks.run("setCallsDown: calls that are active go on", othersGoOn);
}

}  // namespace messenger::testing
