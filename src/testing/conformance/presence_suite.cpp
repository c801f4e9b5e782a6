#include "messenger/testing/presence_suite.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

#include "testing/conformance/checks.hpp"
#include "testing/conformance/crowd.hpp"

namespace messenger::inline v0::testing {
namespace {

using std::chrono::seconds;

/// One check: a new presence, and the time.
class PresenceCase {
 public:
  PresenceCase(std::shared_ptr<Presence> presence, const PresenceSuiteOptions& options)
      : presence_(std::move(presence)), options_(options) {
    require(presence_ != nullptr, "the factory gives a presence");
  }

  Presence* operator->() const noexcept { return presence_.get(); }
  [[nodiscard]] SteadyPoint now() const noexcept { return now_; }

  void advance(Duration by) {
    now_ += by;
    if (options_.onAdvance) options_.onAdvance(by);
  }

  [[nodiscard]] bool touch(const SessionKey& who) {
    return presence_->touch(who.call, who.user, who.device, now_);
  }
  void track(const SessionKey& who, std::int64_t revision = 1) {
    presence_->track(who, revision, now_);
    presence_->confirm(who, revision);
  }

  [[nodiscard]] std::size_t seenCount(const SessionKey& who, Duration atMost) const {
    const auto all = presence_->seenWithin(atMost, now_);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const LastSeen& seen) { return seen.who == who; }));
  }

  void requireAge(std::string_view what, const std::optional<Duration>& age, Duration expected) const {
    require(age.has_value(), std::string{what} + " is tracked");
    if (*age < expected - options_.tolerance || *age > expected + options_.tolerance) {
      requireEqual(what, *age, expected);
    }
  }

 private:
  std::shared_ptr<Presence> presence_;
  const PresenceSuiteOptions& options_;
  SteadyPoint now_{std::chrono::hours{5}};
};

SessionKey who(const std::string& call, const std::string& name) {
  return {CallId{call}, UserId{"user", name}};
}

void untracked(PresenceCase& c) {
  require(!c.touch(who("c", "alice")), "a heartbeat of somebody who is not tracked returns false");
  require(!c->sinceLastSeen(who("c", "alice"), c.now()), "it does not track them either");
  require(c->seenWithin(seconds{60}, c.now()).empty(), "nobody was seen");
}

void tracks(PresenceCase& c) {
  c.track(who("c", "alice"));
  c.requireAge("the age at once", c->sinceLastSeen(who("c", "alice"), c.now()), Duration::zero());
  c.advance(seconds{20});
  c.requireAge("the age after 20 s", c->sinceLastSeen(who("c", "alice"), c.now()), seconds{20});
  require(!c->sinceLastSeen(who("c", "bob"), c.now()), "another user is not tracked");
  require(!c->sinceLastSeen(who("d", "alice"), c.now()), "another call is not tracked");
  require(!c->sinceLastSeen({CallId{"c"}, UserId{"company", "alice"}}, c.now()),
          "another type is not tracked");
}

void touches(PresenceCase& c) {
  c.track(who("c", "alice"));
  c.track(who("c", "bob"));
  c.advance(seconds{20});
  require(c.touch(who("c", "alice")), "a heartbeat of somebody tracked returns true");
  c.advance(seconds{10});
  c.requireAge("alice's age", c->sinceLastSeen(who("c", "alice"), c.now()), seconds{10});
  c.requireAge("bob's age", c->sinceLastSeen(who("c", "bob"), c.now()), seconds{30});
}

