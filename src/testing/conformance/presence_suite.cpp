#include "messenger/testing/presence_suite.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <string>

#include "testing/conformance/checks.hpp"
#include "testing/conformance/crowd.hpp"

namespace messenger::testing {
namespace {

using std::chrono::seconds;

/// One check at work: a fresh presence, and the time.
class PresenceCase {
 public:
  PresenceCase(std::shared_ptr<Presence> presence, const PresenceSuiteOptions& options)
      : presence_(std::move(presence)), options_(options) {
    require(presence_ != nullptr, "the factory gives a presence");
  }

  Presence* operator->() const noexcept { return presence_.get(); }
  [[nodiscard]] const Moment& now() const noexcept { return now_; }

  void advance(Duration by) {
    now_.wall += by;
    now_.steady += by;
    if (options_.onAdvance) options_.onAdvance(by);
  }

  [[nodiscard]] bool touch(const InCallKey& who) { return presence_->touch(who.call, who.user, now_); }
  void admit(const InCallKey& who) { presence_->admit(who, now_); }

  [[nodiscard]] std::size_t heardCount(const InCallKey& who, Duration atMost) const {
    const auto all = presence_->heardWithin(atMost, now_);
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Heard& heard) { return heard.who == who; }));
  }

  void requireAge(std::string_view what, const std::optional<Duration>& age, Duration expected) const {
    require(age.has_value(), std::string{what} + " is known");
    if (*age < expected - options_.tolerance || *age > expected + options_.tolerance) {
      requireEqual(what, *age, expected);
    }
  }

 private:
  std::shared_ptr<Presence> presence_;
  const PresenceSuiteOptions& options_;
  Moment now_{TimePoint{std::chrono::hours{24 * 365 * 56}}, SteadyPoint{std::chrono::hours{5}}};
};

InCallKey who(const std::string& call, const std::string& name) {
  return {CallId{call}, UserId{"user", name}};
}

void unknown(PresenceCase& c) {
  require(!c.touch(who("c", "alice")), "a heartbeat of somebody unknown is not counted");
  require(!c->silence(who("c", "alice"), c.now()), "nor does it make them known");
  require(c->heardWithin(seconds{60}, c.now()).empty(), "nobody was heard");
}

void admits(PresenceCase& c) {
  c.admit(who("c", "alice"));
  c.requireAge("the silence at once", c->silence(who("c", "alice"), c.now()), Duration::zero());
  c.advance(seconds{20});
  c.requireAge("the silence after 20 s", c->silence(who("c", "alice"), c.now()), seconds{20});
  require(!c->silence(who("c", "bob"), c.now()), "another user is unknown");
  require(!c->silence(who("d", "alice"), c.now()), "another call is unknown");
  require(!c->silence({CallId{"c"}, UserId{"company", "alice"}}, c.now()), "another type is unknown");
}

void touches(PresenceCase& c) {
  c.admit(who("c", "alice"));
  c.admit(who("c", "bob"));
  c.advance(seconds{20});
  require(c.touch(who("c", "alice")), "a heartbeat of somebody known counts");
  c.advance(seconds{10});
  c.requireAge("alice's silence", c->silence(who("c", "alice"), c.now()), seconds{10});
  c.requireAge("bob's silence", c->silence(who("c", "bob"), c.now()), seconds{30});
}

void admitsAgain(PresenceCase& c) {
  c.admit(who("c", "alice"));
  c.advance(seconds{20});
  c.admit(who("c", "alice"));
  c.requireAge("the silence", c->silence(who("c", "alice"), c.now()), Duration::zero());
  require(c.heardCount(who("c", "alice"), seconds{5}) == 1, "they are known once");
}

void forgets(PresenceCase& c) {
  c.admit(who("c", "alice"));
  c.admit(who("c", "bob"));
  c->forget(who("c", "alice"));
  require(!c.touch(who("c", "alice")), "a heartbeat of somebody forgotten is not counted");
  require(!c->silence(who("c", "alice"), c.now()), "they are unknown");
  c->forget(who("c", "alice"));
  c->forget(who("c", "nobody"));
  require(c->silence(who("c", "bob"), c.now()).has_value(), "others stay known");
  require(c.heardCount(who("c", "alice"), seconds{60}) == 0, "nor heard");
  c.admit(who("c", "alice"));
  require(c.touch(who("c", "alice")), "they may be admitted again");
}

void keepsApart(PresenceCase& c) {
  const std::vector<InCallKey> keys{{CallId{"ab"}, UserId{"c", "d"}}, {CallId{"a"}, UserId{"bc", "d"}},
                                    {CallId{"a"}, UserId{"b", "cd"}}, {CallId{"abc"}, UserId{"", "d"}},
                                    {CallId{""}, UserId{"abc", "d"}}, {CallId{"abcd"}, UserId{"", ""}}};
  for (const InCallKey& key : keys) {
    require(!c->silence(key, c.now()), "a key is not known through another of the same letters");
    c.admit(key);
  }
  for (const InCallKey& key : keys) c->forget(key);
  for (const InCallKey& key : keys) require(!c->silence(key, c.now()), "all are forgotten");
}

