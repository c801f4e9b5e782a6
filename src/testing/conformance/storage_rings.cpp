#include <algorithm>

#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

CallRing ringOf(const UserId& callee, RingState state, std::int64_t seconds) {
  CallRing ring;
  ring.user = callee;
  ring.state = state;
  ring.rangAt = at(seconds);
  ring.updatedAt = at(seconds);
  ring.since = t(seconds);
  if (ring.rings()) ring.until = t(seconds + 45);
  return ring;
}

/// A call of alice in this thread that rings so for bob.
CallId ringing(StorageCase& c, const std::string& thread, std::int64_t seconds,
               RingState state = RingState::ringing) {
  CallChange change = c.starting(thread, c.alice, seconds);
  change.rings = {ringOf(c.bob, state, seconds)};
  return c.commit(change).call.id;
}

void setRing(StorageCase& c, const CallId& call, const CallRing& ring) {
  CallChange change = c.changing(call, 20);
  change.rings = {ring};
  c.commit(change);
}

std::vector<CallRing> loadedRings(StorageCase& c, const CallId& call, const std::optional<UserId>& who,
                                  bool all) {
  CallStore::LoadRequest request;
  request.call = call;
  request.user = who;
  request.rings = all;
  auto rings = c.calls().load(request).call.value().rings;
  std::sort(rings.begin(), rings.end(),
            [](const CallRing& one, const CallRing& other) { return one.user < other.user; });
  return rings;
}

std::vector<UserId> calleesOf(const std::vector<CallRing>& rings) {
  std::vector<UserId> callees;
  callees.reserve(rings.size());
  for (const CallRing& each : rings) callees.push_back(each.user);
  return callees;
}

std::vector<CallId> idsOf(const std::vector<CallSnapshot>& calls) {
  std::vector<CallId> ids;
  ids.reserve(calls.size());
  for (const CallSnapshot& each : calls) ids.push_back(each.call.id);
  return ids;
}

void totals(StorageCase& c) {
  const auto require = [&](std::string_view when, std::size_t calls, std::size_t sessions,
                           std::size_t rings) {
    const CallStore::Totals totals = c.calls().totals();
    const std::string after{when};
    requireEqual("active calls " + after, totals.activeCalls, calls);
    requireEqual("open sessions " + after, totals.openSessions, sessions);
    requireEqual("what rings " + after, totals.ringing, rings);
  };
  require("at first", 0, 0, 0);
  const CallId one = ringing(c, "one", 0);
  const CallId two = ringing(c, "two", 1);
  static_cast<void>(ringing(c, "three", 2, RingState::declined));
  c.join(one, c.carol, 3);
  require("of three calls", 3, 4, 2);
  setRing(c, one, ringOf(c.bob, RingState::missed, 4));
  c.leave(one, c.carol, 5);
  require("after one leaves and one is missed", 3, 3, 1);
  c.end(two, 6);
  require("after one ends", 2, 2, 0);
}

CallStore::MissedQuery missedBy(const UserId& callee) {
  CallStore::MissedQuery query;
  query.user = callee;
  return query;
}

void rowsAsGiven(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0);
  requireEqual("the ring", loadedRings(c, call, std::nullopt, true), {ringOf(c.bob, RingState::ringing, 0)});
  requireEqual("the revision", c.state(call).call.revision, std::int64_t{1});
  CallRing answered = ringOf(c.bob, RingState::answered, 0);
  answered.updatedAt = at(3);
  setRing(c, call, answered);
  requireEqual("the ring", loadedRings(c, call, std::nullopt, true), {answered});
  requireEqual("the revision", c.state(call).call.revision, std::int64_t{2});
}

