#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

std::vector<CallId> ids(const std::vector<Call>& calls) {
  std::vector<CallId> result;
  result.reserve(calls.size());
  for (const Call& call : calls) result.push_back(call.id);
  return result;
}

void upTo(StorageCase& c) {
  std::vector<Call> calls;
  calls.reserve(6);
  for (int i = 0; i < 6; ++i) calls.push_back(c.start("thread-" + std::to_string(i), c.alice, at(9 - i)));
  c.end(calls[2], at(20));
  requireEqual("all", ids(c->activeCallsUpTo(calls[5].sequence, 0, 100)),
               {calls[0].id, calls[1].id, calls[3].id, calls[4].id, calls[5].id});
  requireEqual("behind the first, up to the fifth",
               ids(c->activeCallsUpTo(calls[4].sequence, calls[0].sequence, 100)),
               {calls[1].id, calls[3].id, calls[4].id});
  requireEqual("the first two", ids(c->activeCallsUpTo(calls[5].sequence, 0, 2)), {calls[0].id, calls[1].id});
  requireEqual("behind what has ended", ids(c->activeCallsUpTo(calls[3].sequence, calls[2].sequence, 100)),
               {calls[3].id});
  require(c->activeCallsUpTo(0, 0, 100).empty(), "a cutoff of nothing lets nothing through");
  requireEqual("a call", c->activeCallsUpTo(calls[0].sequence, 0, 1).at(0), c.call(calls[0]));
}

/// Sweeps end what they find and go on behind it: nothing may be skipped.
void sweepsShrinkingSets(StorageCase& c) {
  Call last;
  for (int i = 0; i < 25; ++i) last = c.start("thread-" + std::to_string(i), c.alice, at(i));
  const Call later = c.start("later", c.alice, at(30));
  std::size_t ended = 0;
  std::int64_t after = 0;
  for (;;) {
    const std::vector<Call> calls = c->activeCallsUpTo(last.sequence, after, 10);
    if (calls.empty()) break;
    for (const Call& call : calls) {
      if (c.end(call, at(40)).status == EndStatus::ended) ++ended;
      after = call.sequence;
    }
  }
  requireEqual("how many were ended", ended, std::size_t{25});
  require(c.call(later).active(), "a call beyond the cutoff is left alone");
}

void summary(StorageCase& c) {
  requireEqual("how many of none", c->activeSummary(never()).count, std::size_t{0});
  c.start("one", c.alice, at(10));
  const Call two = c.start("two", c.alice, at(20));
  const Call three = c.start("three", c.alice, at(30));
  ActiveSummary summary = c->activeSummary(at(30));
  requireEqual("how many before 30", summary.count, std::size_t{2});
  requireEqual("the highest sequence", summary.cutoff, two.sequence);
  summary = c->activeSummary(at(30) + Duration{1});
  requireEqual("how many a moment later", summary.count, std::size_t{3});
  requireEqual("the highest sequence", summary.cutoff, three.sequence);
  c.end(three, at(40));
  requireEqual("how many active ones", c->activeSummary(never()).count, std::size_t{2});
  requireEqual("how many before all", c->activeSummary(at(10)).count, std::size_t{0});
}

}  // namespace

void checkSweeps(StorageChecks& checks) {
  checks.run("activeCallsUpTo: active calls behind one sequence and up to another, in order", upTo);
  checks.run("activeCallsUpTo: a sweep that ends what it finds skips nothing", sweepsShrinkingSets);
  checks.run("activeSummary: counts active calls created before a time", summary);
}

}  // namespace messenger::testing
