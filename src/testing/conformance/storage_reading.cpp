#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

std::vector<CallId> ids(const std::vector<CallSnapshot>& snapshots) {
  std::vector<CallId> result;
  result.reserve(snapshots.size());
  for (const CallSnapshot& snapshot : snapshots) result.push_back(snapshot.call.id);
  return result;
}

HistoryQuery historyOf(const std::string& thread, std::size_t limit) {
  HistoryQuery query;
  query.thread = ThreadId{thread};
  query.limit = limit;
  query.viewer = user("alice");
  return query;
}

/// So many calls of the thread, one after another, all ended; in the order of starting.
std::vector<Call> endedCalls(StorageCase& c, const std::string& thread, int count) {
  std::vector<Call> calls;
  for (int i = 0; i < count; ++i) {
    calls.push_back(c.start(thread, c.alice, at(i)));
    c.end(calls.back(), at(i));
  }
  return calls;
}

void setRoom(StorageCase& c, const Call& call, const Room& room) {
  const ClaimedJob claimed = c.claimNew(JobType::setupCall, call.id, at(0));
  c->completeSetup({call.id, claimed.job.id, claimed.job.token, room, at(0), {}});
}

void findsCall(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  require(!c->findCall(CallId{"nowhere"}, c.alice), "an unknown call is not found");
  require(!c->findCall(call.id, std::nullopt).value().viewer, "without a viewer there is no row");
  require(!c->findCall(call.id, c.carol).value().viewer, "a viewer who never joined has no row");
  const CallSnapshot snapshot = c->findCall(call.id, c.bob).value();
  requireEqual("the call", snapshot.call, c.call(call));
  requireEqual("the viewer's row", snapshot.viewer.value().owner, c.bob);
  c.leave(call, c.bob, at(2));
  requireEqual("the row of a viewer who has left", c->findCall(call.id, c.bob).value().viewer.value().leftAt,
               at(2));
}

void bringsTheRoom(StorageCase& c) {
  const Room room{"id", "pin", "payload", Secret{"hush"}};
  const Call call = c.start("thread", c.alice, at(0));
  setRoom(c, call, room);
  require(c->findCall(call.id, std::nullopt).value().call.room == room, "findCall gives the room");
  require(c->history(historyOf("thread", 1)).calls.at(0).call.room == room, "history gives it");
  require(c->activeCalls({ThreadId{"thread"}}, c.alice).at(0).call.room == room, "activeCalls gives it");
  require(c->activeCallsUpTo(INT64_MAX, 0, 1).at(0).room == room, "activeCallsUpTo gives it");
}

void findsParticipant(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const CallParticipant row = c.participant(call, c.alice);
  requireEqual("the row", c->findParticipant(row.id), row);
  require(!c->findParticipant(ParticipantId{"nobody"}), "an unknown participant is not found");
}

void listsParticipants(StorageCase& c) {
  const Call call = c.start("thread", c.dave, at(9));
  c.join(call, c.alice, at(1));
  c.join(call, c.carol, at(2));
  c.leave(call, c.alice, at(3));
  c.kick(call, c.dave, c.carol, at(4));
  c.join(call, c.bob, at(5));
  c.join(call, c.alice, at(6));
  std::vector<UserId> users;
  for (const CallParticipant& row : c->participants(call.id)) {
    users.push_back(row.owner);
    requireEqual("a row", row, c.participant(call, row.owner));
  }
  requireEqual("those who were ever in it", users, {c.dave, c.alice, c.carol, c.bob});
  require(c->participants(CallId{"nowhere"}).empty(), "an unknown call has none");
}