/// One that outlives the process which tracks must not rely on it before it has said so.
void confirms(PresenceCase& c) {
  const bool relies = !c->isShared();
  const SessionKey alice = who("c", "alice");
  c->track(alice, 3, c.now());
  require(c.touch(alice) == relies, "a shared one: not tracked before it is confirmed");
  require(c->sinceLastSeen(alice, c.now()).has_value() == relies, "nor has it been seen");
  require(c.seenCount(alice, seconds{5}) == (relies ? 1U : 0U), "nor is it given");
  c->confirm(alice, 2);
  require(c.touch(alice) == relies, "confirmed as of an earlier revision: nothing changes");
  c->confirm(alice, 3);
  require(c.touch(alice), "confirmed: they are tracked");
  c->track(alice, 3, c.now());
  require(c.touch(alice), "tracked again as of the same revision: they stay confirmed");
  c->track(alice, 4, c.now());
  require(c.touch(alice) == relies, "as of a later one: that is to be confirmed again");
  c->untrack(alice, 4);
  c->confirm(alice, 4);
  require(!c.touch(alice), "untracked: there is nothing to confirm");
}

void tracksAgain(PresenceCase& c) {
  c.track(who("c", "alice"));
  c.advance(seconds{20});
  c.track(who("c", "alice"));
  c.requireAge("the age", c->sinceLastSeen(who("c", "alice"), c.now()), Duration::zero());
  require(c.seenCount(who("c", "alice"), seconds{5}) == 1, "they are tracked once");
}

void untracks(PresenceCase& c) {
  c.track(who("c", "alice"));
  c.track(who("c", "bob"));
  c->untrack(who("c", "alice"), 1);
  require(!c.touch(who("c", "alice")), "a heartbeat of somebody untracked returns false");
  require(!c->sinceLastSeen(who("c", "alice"), c.now()), "they are not tracked");
  c->untrack(who("c", "alice"), 1);
  c->untrack(who("c", "nobody"), 1);
  require(c->sinceLastSeen(who("c", "bob"), c.now()).has_value(), "others stay tracked");
  require(c.seenCount(who("c", "alice"), seconds{60}) == 0, "they are not among those seen");
  c.track(who("c", "alice"));
  require(c.touch(who("c", "alice")), "they can be tracked again");
}

void untracksAsOf(PresenceCase& c) {
  c.track(who("c", "alice"), 5);
  c->untrack(who("c", "alice"), 4);
  require(c.touch(who("c", "alice")), "as of an earlier revision: they stay tracked");
  c.track(who("c", "alice"), 3);
  c->untrack(who("c", "alice"), 4);
  require(c.touch(who("c", "alice")), "tracked again as of an earlier one: the later one counts");
  c->untrack(who("c", "alice"), 5);
  require(!c.touch(who("c", "alice")), "as of the same revision: they are untracked");

  c.track(who("c", "alice"), 5);
  c.track(who("c", "alice"), 7);
  c->untrack(who("c", "alice"), 6);
  require(c.touch(who("c", "alice")), "tracked again as of a later one: it counts");
  c->untrack(who("c", "alice"), std::numeric_limits<std::int64_t>::max());
  require(!c.touch(who("c", "alice")), "as of a later revision: they are untracked");
  c.track(who("c", "alice"), 2);
  c->untrack(who("c", "alice"), 2);
  require(!c.touch(who("c", "alice")), "nothing of the earlier tracking is left");
}

void keepsApart(PresenceCase& c) {
  const std::vector<SessionKey> keys{{CallId{"ab"}, UserId{"c", "d"}},
                                     {CallId{"a"}, UserId{"bc", "d"}},
                                     {CallId{"a"}, UserId{"b", "cd"}},
                                     {CallId{"abc"}, UserId{"", "d"}},
                                     {CallId{""}, UserId{"abc", "d"}},
                                     {CallId{"abcd"}, UserId{"", ""}},
                                     {CallId{"ab"}, UserId{"c", ""}, DeviceId{"d"}},
                                     {CallId{""}, UserId{"", ""}, DeviceId{"abcd"}}};
  for (const SessionKey& key : keys) {
    require(!c->sinceLastSeen(key, c.now()), "a key is not taken for another of the same letters");
    c.track(key);
  }
  for (const SessionKey& key : keys) c->untrack(key, 1);
  for (const SessionKey& key : keys) require(!c->sinceLastSeen(key, c.now()), "all are untracked");
}

