#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void participants(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.join(call, c.carol, 2);
  c.leave(call, c.alice, 3);
  const auto first = c.calls().participants({call, 0, 2});
  requireEqual("a page", first.size(), std::size_t{2});
  requireEqual("the first", first[0].user, c.alice);
  const auto rest = c.calls().participants({call, first[1].sequence, 2});
  requireEqual("the next page", rest.size(), std::size_t{1});
  requireEqual("the last", rest[0], c.row(call, c.carol));
  require(c.calls().participants({CallId{"nowhere"}, 0, 2}).empty(), "an unknown call has none");
  requireEqual("found by id", c.calls().findParticipant(rest[0].id), rest[0]);
  require(!c.calls().findParticipant(ParticipantId{"nowhere"}), "an unknown one is not found");
}

void history(StorageCase& c) {
  std::vector<CallId> calls;
  for (std::int64_t i = 0; i < 5; ++i) {
    calls.push_back(c.start("thread", c.alice, 10 * i));
    if (i < 4) c.end(calls.back(), 10 * i + 5);
  }
  const CallId other = c.start("other", c.bob, 0);
  CallStore::HistoryQuery query{ThreadId{"thread"}, std::nullopt, 2, c.alice};
  auto page = c.calls().history(query);
  requireEqual("how many", page.calls.size(), std::size_t{2});
  requireEqual("the newest first", page.calls[0].call.id, calls[4]);
  require(page.more && page.total == 5, "more, and the total");
  require(page.calls[0].viewer.has_value(), "with the viewer's row");
  query.before = calls[2];
  page = c.calls().history(query);
  requireEqual("the next", page.calls.at(0).call.id, calls[1]);
  requireEqual("the oldest", page.calls.at(1).call.id, calls[0]);
  require(!page.more && page.knowsBefore, "no more");
  query.before = other;
  page = c.calls().history(query);
  require(!page.knowsBefore && page.calls.empty(), "a call of another thread is not a valid beginning");
  query = {ThreadId{"nowhere"}, std::nullopt, 2, c.bob};
  require(c.calls().history(query).calls.empty(), "an unknown thread has none");
}

void activeCalls(StorageCase& c) {
  const CallId one = c.start("one", c.alice, 0);
  const CallId two = c.start("two", c.bob, 1);
  const CallId over = c.start("over", c.bob, 2);
  c.end(over, 3);
  const auto found = c.calls().activeCalls(
      {ThreadId{"two"}, ThreadId{"one"}, ThreadId{"over"}, ThreadId{"nowhere"}, ThreadId{"two"}}, c.alice);
  requireEqual("how many", found.size(), std::size_t{2});
  requireEqual("the older first", found[0].call.id, one);
  require(found[0].viewer.has_value() && !found[1].viewer, "with the viewer's row, if there is one");
  requireEqual("the other", found[1].call.id, two);
}

void sweeps(StorageCase& c) {
  std::vector<std::int64_t> sequences;
  for (int i = 0; i < 4; ++i) {
    const CallId call = c.start("thread" + std::to_string(i), c.alice, i);
    sequences.push_back(c.state(call).call.sequence);
    if (i == 1) c.end(call, 9);
  }
  const auto first = c.calls().activeCallsAfter({0, sequences[3], 2});
  requireEqual("a batch", first.size(), std::size_t{2});
  requireEqual("without ended ones", first[1].sequence, sequences[2]);
  requireEqual("up to a sequence", c.calls().activeCallsAfter({0, sequences[2], 9}).size(), std::size_t{2});
  requireEqual("behind one", c.calls().activeCallsAfter({sequences[2], sequences[3], 9}).size(),
               std::size_t{1});
  const auto summary = c.calls().activeSummary(t(3));
  requireEqual("how many began before", summary.count, std::size_t{2});
  requireEqual("the highest of them", summary.highestSequence, sequences[2]);
  requireEqual("none", c.calls().activeSummary(t(0)).count, std::size_t{0});
}

}  // namespace

void checkReading(StorageChecks& checks) {
  checks.run("participants: pages, in the order of joining", participants);
  checks.run("history: pages of a thread, newest first", history);
  checks.run("activeCalls: of these threads, each once, in the order of creation", activeCalls);
  checks.run("activeCallsAfter, activeSummary: active calls by sequence, and their number", sweeps);
}

}  // namespace messenger::testing