void heardAgain(PresenceCase& c) {
  constexpr int count = 200;
  const auto person = [](int i) { return who("call-" + std::to_string(i % 7), "user-" + std::to_string(i)); };
  for (int i = 0; i < count; ++i) {
    c.admit(person(i));
    c.advance(seconds{1});
  }
  // Every third is heard again, in the same order.
  for (int i = 0; i < count; i += 3) {
    require(c.touch(person(i)), "they are known");
    c.advance(seconds{1});
  }
  for (int i = 0; i < count; ++i) {
    const int age = i % 3 == 0 ? (count - i - 1) / 3 + 1 : (count - i) + (count + 2) / 3;
    require(c.heardCount(person(i), seconds{age}) == 1, "somebody was heard as long ago as that");
    require(c.heardCount(person(i), seconds{age - 1}) == 0, "and not since");
  }
}

void heardUpTo(PresenceCase& c) {
  c.admit(who("c", "alice"));
  c.advance(seconds{40});
  c.admit(who("c", "bob"));
  c.advance(seconds{20});
  const std::vector<Heard> heard = c->heardWithin(seconds{20}, c.now());
  require(heard.size() == 1 && heard[0].who == who("c", "bob"), "who was heard within 20 s is given");
  c.requireAge("how long ago", heard[0].ago, seconds{20});
  require(c->heardWithin(seconds{19}, c.now()).empty(), "nobody was heard within 19 s");
  require(c->heardWithin(seconds{60}, c.now()).size() == 2, "both were heard within 60 s");
}

void manyComeAndGo(PresenceCase& c) {
  constexpr int count = 3000;
  for (int i = 0; i < count; ++i) c.admit(who("call-" + std::to_string(i), "user"));
  c.advance(seconds{1});
  for (int i = 0; i < count; i += 2) c->forget(who("call-" + std::to_string(i), "user"));
  for (int i = 1; i < count; i += 4) require(c.touch(who("call-" + std::to_string(i), "user")), "known");
  for (int i = 0; i < count; ++i) {
    require(c->silence(who("call-" + std::to_string(i), "user"), c.now()).has_value() == (i % 2 == 1),
            "exactly those who were not forgotten are known");
  }
  requireEqual("how many are known", c->heardWithin(seconds{1}, c.now()).size(), std::size_t{1500});
  requireEqual("how many were heard", c->heardWithin(Duration::zero(), c.now()).size(), std::size_t{750});
}

void longTexts(PresenceCase& c) {
  const InCallKey huge{CallId{std::string(1'000'000, 'x')}, UserId{"user", std::string("\0y", 2)}};
  require(!c.touch(huge), "a huge id is unknown");
  c.admit(huge);
  require(c.touch(huge), "and known once admitted");
  require(c.heardCount(huge, Duration::zero()) == 1, "it comes back as it was");
}

void atOnce(PresenceCase& c) {
  constexpr std::size_t people = 64;
  const auto person = [](std::size_t i) { return who("call", "user-" + std::to_string(i)); };
  for (std::size_t i = 0; i < people; ++i) c.admit(person(i));
  c.advance(seconds{60});
  const Moment now = c.now();
  std::atomic<std::size_t> unheard{0};
  // Half send heartbeats while the other half come and go, and somebody asks who was heard.
  crowd(people * 100, [&](std::size_t i) {
    const InCallKey key = person(i % people);
    const Moment mine{now.wall, now.steady + std::chrono::nanoseconds{(i * 7) % 13}};
    if (i % 2 == 0) {
      if (!c->touch(key.call, key.user, mine)) ++unheard;
    } else if (i % 3 == 0) {
      c->forget(key);
    } else {
      c->admit(key, mine);
    }
    if (i % 25 == 0) static_cast<void>(c->heardWithin(seconds{30}, mine));
  });
  requireEqual("how many heartbeats were not counted", unheard.load(), std::size_t{0});
  for (std::size_t i = 0; i < people; i += 2) {
    requireEqual("how often somebody is heard", c.heardCount(person(i), seconds{30}), std::size_t{1});
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
  run("touch: false for somebody unknown, and nothing changes", unknown);
  run("admit: makes one user in one call known, heard now", admits);
  run("touch: true for somebody known, heard now", touches);
  run("admit: repeating it is a heartbeat", admitsAgain);
  run("forget: makes them unknown; repeating it does nothing", forgets);
  run("presence: calls, user types and user ids are kept apart", keepsApart);
  run("heardWithin: goes by when each was heard last", heardAgain);
  run("heardWithin: those whose silence is at most so long", heardUpTo);
  run("presence: many come and go", manyComeAndGo);
  run("presence: ids of any length and content", longTexts);
  run("presence: several threads at once", atOnce);
  return checks.failures();
}

}  // namespace messenger::testing