void whatIsLoaded(StorageCase& c) {
  CallChange change = c.starting("thread", c.alice, 0);
  change.rings = {ringOf(c.bob, RingState::ringing, 0), ringOf(c.carol, RingState::declined, 0),
                  ringOf(user("dave"), RingState::busy, 0)};
  const CallId call = c.commit(change).call.id;
  requireEqual("those that ring", calleesOf(loadedRings(c, call, std::nullopt, false)), {c.bob});
  requireEqual("and the user's own", calleesOf(loadedRings(c, call, c.carol, false)), {c.bob, c.carol});
  requireEqual("all", calleesOf(loadedRings(c, call, c.alice, true)), {c.bob, c.carol, user("dave")});
  const CallId other = c.start("other", c.alice, 1);
  require(loadedRings(c, other, c.bob, true).empty(), "no ring of another call");
}

void claimed(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0);
  c.jobs().add(c.newJob(JobType::setupCall, call, 0));
  const auto job = c.claim(1);
  requireEqual("those that ring", job.value().call.value().rings, {ringOf(c.bob, RingState::ringing, 0)});
}

void conflict(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0);
  CallChange late = c.changing(call, 2);
  late.rings = {ringOf(c.bob, RingState::missed, 0)};
  c.join(call, c.carol, 1);
  const auto status = c.unchangedBy([&] { return c.calls().commit(late).status; });
  requireEqual("the answer", status, CommitResult::Status::conflict);
  requireEqual("the ring", loadedRings(c, call, c.bob, false), {ringOf(c.bob, RingState::ringing, 0)});
}

void missed(StorageCase& c) {
  const CallId one = ringing(c, "one", 0, RingState::missed);
  const CallId two = ringing(c, "two", 1, RingState::busy);
  ringing(c, "three", 2, RingState::answered);
  const CallId four = ringing(c, "four", 3, RingState::missed);
  auto page = c.calls().missed(missedBy(c.bob));
  requireEqual("newest first", idsOf(page.calls), {four, two, one});
  requireEqual("not seen", page.unseen, std::size_t{3});
  require(!page.more, "that was all");
  CallStore::MissedQuery query = missedBy(c.bob);
  query.limit = 1;
  page = c.calls().missed(query);
  requireEqual("one", idsOf(page.calls), {four});
  require(page.more, "there are more");
  query.before = four;
  query.limit = 25;
  requireEqual("those before", idsOf(c.calls().missed(query).calls), {two, one});
  query.before.reset();
  query.since = at(1);
  requireEqual("those since", idsOf(c.calls().missed(query).calls), {four, two});
  query.before = CallId{"nowhere"};
  require(!c.calls().missed(query).knowsBefore, "an unknown call is told");
  require(c.calls().missed(missedBy(c.carol)).calls.empty(), "nothing of others");
}

void seen(StorageCase& c) {
  const CallId one = ringing(c, "one", 0, RingState::missed);
  ringing(c, "two", 1, RingState::missed);
  const CallId three = ringing(c, "three", 2);
  const std::int64_t revision = c.state(one).call.revision;
  requireEqual("up to the first", c.calls().markSeen(c.bob, c.state(one).call.sequence), std::size_t{1});
  requireEqual("not seen", c.calls().missed(missedBy(c.bob)).unseen, std::size_t{1});
  requireEqual("all", c.calls().markSeen(c.bob, c.state(three).call.sequence), std::size_t{1});
  requireEqual("again", c.calls().markSeen(c.bob, c.state(three).call.sequence), std::size_t{0});
  requireEqual("not seen", c.calls().missed(missedBy(c.bob)).unseen, std::size_t{0});
  requireEqual("still missed", c.calls().missed(missedBy(c.bob)).calls.size(), std::size_t{2});
  requireEqual("the revision", c.state(one).call.revision, revision);
  require(!loadedRings(c, three, c.bob, false).at(0).seen, "what rings is not seen");
}

void inHistory(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0);
  CallStore::HistoryQuery query;
  query.thread = ThreadId{"thread"};
  query.viewer = c.bob;
  requireEqual("of the viewer", c.calls().history(query).calls.at(0).ring.value(),
               ringOf(c.bob, RingState::ringing, 0));
  query.viewer = c.alice;
  require(!c.calls().history(query).calls.at(0).ring, "the caller has none");
  const auto active = c.calls().activeCalls({ThreadId{"thread"}}, c.bob);
  require(active.at(0).ring.has_value(), "also of active calls");
  c.end(call, 1);
}

