#include <algorithm>

#include "testing/conformance/storage_case.hpp"

namespace messenger::inline v0::testing {
namespace {

HeartbeatStore::Report report(std::vector<std::pair<SessionKey, StorageTime>> lastSeen) {
  return {there, std::move(lastSeen), std::nullopt};
}

void saves(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 5);
  c.join(call, c.bob, 5);
  c.heartbeats().save(report({{{call, c.alice}, t(9)}, {{call, c.bob}, t(4)}}));
  requireEqual("alice", c.lastSeen(call, c.alice), t(9));
  requireEqual("an earlier time changes nothing", c.lastSeen(call, c.bob), t(5));
  const auto silent = c.silent();
  requireEqual("bob was seen by", silent.at(0).seenBy, here);
  requireEqual("alice was seen by", silent.at(1).seenBy, there);
}

void passesOver(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 0);
  c.leave(call, c.bob, 1);
  const auto out = c.heartbeats().save(report({{{call, c.alice}, t(9)},
                                               {{call, c.bob}, t(9)},
                                               {{call, c.carol}, t(9)},
                                               {{CallId{"x"}, c.bob}, t(9)}}));
  const std::int64_t revision = c.state(call).call.revision;
  const auto isAmong = [&](const SessionKey& who, std::int64_t asOf) {
    return std::find(out.begin(), out.end(), HeartbeatStore::Absent{who, asOf}) != out.end();
  };
  requireEqual("how many are in no call", out.size(), std::size_t{3});
  require(isAmong({call, c.bob}, revision), "who left is not in the call, as of its revision");
  require(isAmong({call, c.carol}, revision), "who never joined is not either");
  require(isAmong({CallId{"x"}, c.bob}, HeartbeatStore::Absent::noSuchCall), "nobody is in no call");
  require(!c.lastSeen(call, c.bob), "a participant who left stays out");
  requireEqual("a late heartbeat with an earlier time is not skipped",
               c.heartbeats().save(report({{{call, c.alice}, t(2)}})).size(), std::size_t{0});
}

/// With two devices of alice in the call: the one without a name, and her phone.
CallId twoDevices(StorageCase& c) {
  CallId call = c.start("thread", c.alice, 5);
  CallChange change = c.changing(call, 5);
  change.sessions = {StorageCase::sessionOf(c.row(call, c.alice), 5, "phone")};
  c.commit(change);
  return call;
}

void eachDevice(StorageCase& c) {
  const CallId call = twoDevices(c);
  const SessionKey phone{call, c.alice, DeviceId{"phone"}};
  const SessionKey tablet{call, c.alice, DeviceId{"tablet"}};
  const auto out = c.heartbeats().save(report({{phone, t(9)}, {tablet, t(9)}}));
  requireEqual("a device that never joined is not open", out.size(), std::size_t{1});
  requireEqual("it", out[0].who, tablet);
  requireEqual("the phone", c.lastSeen(call, c.alice, "phone"), t(9));
  requireEqual("the other", c.lastSeen(call, c.alice), t(5));
  requireEqual("silent since", c.heartbeats().silent({t(5), INT64_MAX, std::nullopt, 9}).at(0).who,
               SessionKey{call, c.alice});
  CallChange change = c.changing(call, 10);
  change.sessions = {StorageCase::sessionOf(c.row(call, c.alice), 5)};
  change.sessions[0].closedAt = at(10);
  c.commit(change);
  requireEqual("departed", c.heartbeats().departures({t(10), 9}).at(0).who, SessionKey{call, c.alice});
  requireEqual("the phone stays", c.silent().at(0).who, phone);
}

void devicesTogether(StorageCase& c) {
  const CallId call = twoDevices(c);
  HeartbeatStore::SilentQuery query{t(5), INT64_MAX, std::nullopt, 1};
  for (const char* device : {"", "phone"}) {
    const auto page = c.heartbeats().silent(query);
    requireEqual("a page", page.size(), std::size_t{1});
    requireEqual("by device", page[0].who, SessionKey{call, c.alice, DeviceId{device}});
    query.after = page[0];
  }
  require(c.heartbeats().silent(query).empty(), "none is left");
}

void large(StorageCase& c) {
  constexpr int people = 2500;
  const CallId call = c.start("thread", c.alice, 0);
  CallChange change = c.changing(call, 0);
  HeartbeatStore::Report all = report({});
  for (int i = 0; i < people; ++i) {
    const UserId who = user(std::to_string(i));
    change.participants.push_back(c.newRow(call, who, 0));
    change.sessions.push_back(StorageCase::sessionOf(change.participants.back(), 0));
    all.lastSeen.push_back({{call, who}, t(7)});
  }
  c.commit(change);
  all.peer = HeartbeatStore::Peer{there, t(0), t(7), t(30)};
  require(c.heartbeats().save(all).empty(), "all are in the call");
  requireEqual("who was not seen", c.heartbeats().silent({t(6), INT64_MAX, std::nullopt, 10}).size(),
               std::size_t{1});
}