void devices(PresenceCase& c) {
  const SessionKey unnamed = who("c", "alice");
  SessionKey phone = unnamed;
  phone.device = DeviceId{"phone"};
  SessionKey longer = unnamed;
  longer.device = DeviceId{std::string(longestDevice, 'x')};
  c.track(unnamed);
  require(!c.touch(phone), "another device of the user is not tracked");
  c.track(phone);
  c.track(longer);
  c.advance(seconds{20});
  require(c.touch(phone) && c.touch(longer), "each device is tracked by itself");
  c.requireAge("the age of the other", c->sinceLastSeen(unnamed, c.now()), seconds{20});
  require(c.seenCount(phone, seconds{5}) == 1 && c.seenCount(longer, seconds{5}) == 1, "they were seen");
  require(c.seenCount(unnamed, seconds{5}) == 0, "the other was not");
  c->untrack(phone, 1);
  require(!c.touch(phone), "one is untracked");
  require(c.touch(unnamed) && c.touch(longer), "the others stay tracked");
}

void seenAgain(PresenceCase& c) {
  constexpr int count = 200;
  const auto person = [](int i) { return who("call-" + std::to_string(i % 7), "user-" + std::to_string(i)); };
  for (int i = 0; i < count; ++i) {
    c.track(person(i));
    c.advance(seconds{1});
  }
  // Every third participant is seen again, in the same order.
  for (int i = 0; i < count; i += 3) {
    require(c.touch(person(i)), "they are tracked");
    c.advance(seconds{1});
  }
  for (int i = 0; i < count; ++i) {
    const int age = i % 3 == 0 ? (count - i - 1) / 3 + 1 : (count - i) + (count + 2) / 3;
    require(c.seenCount(person(i), seconds{age}) == 1, "somebody was seen as long ago as that");
    require(c.seenCount(person(i), seconds{age - 1}) == 0, "and not since");
  }
}

void seenUpTo(PresenceCase& c) {
  c.track(who("c", "alice"));
  c.advance(seconds{40});
  c.track(who("c", "bob"));
  c.advance(seconds{20});
  const std::vector<LastSeen> seen = c->seenWithin(seconds{20}, c.now());
  require(seen.size() == 1 && seen[0].who == who("c", "bob"), "somebody seen within 20 s is given");
  c.requireAge("how long ago", seen[0].ago, seconds{20});
  require(c->seenWithin(seconds{19}, c.now()).empty(), "nobody was seen within 19 s");
  require(c->seenWithin(seconds{60}, c.now()).size() == 2, "both were seen within 60 s");
}

void neverEarlier(PresenceCase& c) {
  c.track(who("c", "alice"));
  const SteadyPoint earlier = c.now() - seconds{10};
  require(c->touch(CallId{"c"}, UserId{"user", "alice"}, DeviceId{}, earlier),
          "an earlier heartbeat returns true");
  c->track(who("c", "alice"), 1, earlier);
  c.requireAge("the age", c->sinceLastSeen(who("c", "alice"), c.now()), Duration::zero());
}

void manyComeAndGo(PresenceCase& c) {
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i) c.track(who("call-" + std::to_string(i), "user"));
  c.advance(seconds{1});
  for (int i = 0; i < count; i += 2) c->untrack(who("call-" + std::to_string(i), "user"), 1);
  for (int i = 1; i < count; i += 4) require(c.touch(who("call-" + std::to_string(i), "user")), "tracked");
  for (int i = 0; i < count; ++i) {
    require(c->sinceLastSeen(who("call-" + std::to_string(i), "user"), c.now()).has_value() == (i % 2 == 1),
            "exactly those who were not untracked are tracked");
  }
  requireEqual("how many are tracked", c->seenWithin(seconds{1}, c.now()).size(), std::size_t{1500});
  requireEqual("how many were seen", c->seenWithin(Duration::zero(), c.now()).size(), std::size_t{750});
}

