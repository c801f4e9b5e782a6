// Settings: their defaults, their bounds, and the environment.
#include "messenger/config.hpp"

#include <array>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Sets environment variables for the length of a test.
class Environment {
 public:
  Environment() {
    for (const char* name : names) ::unsetenv(name);
  }
  ~Environment() {
    for (const char* name : names) ::unsetenv(name);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  void set(const std::string& name, const std::string& value) { ::setenv(name.c_str(), value.c_str(), 1); }

  static constexpr std::array names{"MESSENGER_CALLING_ENABLED",
                                    "MESSENGER_CALLING_SUBSCRIBER_ENABLED",
                                    "MESSENGER_CALLING_SUBSCRIBER_QUEUED",
                                    "MESSENGER_CALLING_SUBSCRIBER_CHANNEL",
                                    "MESSENGER_CALLS_INDEX_COUNT",
                                    "MESSENGER_CALLS_PAGE_COUNT",
                                    "MESSENGER_JOBS_TRIES",
                                    "MESSENGER_JOBS_BACKOFF",
                                    "MESSENGER_JOBS_LEASE",
                                    "MESSENGER_PRESENCE_TTL",
                                    "MESSENGER_PRESENCE_WRITE_BEHIND",
                                    "MESSENGER_RETENTION_ENDED_CALLS",
                                    "MESSENGER_LIMITS_PARTICIPANTS",
                                    "MESSENGER_LIMITS_DURATION",
                                    "MESSENGER_LIMITS_WARNING",
                                    "MESSENGER_LIMITS_ALONE",
                                    "MESSENGER_LIMITS_EMPTY_GRACE",
                                    "MESSENGER_RINGING_ENABLED",
                                    "MESSENGER_RINGING_NO_ANSWER_AFTER"};
};

}  // namespace

TEST_CASE("config: defaults -> those of the Laravel package with calling off", "[facade][config]") {
  const Environment environment;
  const Config config = Config::fromEnvironment();
  REQUIRE_FALSE(config.calling.enabled);
  REQUIRE(config.calling.subscriber.enabled);
  REQUIRE(config.calling.subscriber.queued);
  REQUIRE(config.calling.subscriber.channel == "messenger");
  REQUIRE(config.presence.ttl == seconds{60});
  REQUIRE(config.historyPageSize == 25);
  Fixture world(StorageKind::memory, config);
  REQUIRE_REFUSED(world.messenger->startCall(world.team, member(0)), Reason::callingDisabled);
}