void peers(StorageCase& c) {
  const HeartbeatStore::Peer one{here, t(1), t(2), t(32)};
  HeartbeatStore::Peer other{there, t(3), t(4), t(34)};
  c.heartbeats().save({here, {}, one});
  c.heartbeats().save({there, {}, other});
  other = {there, t(3), t(20), t(50)};
  c.heartbeats().save({there, {}, other});
  auto all = c.heartbeats().peers();
  requireEqual("how many", all.size(), std::size_t{2});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  requireEqual("the first's lease", all[0].leaseUntil, t(32));
  requireEqual("the other reported up to", all[1].reportedUpTo, t(20));
  requireEqual("the other's lease", all[1].leaseUntil, t(50));
  requireEqual("the other receives since", all[1].receivingSince, t(3));
  c.heartbeats().save({there, {}, HeartbeatStore::Peer{there, t(2), t(19), t(60)}});  // it began before
  c.heartbeats().save({there, {}, HeartbeatStore::Peer{there, t(3), t(20), t(40)}});  // its lease ends early
  all = c.heartbeats().peers();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  requireEqual("reported up to, after an older report", all[1].reportedUpTo, t(20));
  requireEqual("the lease, as last reported", all[1].leaseUntil, t(40));
  requireEqual("receiving since, after an older report", all[1].receivingSince, t(3));
  constexpr std::int64_t week = std::int64_t{7} * 24 * 3600;
  c.heartbeats().save({there, {}, HeartbeatStore::Peer{there, t(3), t(week), t(week + 31)}});
  requireEqual("within a week", c.heartbeats().peers().size(), std::size_t{2});
  c.heartbeats().save({there, {}, HeartbeatStore::Peer{there, t(3), t(week), t(week + 33)}});
  requireEqual("after a week", c.heartbeats().peers().size(), std::size_t{1});
}

void silence(StorageCase& c) {
  const CallId one = c.start("one", c.alice, 1);
  c.join(one, c.bob, 2);
  const CallId two = c.start("two", c.carol, 3);
  const std::int64_t highest = c.state(two).call.sequence;
  using Query = HeartbeatStore::SilentQuery;
  requireEqual("at or before", c.heartbeats().silent(Query{t(2), highest, std::nullopt, 9}).size(),
               std::size_t{2});
  requireEqual("of the calls up to one",
               c.heartbeats().silent(Query{t(9), highest - 1, std::nullopt, 9}).size(), std::size_t{2});
  const auto first = c.heartbeats().silent(Query{t(9), highest, std::nullopt, 2});
  requireEqual("a page", first.size(), std::size_t{2});
  requireEqual("the longest silent first", first[0].who, SessionKey{one, c.alice});
  const auto rest = c.heartbeats().silent(Query{t(9), highest, first[1], 2});
  requireEqual("the next page", rest.size(), std::size_t{1});
  requireEqual("the last", rest[0].who, SessionKey{two, c.carol});
  c.end(one, 5);
  requireEqual("nobody in an ended call", c.silent().size(), std::size_t{1});
}

void seenTogether(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 1);
  c.commit(c.joining(call, {c.bob, c.carol}, 1));
  HeartbeatStore::SilentQuery query{t(1), INT64_MAX, std::nullopt, 1};
  for (const UserId& who : {c.alice, c.bob, c.carol}) {
    const auto page = c.heartbeats().silent(query);
    requireEqual("a page", page.size(), std::size_t{1});
    requireEqual("by sequence", page[0].who.user, who);
    query.after = page[0];
  }
  require(c.heartbeats().silent(query).empty(), "nobody is left");
}

void departures(StorageCase& c) {
  const CallId call = c.start("thread", c.alice, 0);
  c.join(call, c.bob, 1);
  c.join(call, c.carol, 1);
  c.leave(call, c.bob, 5);
  c.leave(call, c.carol, 7);
  requireEqual("at or after", c.heartbeats().departures({t(5), 9}).size(), std::size_t{2});
  requireEqual("later", c.heartbeats().departures({t(6), 9}).size(), std::size_t{1});
  requireEqual("who", c.heartbeats().departures({t(6), 9}).at(0).who, SessionKey{call, c.carol});
  requireEqual("as of", c.heartbeats().departures({t(6), 9}).at(0).revision, c.state(call).call.revision);
  requireEqual("at most", c.heartbeats().departures({t(0), 1}).size(), std::size_t{1});
}

}  // namespace

void checkHeartbeats(StorageChecks& checks) {
  checks.run("save: last seen, never an earlier time over a later one", saves);
  checks.run("save: a participant in no call -> skipped and returned", passesOver);
  checks.run("save: two devices of a user -> each by itself", eachDevice);
  checks.run("save: a large report -> all of it", large);
  checks.run(
      "peers: as last reported, never an older report over a newer one; deleted a week after their lease",
      peers);
  checks.run("silent: by last seen, in pages, of calls up to a sequence", silence);
  checks.run("silent: seen at the same time -> by sequence, each once", seenTogether);
  checks.run("silent: devices seen at the same time -> by their names, each once", devicesTogether);
  checks.run("departures: participants who left at or after a time", departures);
}

}  // namespace messenger::testing