void longTexts(PresenceCase& c) {
  const SessionKey huge{CallId{std::string(1'000'000, 'x')}, UserId{"user", std::string("\0y", 2)}};
  require(!c.touch(huge), "a huge id is not tracked at first");
  c.track(huge);
  require(c.touch(huge), "a huge id can be tracked");
  require(c.seenCount(huge, Duration::zero()) == 1, "it comes back as it was");
  // Around every size at which an implementation may store or compare texts differently.
  const auto sized = [](std::size_t call, std::size_t user) {
    return who(std::string(call, 'c'), std::string(user, 'u'));
  };
  constexpr std::size_t most = 40;
  for (std::size_t size = 0; size < most; ++size) c.track(sized(size, most - size / 2));
  for (std::size_t size = 0; size < most; ++size) {
    const SessionKey key = sized(size, most - size / 2);
    SessionKey other = key;
    other.user.id.back() = 'v';
    require(c.touch(key), "ids of all sizes are tracked");
    require(!c.touch(other), "one that differs in its last byte is not");
    other.user.id.back() = 'u';
    other.user.id[other.user.id.size() / 2] = 'v';
    require(!c.touch(other), "one that differs in its middle is not");
  }
  requireEqual("how many are tracked", c->seenWithin(Duration::zero(), c.now()).size(), most + 1);
}

void atOnce(PresenceCase& c) {
  constexpr std::size_t people = 64;
  const auto person = [](std::size_t i) { return who("call", "user-" + std::to_string(i)); };
  for (std::size_t i = 0; i < people; ++i) c.track(person(i));
  c.advance(seconds{60});
  const SteadyPoint now = c.now();
  std::atomic<std::size_t> unseen{0};
  // Half send heartbeats while the other half join and leave, and others read who was seen.
  crowd(people * 100, [&](std::size_t i) {
    const SessionKey key = person(i % people);
    const SteadyPoint mine = now + std::chrono::nanoseconds{(i * 7) % 13};
    if (i % 2 == 0) {
      if (!c->touch(key.call, key.user, key.device, mine)) ++unseen;
    } else if (i % 3 == 0) {
      c->untrack(key, 1);
    } else {
      c->track(key, 1, mine);
    }
    if (i % 25 == 0) static_cast<void>(c->seenWithin(seconds{30}, mine));
  });
  requireEqual("how many heartbeats returned false", unseen.load(), std::size_t{0});
  for (std::size_t i = 0; i < people; i += 2) {
    requireEqual("how often somebody is given", c.seenCount(person(i), seconds{30}), std::size_t{1});
  }
}

}  // namespace

std::size_t presenceSuite(const std::function<std::shared_ptr<Presence>()>& make, const ReportSink& report,
                          const PresenceSuiteOptions& options) {
  Checks checks(report);
  const auto run = [&](const std::string& sentence, void (*body)(PresenceCase&)) {
    checks.run(sentence, [&] {
      PresenceCase testCase(make(), options);
      body(testCase);
    });
  };
  run("touch: not tracked → false, and nothing changes", untracked);
  run("track: one user in one call is tracked, seen now", tracks);
  run("touch: tracked → true, seen now", touches);
  run("touch: several devices of a user → each by itself", devices);
  run("track: repeating it is a heartbeat", tracksAgain);
  run("confirm: a shared presence does not rely on a tracking before", confirms);
  run("untrack: they are no longer tracked; repeating it does nothing", untracks);
  run("untrack: as of an earlier revision than tracked → nothing changes", untracksAsOf);
  run("presence: calls, user types and user ids are kept apart", keepsApart);
  run("seenWithin: goes by when each was last seen", seenAgain);
  run("seenWithin: the limit itself is within", seenUpTo);
  run("presence: an earlier time never replaces a later one", neverEarlier);
  run("presence: many are tracked and untracked", manyComeAndGo);
  run("presence: ids of any length and content", longTexts);
  run("presence: several threads at once", atOnce);
  return checks.failures();
}

}  // namespace messenger::testing