void busy(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0);
  c.join(call, c.carol, 1);
  requireEqual("in a call", c.calls().busy({c.carol, c.bob, c.alice}), {c.carol, c.alice});
  c.leave(call, c.carol, 2);
  requireEqual("left", c.calls().busy({c.carol, c.bob, c.alice}), {c.alice});
  c.end(call, 3);
  requireEqual("ended", c.calls().busy({c.carol, c.bob, c.alice}), {});
}

void pruned(StorageCase& c) {
  const CallId call = ringing(c, "thread", 0, RingState::missed);
  c.end(call, 1);
  c.start("other", c.alice, 2);
  requireEqual("pruned", c.calls().prune({t(100), 10}), std::size_t{1});
  require(c.calls().missed(missedBy(c.bob)).calls.empty(), "its rings are gone too");
}

void erased(StorageCase& c) {
  const CallId one = ringing(c, "one", 0, RingState::missed);
  c.end(one, 1);
  const CallId two = c.start("two", c.bob, 2);
  c.join(two, c.carol, 3);
  const CallId three = c.start("three", c.carol, 4);
  const std::int64_t revision = c.state(two).call.revision;
  const std::int64_t unnamed = c.state(three).call.revision;
  const UserId instead{"erased", "x"};
  CallStore::EraseRequest request{c.bob, instead};
  request.limit = 1;
  std::size_t calls = 0;
  for (std::optional<std::int64_t> next{0}; next;) {
    request.after = *next;
    const CallStore::Erased part = c.calls().erase(request);
    calls += part.calls;
    next = part.next;
  }
  requireEqual("calls that named the user", calls, std::size_t{2});
  requireEqual("the owner", c.state(two).call.owner, instead);
  require(c.state(two).call.revision > revision, "the revision is raised");
  requireEqual("of a call that did not name them", c.state(three).call.revision, unnamed);
  requireEqual("the first one's row", c.rows(two).at(0).user, instead);
  requireEqual("the other's row", c.rows(two).at(1).user, c.carol);
  requireEqual("the session", c.state(two, instead).sessions.at(0).user, instead);
  requireEqual("the ring", calleesOf(loadedRings(c, one, std::nullopt, true)), {instead});
  require(c.calls().missed(missedBy(c.bob)).calls.empty(), "nothing was missed by the user");
  requireEqual("but by the other one", c.calls().missed(missedBy(instead)).calls.size(), std::size_t{1});
  requireEqual("again", c.calls().erase({c.bob, instead}).calls, std::size_t{0});
}

void others(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.leave(call, c.bob, 2);
  CallStore::LoadRequest request;
  request.call = call;
  request.user = c.alice;
  request.others = {c.bob, c.carol, c.alice};
  const CallState state = c.calls().load(request).call.value();
  requireEqual("rows", state.participants.size(), std::size_t{2});
  require(state.find(c.bob) != nullptr, "one who has left too");
  requireEqual("sessions of the user alone", state.sessions.size(), std::size_t{1});
}

}  // namespace

void checkRings(StorageChecks& checks) {
  checks.run("totals: active calls, open sessions, and rings of active calls that ring", totals);
  checks.run("load: rows of others asked for -> those that exist, each once", others);
  checks.run("rings: written -> as given, with the call's revision raised", rowsAsGiven);
  checks.run("rings: loaded -> those that ring and the user's own, or all", whatIsLoaded);
  checks.run("rings: a claimed job -> its call has those that ring", claimed);
  checks.run("rings: the call changed meanwhile -> conflict, and the ring stays", conflict);
  checks.run("rings: missed -> a page, newest first, and how many are not seen", missed);
  checks.run("rings: seen -> up to a call, once, and no revision is raised", seen);
  checks.run("rings: history and active calls -> with the viewer's ring", inHistory);
  checks.run("rings: busy -> who is in an active call now", busy);
  checks.run("erase: another user in the place of one, in every row, call by call", erased);
  checks.run("rings: the call is pruned -> they go too", pruned);
}

}  // namespace messenger::testing
