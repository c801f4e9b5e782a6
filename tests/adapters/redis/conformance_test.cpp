#include "adapters/redis/redis_presence.hpp"
#include "messenger/testing/presence_suite.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using messenger::tests::RedisServer;
using redis::RedisPresence;

TEST_CASE("Redis presence: conformance suite -> passes", "[redis][conformance]") {
  const RedisServer server;
  const auto make = [&] {
    server.run({"FLUSHALL"});
    return std::make_shared<RedisPresence>(server.options(), [](SteadyPoint now) {
      return std::chrono::floor<Duration>(now.time_since_epoch()).count();
    });
  };
  const auto report = [](const Report& check) {
    INFO(check.check << ": " << check.detail);
    CHECK(check.passed);
  };
  CHECK(presenceSuite(make, report) == 0);
}

TEST_CASE("Redis presence: by the server's own clock -> ages of what was just seen", "[redis]") {
  const RedisServer server;
  const auto presence = redisPresence(server.options());
  const SessionKey alice{CallId{"c"}, UserId{"user", "1"}, DeviceId{"phone"}};
  const SteadyPoint now{std::chrono::hours{5}};
  CHECK(presence->isShared());
  tests::comeIn(*presence, alice, 3, now);
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
  const auto age = presence->sinceLastSeen(alice, now);
  REQUIRE(age.has_value());
  CHECK(*age >= Duration::zero());
  CHECK(*age < std::chrono::seconds{30});
  CHECK(presence->seenWithin(std::chrono::seconds{30}, now).size() == 1);
}

TEST_CASE("Redis presence: nothing is left behind", "[redis]") {
  const RedisServer server;
  RedisOptions options = server.options();
  options.prefix = "mine:";
  const auto presence = redisPresence(options);
  const SessionKey alice{CallId{"c"}, UserId{"user", "1"}};
  const SessionKey bob{CallId{"c"}, UserId{"user", "2"}};
  const SteadyPoint now{std::chrono::hours{5}};
  tests::comeIn(*presence, alice, 3, now);
  static_cast<void>(presence->silentFor({alice, bob}, now));
  // Whatever stays has an end.
  CHECK(server.run({"KEYS", "*"}).find("mine:call:{c}") != std::string::npos);
  CHECK(std::stoi(server.run({"TTL", "mine:call:{c}"})) > 60);
  CHECK(std::stoi(server.run({"TTL", "mine:absent:{c}"})) > 60);
  CHECK(std::stoi(server.run({"TTL", "mine:server"})) > 60);
  presence->untrack(alice, 3);
  presence->untrack(bob, 3);
  CHECK(server.run({"KEYS", "*"}) == "mine:server\n");
}

TEST_CASE("Redis presence: the keys of a call are in one slot", "[redis]") {
  const RedisServer server({"--cluster-enabled", "yes"});
  const std::string slot = server.run({"CLUSTER", "KEYSLOT", "messenger:call:{c-1}"});
  CHECK(server.run({"CLUSTER", "KEYSLOT", "messenger:absent:{c-1}"}) == slot);
  CHECK(server.run({"CLUSTER", "KEYSLOT", "messenger:call:{c-2}"}) != slot);
  server.run({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  while (server.run({"CLUSTER", "INFO"}).find("cluster_state:ok") == std::string::npos) continue;
  const auto presence = redisPresence(server.options());
  const SessionKey alice{CallId{"c-1"}, UserId{"user", "1"}};
  const SteadyPoint now{std::chrono::hours{5}};
  tests::comeIn(*presence, alice, 3, now);
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
  CHECK(presence->silentFor({alice, {CallId{"c-2"}, UserId{"user", "1"}}}, now).size() == 2);
  presence->untrack(alice, 3);
}