void historyPages(StorageCase& c) {
  const std::vector<Call> calls = endedCalls(c, "thread", 7);
  endedCalls(c, "other", 2);
  HistoryQuery query = historyOf("thread", 3);
  std::vector<CallId> seen;
  for (int page = 0; page < 3; ++page) {
    const HistoryPage found = c->history(query);
    requireEqual("the total", found.total, std::size_t{7});
    requireEqual("whether older ones exist", found.more, page < 2);
    for (const CallSnapshot& snapshot : found.calls) {
      seen.push_back(snapshot.call.id);
      query.before = snapshot.call.sequence;
    }
  }
  const std::vector<CallId> newestFirst{calls[6].id, calls[5].id, calls[4].id, calls[3].id,
                                        calls[2].id, calls[1].id, calls[0].id};
  requireEqual("the calls of all pages", seen, newestFirst);
}

void historyExactFit(StorageCase& c) {
  endedCalls(c, "thread", 3);
  const HistoryPage page = c->history(historyOf("thread", 3));
  requireEqual("the number of calls", page.calls.size(), std::size_t{3});
  require(!page.more, "no older ones exist");
}

void historyOfNothing(StorageCase& c) {
  const std::vector<Call> calls = endedCalls(c, "thread", 1);
  HistoryPage page = c->history(historyOf("empty", 3));
  require(page.calls.empty() && !page.more && page.total == 0, "a thread without calls has an empty page");
  HistoryQuery query = historyOf("thread", 3);
  query.before = calls[0].sequence;
  page = c->history(query);
  require(page.calls.empty() && !page.more, "nothing comes behind the oldest");
  requireEqual("the total", page.total, std::size_t{1});
}

void historyShowsViewer(StorageCase& c) {
  const Call ended = c.start("thread", c.bob, at(0));
  c.end(ended, at(1));
  const Call active = c.start("thread", c.alice, at(2));
  const HistoryPage page = c->history(historyOf("thread", 9));
  requireEqual("the calls", ids(page.calls), {active.id, ended.id});
  requireEqual("the viewer's row", page.calls[0].viewer, c.participant(active, c.alice));
  require(!page.calls[1].viewer, "no row where the viewer never joined");
  requireEqual("an ended call", page.calls[1].call, c.call(ended));
}

void activeOnes(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(9));
  const Call two = c.start("two", c.bob, at(1));
  c.start("three", c.alice, at(2));
  c.end(c.start("four", c.alice, at(3)), at(4));
  const ThreadId nowhere{"nowhere"};
  const auto calls = c->activeCalls({ThreadId{"four"}, ThreadId{"two"}, nowhere, ThreadId{"one"}}, c.alice);
  requireEqual("the active calls", ids(calls), {one.id, two.id});
  requireEqual("the viewer's row", calls[0].viewer, c.participant(one, c.alice));
  require(!calls[1].viewer, "no row where the viewer never joined");
  require(c->activeCalls({}, c.alice).empty(), "no threads, no calls");
}

void activeOfManyThreads(StorageCase& c) {
  std::vector<ThreadId> threads;
  threads.reserve(1201);
  for (int i = 0; i < 1200; ++i) threads.emplace_back("none-" + std::to_string(i));
  const Call call = c.start("thread", c.alice, at(0));
  threads.emplace_back("thread");
  requireEqual("the active calls of 1201 threads", ids(c->activeCalls(threads, c.alice)), {call.id});
}

}  // namespace

void checkReading(StorageChecks& checks) {
  checks.run("findCall: the call, and the viewer's row if there is one", findsCall);
  checks.run("reading: calls come with their room", bringsTheRoom);
  checks.run("findParticipant: the row, or nothing", findsParticipant);
  checks.run("participants: everyone who was ever in the call, in the order of joining", listsParticipants);
  checks.run("history: newest first, in pages, with the total of the thread", historyPages);
  checks.run("history: no older ones when the page holds them all", historyExactFit);
  checks.run("history: of an empty thread, and behind the oldest call, there is nothing", historyOfNothing);
  checks.run("history: active and ended calls, with the viewer's rows", historyShowsViewer);
  checks.run("activeCalls: the active calls of these threads in the order of creation", activeOnes);
  checks.run("activeCalls: any number of threads", activeOfManyThreads);
}

}  // namespace messenger::testing