TEST_CASE("config: a field out of bounds -> named", "[facade][config]") {
  using Change = std::function<void(Config&)>;
  const double notANumber = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::string, Change>> wrong{
      {"calling.subscriber.channel", [](Config& c) { c.calling.subscriber.channel = ""; }},
      {"calling.subscriber.channel", [](Config& c) { c.calling.subscriber.channel = std::string(65, 'x'); }},
      {"calling.subscriber.channel", [](Config& c) { c.calling.subscriber.channel = "a b"; }},
      {"calling.subscriber.channel", [](Config& c) { c.calling.subscriber.channel = "\xc3\xa9"; }},
      {"limits.participants", [](Config& c) { c.limits.participants = 1; }},
      {"limits.participants", [](Config& c) { c.limits.participants = 1'000'001; }},
      {"limits.duration", [](Config& c) { c.limits.duration = milliseconds{999}; }},
      {"limits.duration", [](Config& c) { c.limits.duration = hours{30 * 24 + 1}; }},
      {"limits.warning", [](Config& c) { c.limits.warning = milliseconds{-1}; }},
      {"limits.warning", [](Config& c) { c.limits.warning = hours{25}; }},
      {"limits.alone", [](Config& c) { c.limits.alone = milliseconds{-1}; }},
      {"limits.alone", [](Config& c) { c.limits.alone = hours{25}; }},
      {"ringing.maxCallees", [](Config& c) { c.ringing.maxCallees = 0; }},
      {"ringing.maxCallees", [](Config& c) { c.ringing.maxCallees = 257; }},
      {"ringing.noAnswerAfter", [](Config& c) { c.ringing.noAnswerAfter = milliseconds{999}; }},
      {"ringing.noAnswerAfter", [](Config& c) { c.ringing.noAnswerAfter = minutes{61}; }},
      {"ringing.againAfter", [](Config& c) { c.ringing.againAfter = milliseconds{-1}; }},
      {"ringing.againAfter", [](Config& c) { c.ringing.againAfter = minutes{61}; }},
      {"jobs.maxAttempts", [](Config& c) { c.jobs.maxAttempts = 0; }},
      {"jobs.maxAttempts", [](Config& c) { c.jobs.maxAttempts = 1001; }},
      {"jobs.backoff", [](Config& c) { c.jobs.backoff = milliseconds{-1}; }},
      {"jobs.backoff", [](Config& c) { c.jobs.backoff = hours{25}; }},
      {"jobs.maxBackoff", [](Config& c) { c.jobs.maxBackoff = seconds{1}; }},
      {"jobs.maxBackoff", [](Config& c) { c.jobs.maxBackoff = hours{25}; }},
      {"jobs.jitter", [](Config& c) { c.jobs.jitter = -0.1; }},
      {"jobs.jitter", [](Config& c) { c.jobs.jitter = 1.1; }},
      {"jobs.jitter", [=](Config& c) { c.jobs.jitter = notANumber; }},
      {"jobs.lease", [](Config& c) { c.jobs.lease = milliseconds{999}; }},
      {"jobs.lease", [](Config& c) { c.jobs.lease = minutes{61}; }},
      {"jobs.unattendedLease", [](Config& c) { c.jobs.unattendedLease = milliseconds{999}; }},
      {"jobs.unattendedLease", [](Config& c) { c.jobs.unattendedLease = hours{25}; }},
      {"jobs.pollInterval", [](Config& c) { c.jobs.pollInterval = milliseconds{9}; }},
      {"jobs.pollInterval", [](Config& c) { c.jobs.pollInterval = minutes{61}; }},
      {"presence.ttl", [](Config& c) { c.presence.ttl = milliseconds{999}; }},
      {"presence.ttl", [](Config& c) { c.presence.ttl = hours{25}; }},
      {"presence.writeBehind", [](Config& c) { c.presence.writeBehind = milliseconds{1}; }},
      {"presence.writeBehind", [](Config& c) { c.presence.writeBehind = seconds{61}; }},
      {"presence.writeBehind", [](Config& c) { c.presence.writeBehind = seconds{-1}; }},
      {"presence.newCallGrace", [](Config& c) { c.presence.newCallGrace = seconds{-1}; }},
      {"presence.newCallGrace", [](Config& c) { c.presence.newCallGrace = hours{25}; }},
      {"presence.checkInterval", [](Config& c) { c.presence.checkInterval = milliseconds{999}; }},
      {"presence.checkInterval", [](Config& c) { c.presence.checkInterval = hours{25}; }},
      {"historyFirstPageSize", [](Config& c) { c.historyFirstPageSize = 0; }},
      {"historyFirstPageSize", [](Config& c) { c.historyFirstPageSize = 1001; }},
      {"historyPageSize", [](Config& c) { c.historyPageSize = 0; }},
      {"historyPageSize", [](Config& c) { c.historyPageSize = 1001; }},
  };
  for (const auto& [field, change] : wrong) {
    Config config;
    change(config);
    CAPTURE(field);
    REQUIRE_THROWS_AS(config.validate(), std::invalid_argument);
    REQUIRE_THROWS_WITH(config.validate(), Catch::StartsWith("Config::" + field + " "));
    REQUIRE_THROWS_WITH(Messenger(config, memoryStorage()), Catch::Contains(field));
  }
}

