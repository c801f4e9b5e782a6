#include <algorithm>

#include "testing/conformance/storage_case.hpp"

namespace messenger::testing {
namespace {

void save(StorageCase& c, const Call& call, const UserId& who, TimePoint heard, InstanceId heardBy = there) {
  c->saveHeartbeats({heardBy, at(0), heard, {{{call.id, who}, heard}}});
}

std::vector<UserId> usersOf(const std::vector<StoredPresence>& rows) {
  std::vector<UserId> result;
  result.reserve(rows.size());
  for (const StoredPresence& row : rows) result.push_back(row.who.user);
  return result;
}

void saves(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c->saveHeartbeats({there, at(0), at(30), {{{call.id, c.alice}, at(20)}, {{call.id, c.bob}, at(25)}}});
  const auto alice = c.heard(call, c.alice);
  const auto bob = c.heard(call, c.bob);
  require(alice && bob, "both are known");
  requireEqual("when alice was heard", alice->lastHeard, at(20));
  requireEqual("by whom", alice->heardBy, there);
  requireEqual("when bob was heard", bob->lastHeard, at(25));
}

void neverBack(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  save(c, call, c.alice, at(20), there);
  save(c, call, c.alice, at(10), here);
  const auto heard = c.heard(call, c.alice);
  requireEqual("when alice was heard", heard.value().lastHeard, at(20));
  requireEqual("by whom", heard->heardBy, there);
  save(c, call, c.alice, at(21), here);
  requireEqual("when alice was heard then", c.heard(call, c.alice).value().lastHeard, at(21));
  requireEqual("by whom then", c.heard(call, c.alice)->heardBy, here);
}

void passesOver(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  c.join(call, c.bob, at(1));
  c.leave(call, c.bob, at(2));
  const Call ended = c.start("ended", c.alice, at(0));
  c.end(ended, at(1));
  c.unchangedBy([&] {
    save(c, call, c.bob, at(20));
    save(c, call, c.carol, at(20));
    save(c, ended, c.alice, at(20));
    Call nowhere;
    nowhere.id = CallId{"nowhere"};
    save(c, nowhere, c.alice, at(20));
    return 0;
  });
}

void onlyHeard(StorageCase& c) {
  const Call call = c.start("thread", c.alice, at(0));
  const CallParticipant row = c.participant(call, c.alice);
  save(c, call, c.alice, at(20));
  requireEqual("the row", c.participant(call, c.alice), row);
}

void listens(StorageCase& c) {
  const InstanceId third{9};
  requireEqual("how many at first", c->listeners(here, at(0)).count, std::size_t{0});
  c->saveHeartbeats({here, at(1), at(30), {}});
  c->saveHeartbeats({there, at(5), at(31), {}});
  c->saveHeartbeats({third, at(3), at(40), {}});
  Listeners listeners = c->listeners(here, at(31));
  requireEqual("how many besides oneself", listeners.count, std::size_t{2});
  requireEqual("which began last", listeners.latestListeningSince, at(5));
  listeners = c->listeners(here, at(32));
  requireEqual("how many wrote lately", listeners.count, std::size_t{1});
  requireEqual("which of those began last", listeners.latestListeningSince, at(3));
  listeners = c->listeners(third, at(41));
  requireEqual("how many wrote very lately", listeners.count, std::size_t{0});
  requireEqual("which of none", listeners.latestListeningSince, std::nullopt);
}

void listensAnew(StorageCase& c) {
  c->saveHeartbeats({there, at(5), at(31), {}});
  c->saveHeartbeats({there, at(33), at(35), {}});
  const Listeners listeners = c->listeners(here, at(35));
  requireEqual("how many", listeners.count, std::size_t{1});
  requireEqual("since when", listeners.latestListeningSince, at(33));
}

/// Three calls; those in them last heard at 10, 20, 20, 30.
Call someSilent(StorageCase& c) {
  const Call one = c.start("one", c.alice, at(10));
  c.join(one, c.bob, at(30));
  const Call two = c.start("two", c.carol, at(20));
  const Call three = c.start("three", c.dave, at(20));
  return two.sequence < three.sequence ? three : two;
}

SilentQuery silentUntil(TimePoint moment) {
  SilentQuery query;
  query.heardAtOrBefore = moment;
  query.cutoff = INT64_MAX;
  return query;
}

void silentInOrder(StorageCase& c) {
  someSilent(c);
  requireEqual("those silent since 30", usersOf(c->silentParticipants(silentUntil(at(30)))),
               {c.alice, c.carol, c.dave, c.bob});
  requireEqual("those silent since 20", usersOf(c->silentParticipants(silentUntil(at(20)))),
               {c.alice, c.carol, c.dave});
  requireEqual("those silent since just before 20",
               usersOf(c->silentParticipants(silentUntil(at(20) - Duration{1}))), {c.alice});
  require(c->silentParticipants(silentUntil(at(9))).empty(), "nobody is silent since 9");
}

void silentPaging(StorageCase& c) {
  someSilent(c);
  SilentQuery query = silentUntil(at(30));
  query.limit = 1;
  std::vector<UserId> seen;
  for (int page = 0; page < 5; ++page) {
    const std::vector<StoredPresence> rows = c->silentParticipants(query);
    require(rows.size() == (page < 4 ? 1U : 0U), "each page has one, the last none");
    for (const StoredPresence& row : rows) {
      seen.push_back(row.who.user);
      query.after = row;
    }
  }
  requireEqual("those of all pages", seen, {c.alice, c.carol, c.dave, c.bob});
}

void silentUpToCutoff(StorageCase& c) {
  const Call last = someSilent(c);
  SilentQuery query = silentUntil(at(30));
  query.cutoff = last.sequence - 1;
  requireEqual("those of the earlier calls", usersOf(c->silentParticipants(query)),
               {c.alice, c.carol, c.bob});
  query.cutoff = 0;
  require(c->silentParticipants(query).empty(), "a cutoff of nothing lets nobody through");
}

void silentOnlyInCalls(StorageCase& c) {
  const Call call = c.start("one", c.alice, at(0));
  c.join(call, c.bob, at(0));
  c.join(call, c.carol, at(0));
  c.leave(call, c.bob, at(1));
  c.kick(call, c.alice, c.carol, at(2));
  requireEqual("those in the call", usersOf(c->silentParticipants(silentUntil(at(9)))), {c.alice});
  c.end(call, at(3));
  require(c->silentParticipants(silentUntil(at(9))).empty(), "nobody is in an ended call");
}

void departed(StorageCase& c) {
  const Call call = c.start("one", c.alice, at(0));
  for (const UserId& who : {c.bob, c.carol, c.dave}) c.join(call, who, at(0));
  c.leave(call, c.bob, at(10));
  c.kick(call, c.alice, c.carol, at(20));
  const auto has = [&](TimePoint since, const UserId& who) {
    const std::vector<InCallKey> rows = c->departuresSince(since, 100);
    return std::count(rows.begin(), rows.end(), InCallKey{call.id, who}) == 1;
  };
  require(has(at(10), c.bob) && has(at(10), c.carol), "who left, and who was kicked, has departed");
  require(!has(at(10), c.alice), "who is in the call has not");
  require(!has(at(11), c.bob) && has(at(11), c.carol), "only departures since then are given");
  c.join(call, c.bob, at(25));
  require(!has(at(10), c.bob), "who has come back has not departed");
  c.end(call, at(30));
  require(has(at(30), c.alice) && has(at(30), c.bob) && has(at(30), c.dave), "an end makes everyone depart");
  require(!has(at(30), c.carol), "who was out before departed before");
  requireEqual("how many, with a limit", c->departuresSince(at(0), 2).size(), std::size_t{2});
}

}  // namespace

void checkPresence(StorageChecks& checks) {
  checks.run("saveHeartbeats: stores when each was heard, and by whom", saves);
  checks.run("saveHeartbeats: never puts an earlier time over a later one", neverBack);
  checks.run("saveHeartbeats: passes over who is in no call", passesOver);
  checks.run("saveHeartbeats: leaves the participant's row as it is", onlyHeard);
  checks.run("listeners: counts others that saved at or after a time, and knows which began last", listens);
  checks.run("listeners: an instance that listens anew is counted once, from then on", listensAnew);
  checks.run("silentParticipants: come by when they were last heard, then by sequence", silentInOrder);
  checks.run("silentParticipants: come in pages, each behind the last one", silentPaging);
  checks.run("silentParticipants: of calls up to the cutoff only", silentUpToCutoff);
  checks.run("silentParticipants: only those in an active call", silentOnlyInCalls);
  checks.run("departuresSince: who left, was kicked, or was put out by an end, and is still out", departed);
}

}  // namespace messenger::testing
