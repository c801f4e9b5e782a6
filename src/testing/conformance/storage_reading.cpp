#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
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

void historyWithOthers(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.join(call, c.carol, 2);
  c.end(call, 3);
  const CallId alone = c.start("thread", c.bob, 4);
  CallStore::HistoryQuery query{ThreadId{"thread"}, std::nullopt, 9, c.bob};
  require(c.calls().history(query).calls.at(0).with.empty(), "nobody, unless asked for");
  query.with = 9;
  auto page = c.calls().history(query);
  requireEqual("the newest call", page.calls.at(0).call.id, alone);
  require(page.calls.at(0).with.empty(), "who was alone was with nobody");
  require(page.calls.at(1).with == std::vector<UserId>{c.alice, c.carol},
          "the others who were in it, in the order of joining");
  query.with = 1;
  page = c.calls().history(query);
  require(page.calls.at(1).with == std::vector<UserId>{c.alice}, "not more of them than asked for");
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

void pruning(StorageCase& c) {
  const CallId old = c.start("thread", c.alice, 0);
  c.join(old, c.bob, 1);
  c.end(old, 10);
  const CallId withRoom = c.start("room", c.alice, 2);
  CallChange ends = c.ending(withRoom, 3);
  ends.row->roomMayExist = true;
  c.commit(ends);
  const CallId withJob = c.start("job", c.alice, 4);
  c.end(withJob, 5);
  c.jobs().add(c.newJob(JobType::teardownCall, withJob, 5));
  const CallId recent = c.start("recent", c.alice, 6);
  c.end(recent, 20);
  const CallId active = c.start("thread", c.alice, 11);

  requireEqual("those that ended at the time itself stay", c.calls().prunable(t(10)), std::size_t{0});
  requireEqual("and are not deleted", c.unchangedBy([&] {
    return c.calls().prune({t(10), 9});
  }),
               std::size_t{0});
  requireEqual("a limit of none", c.unchangedBy([&] { return c.calls().prune({t(11), 0}); }), std::size_t{0});
  requireEqual("counted", c.unchangedBy([&] { return c.calls().prunable(t(11)); }), std::size_t{1});
  const ParticipantId gone = c.row(old, c.bob).id;
  requireEqual("deleted", c.calls().prune({t(11), 9}), std::size_t{1});
  require(!c.calls().load({.call = old}).call, "the call is gone");
  require(!c.calls().findParticipant(gone), "with its participants");
  const auto page = c.calls().history({ThreadId{"thread"}, std::nullopt, 9, c.alice});
  requireEqual("the thread's history", page.total, std::size_t{1});
  for (const CallId& call : {withRoom, withJob, recent, active}) {
    require(c.calls().load({.call = call}).call.has_value(), "the others stay");
  }
  requireEqual("nothing is left to delete", c.calls().prune({t(11), 9}), std::size_t{0});
  const auto absent = c.heartbeats().save({here, {{{old, c.bob}, t(12)}}});
  requireEqual("a heartbeat in a call that is gone", absent.at(0).revision,
               HeartbeatStore::Absent::noSuchCall);
}

void pruningInBatches(StorageCase& c) {
  std::vector<CallId> calls;
  for (std::int64_t i = 0; i < 6; ++i) {
    calls.push_back(c.start("thread", c.alice, 10 * i));
    c.end(calls.back(), 10 * i + 5);
  }
  const std::int64_t newest = c.state(calls[5]).call.sequence;
  const std::int64_t newestRow = c.row(calls[5], c.alice).sequence;
  requireEqual("a batch", c.calls().prune({t(1000), 2}), std::size_t{2});
  require(!c.calls().load({.call = calls[1]}).call && c.calls().load({.call = calls[2]}).call.has_value(),
          "the oldest first");
  while (c.calls().prune({t(1000), 2}) > 0) {
  }
  requireEqual("until nothing is left", c.calls().prunable(t(1000)), std::size_t{0});
  const CallId next = c.start("thread", c.bob, 2000);
  require(c.state(next).call.sequence > newest, "a call's sequence is not given again");
  require(c.row(next, c.bob).sequence > newestRow, "nor a participant's");
}

}  // namespace

void checkReading(StorageChecks& checks) {
  checks.run("participants: pages, in the order of joining", participants);
  checks.run("history: pages of a thread, newest first", history);
  checks.run("history: with whom the viewer was in each call", historyWithOthers);
  checks.run("activeCalls: of these threads, each once, in the order of creation", activeCalls);
  checks.run("activeCallsAfter, activeSummary: active calls by sequence, and their number", sweeps);
  checks.run("prune: old calls without a room or a job, and nothing else", pruning);
  checks.run("prune: in batches, the oldest first, no sequence given twice", pruningInBatches);
}

}  // namespace messenger::testing