TEST_CASE("config: values at the bounds -> accepted", "[facade][config]") {
  Config least;
  least.calling.subscriber.channel = "a";
  least.limits = {2, seconds{1}, seconds{0}, seconds{1}};
  least.jobs = {1, milliseconds{0}, milliseconds{0}, 0, seconds{1}, seconds{1}, milliseconds{10}};
  least.presence = {seconds{1}, seconds{0}, false, seconds{0}, seconds{1}};
  least.historyFirstPageSize = 1;
  least.historyPageSize = 1;
  REQUIRE_NOTHROW(least.validate());
  Config most;
  most.calling.subscriber.channel = std::string(60, 'Z') + "09._";
  most.limits = {1'000'000, hours{30 * 24}, hours{24}, hours{24}};
  most.jobs = {1000, hours{24}, hours{24}, 1, hours{1}, hours{24}, hours{1}};
  most.presence = {hours{24}, hours{24}, true, hours{24}, hours{24}};
  most.historyFirstPageSize = 1000;
  most.historyPageSize = 1000;
  REQUIRE_NOTHROW(most.validate());
}

TEST_CASE("config: variables set -> their values", "[facade][config]") {
  Environment environment;
  for (const char* yes : {"true", "TRUE", "1", "yes", "on", "On"}) {
    environment.set("MESSENGER_CALLING_ENABLED", yes);
    REQUIRE(Config::fromEnvironment().calling.enabled);
  }
  for (const char* no : {"false", "0", "no", "off", ""}) {
    environment.set("MESSENGER_CALLING_ENABLED", no);
    REQUIRE_FALSE(Config::fromEnvironment().calling.enabled);
  }
  environment.set("MESSENGER_CALLING_SUBSCRIBER_ENABLED", "no");
  environment.set("MESSENGER_CALLING_SUBSCRIBER_QUEUED", "off");
  environment.set("MESSENGER_CALLING_SUBSCRIBER_CHANNEL", "video.calls-1");
  environment.set("MESSENGER_CALLS_INDEX_COUNT", "10");
  environment.set("MESSENGER_CALLS_PAGE_COUNT", "11");
  environment.set("MESSENGER_JOBS_TRIES", "7");
  environment.set("MESSENGER_JOBS_BACKOFF", "400");
  environment.set("MESSENGER_JOBS_LEASE", "2.5");
  environment.set("MESSENGER_PRESENCE_TTL", "10");
  const Config config = Config::fromEnvironment();
  REQUIRE_FALSE(config.calling.subscriber.enabled);
  REQUIRE_FALSE(config.calling.subscriber.queued);
  REQUIRE(config.calling.subscriber.channel == "video.calls-1");
  REQUIRE(config.historyFirstPageSize == 10);
  REQUIRE(config.historyPageSize == 11);
  REQUIRE(config.jobs.maxAttempts == 7);
  REQUIRE(config.jobs.backoff == seconds{400});
  REQUIRE(config.jobs.maxBackoff == seconds{400});
  REQUIRE(config.jobs.lease == milliseconds{2500});
  REQUIRE(config.presence.ttl == seconds{10});
  REQUIRE(config.presence.writeBehind == seconds{10});
  environment.set("MESSENGER_PRESENCE_WRITE_BEHIND", "0");
  REQUIRE(Config::fromEnvironment().presence.writeBehind == seconds{0});
  REQUIRE(Config::fromEnvironment().retention.endedCalls == hours{0});
  environment.set("MESSENGER_RETENTION_ENDED_CALLS", "2160");
  REQUIRE(Config::fromEnvironment().retention.endedCalls == hours{2160});
}

TEST_CASE("config: variables of limits and ringing -> read", "[facade][config]") {
  Environment environment;
  environment.set("MESSENGER_LIMITS_PARTICIPANTS", "50");
  environment.set("MESSENGER_LIMITS_DURATION", "3600");
  environment.set("MESSENGER_LIMITS_WARNING", "0.5");
  environment.set("MESSENGER_LIMITS_ALONE", "300");
  environment.set("MESSENGER_LIMITS_EMPTY_GRACE", "30");
  environment.set("MESSENGER_RINGING_ENABLED", "on");
  environment.set("MESSENGER_RINGING_NO_ANSWER_AFTER", "45");
  const Config config = Config::fromEnvironment();
  REQUIRE(config.limits == CallLimits{50, hours{1}, milliseconds{500}, minutes{5}, seconds{30}});
  REQUIRE(config.ringing.enabled);
  REQUIRE(config.ringing.noAnswerAfter == seconds{45});
}

