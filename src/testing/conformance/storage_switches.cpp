#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

void down(StorageCase& c) {
  c.start("one", c.alice, 0);
  const CallId two = c.start("two", c.alice, 0);
  const CallId over = c.start("over", c.alice, 0);
  c.end(over, 1);
  const NewJob sweep = c.newJob(JobType::endCalls, std::nullopt, 1);
  const auto active = c.switches().takeCallsDown({t(100), sweep});
  requireEqual("how many are active", active.count, std::size_t{2});
  requireEqual("the highest", active.highestSequence, c.state(two).call.sequence);
  requireEqual("until", c.switches().callsDownUntil(), t(100));
  requireEqual("the sweep", c.waiting().at(0).id, sweep.id);
  requireEqual("its cutoff", c.waiting().at(0).cutoff, active.highestSequence);
}

void nothingToSweep(StorageCase& c) {
  const auto active = c.switches().takeCallsDown({t(100), c.newJob(JobType::endCalls, std::nullopt, 1)});
  requireEqual("how many are active", active.count, std::size_t{0});
  require(c.waiting().empty(), "no sweep is stored");
}

void takenSweep(StorageCase& c) {
  c.start("thread", c.alice, 0);
  const NewJob sweep = c.newJob(JobType::endCalls, std::nullopt, 1);
  c.jobs().add(sweep);
  c.requireRefused("a taken job id", [&] { c.switches().takeCallsDown({t(100), sweep}); });
}

void upAgain(StorageCase& c) {
  require(!c.switches().bringCallsUp(t(1)), "they were not down");
  c.switches().takeCallsDown({t(10), std::nullopt});
  c.switches().takeCallsDown({t(5), std::nullopt});
  requireEqual("the last one counts", c.switches().callsDownUntil(), t(5));
  require(c.switches().bringCallsUp(t(4)), "they were down");
  requireEqual("no more", c.switches().callsDownUntil(), std::nullopt);
  c.switches().takeCallsDown({t(10), std::nullopt});
  require(!c.switches().bringCallsUp(t(10)), "they were down until then");
}

void time(StorageCase& c) {
  const SteadyPoint begin{std::chrono::hours{5}};
  StorageTime last = c.storage().timeAt(begin);
  for (int i = 1; i < 100; ++i) {
    const StorageTime next = c.storage().timeAt(begin + std::chrono::milliseconds{i});
    requireEqual("a millisecond later", next - last, Duration{1000});
    last = next;
  }
}

}  // namespace

void checkSwitches(StorageChecks& checks) {
  checks.run("takeCallsDown: sets the switch, counts, stores the sweep", down);
  checks.run("takeCallsDown: no active call -> no sweep", nothingToSweep);
  checks.run("takeCallsDown: sweep whose id is taken -> StorageError, the switch is not set", takenSweep);
  checks.run("bringCallsUp: returns whether calls were down", upAgain);
  checks.run("timeAt: follows the machine's clock", time);
}

}  // namespace messenger::testing