TEST_CASE("config: variables not set -> the host's values stay", "[facade][config]") {
  Environment environment;
  Config own;
  own.calling.enabled = true;
  own.historyPageSize = 7;
  own.historyFirstPageSize = 8;
  environment.set("MESSENGER_CALLS_PAGE_COUNT", "9");
  environment.set("MESSENGER_CALLING_ENABLED", "");
  const Config config = Config::fromEnvironment(own);
  REQUIRE(config.calling.enabled);
  REQUIRE(config.historyPageSize == 9);
  REQUIRE(config.historyFirstPageSize == 8);
  environment.set("MESSENGER_CALLING_ENABLED", "no");
  REQUIRE_FALSE(Config::fromEnvironment(own).calling.enabled);
  own.jobs.maxAttempts = 0;
  REQUIRE_THROWS_WITH(Config::fromEnvironment(own),
                      Catch::Contains("jobs.maxAttempts") && !Catch::Contains("MESSENGER_"));
}

TEST_CASE("config: an invalid variable -> named without its value", "[facade][config]") {
  Environment environment;
  const auto requireNamed = [&](const char* name, const char* value) {
    CAPTURE(name, value);
    environment.set(name, value);
    REQUIRE_THROWS_AS(Config::fromEnvironment(), std::invalid_argument);
    REQUIRE_THROWS_WITH(Config::fromEnvironment(), Catch::Contains(name) && !Catch::Contains("hunter2"));
    ::unsetenv(name);
  };
  for (const char* name : {"MESSENGER_CALLING_ENABLED", "MESSENGER_CALLING_SUBSCRIBER_ENABLED",
                           "MESSENGER_CALLING_SUBSCRIBER_QUEUED"}) {
    requireNamed(name, "hunter2");
    requireNamed(name, "2");
    requireNamed(name, " true");
  }
  requireNamed("MESSENGER_CALLING_SUBSCRIBER_CHANNEL", "hunter2 hunter2");
  for (const char* name :
       {"MESSENGER_CALLS_INDEX_COUNT", "MESSENGER_CALLS_PAGE_COUNT", "MESSENGER_JOBS_TRIES"}) {
    for (const char* value : {"hunter2", "-1", "0", "1.5", "5x", "99999999999999999999", "1001"}) {
      requireNamed(name, value);
    }
  }
  for (const char* name : {"MESSENGER_JOBS_BACKOFF", "MESSENGER_JOBS_LEASE", "MESSENGER_PRESENCE_TTL",
                           "MESSENGER_PRESENCE_WRITE_BEHIND"}) {
    for (const char* value : {"hunter2", "-1", "1e99", "inf", "nan", "5s", "86401"})
      requireNamed(name, value);
  }
  for (const char* name : {"MESSENGER_LIMITS_DURATION", "MESSENGER_LIMITS_ALONE",
                           "MESSENGER_LIMITS_EMPTY_GRACE", "MESSENGER_RINGING_NO_ANSWER_AFTER"}) {
    for (const char* value : {"hunter2", "-1", "0.5", "1e99", "2592001"}) requireNamed(name, value);
  }
  requireNamed("MESSENGER_LIMITS_PARTICIPANTS", "1");
  requireNamed("MESSENGER_LIMITS_WARNING", "86401");
  requireNamed("MESSENGER_RINGING_ENABLED", "hunter2");
  for (const char* value : {"hunter2", "-1", "1.5", "90d", "876001", "9223372036854775807"}) {
    requireNamed("MESSENGER_RETENTION_ENDED_CALLS", value);
  }
}

}  // namespace messenger::tests
