// Servers that stop, hang and forget; connections that break; clocks that are set.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "adapters/redis/redis_presence.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/redis/redis_server.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using messenger::tests::RedisServer;
using redis::RedisPresence;
using std::chrono::steady_clock;

namespace {

/// A presence whose server's time is the library's and more, as far as the test says.
class Watched {
 public:
  explicit Watched(const RedisOptions& options)
      : presence(options, [this](SteadyPoint at) {
          return std::chrono::floor<Duration>((at + ahead).time_since_epoch()).count();
        }) {}

  bool touch(const SessionKey& who) { return presence.touch(who.call, who.user, who.device, now); }
  Duration silence(const SessionKey& who) { return presence.silentFor({who}, now).at(0).value(); }

  /// Until the server is there again for it.
  void recover(const SessionKey& who) {
    const auto deadline = steady_clock::now() + 60s;
    while (steady_clock::now() < deadline) {
      try {
        static_cast<void>(touch(who));
        return;
      } catch (const PresenceError&) {
        std::this_thread::yield();
      }
    }
    FAIL("it does not come back");
  }

  Duration ahead{1h};
  SteadyPoint now{5h};
  RedisPresence presence;
};

SessionKey sessionAt(const std::string& user) {
  return {CallId{"call"}, UserId{"user", user}};
}

std::string errorOf(const std::function<void()>& operation) {
  try {
    operation();
  } catch (const PresenceError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Redis presence: a heartbeat after the untracking -> stays untracked", "[redis]") {
  const RedisServer server;
  Watched one(server.options());
  Watched other(server.options());
  const SessionKey alice = sessionAt("alice");
  tests::comeIn(one.presence, alice, 4, one.now);
  CHECK(other.touch(alice));
  other.presence.untrack(alice, 5);
  CHECK_FALSE(one.touch(alice));
  CHECK_FALSE(one.presence.sinceLastSeen(alice, one.now).has_value());
  // In again at 7; the untracking of 5 comes once more, late.
  tests::comeIn(one.presence, alice, 7, one.now);
  other.presence.untrack(alice, 5);
  CHECK(one.touch(alice));
}

TEST_CASE("Redis presence: the server forgets everything -> a TTL for each, and it comes back",
          "[redis][faults]") {
  RedisServer server;
  Watched w(server.options());
  const SessionKey alice = sessionAt("alice");
  tests::comeIn(w.presence, alice, 1, w.now);
  w.now += 40s;
  CHECK(w.silence(alice) == 40s);
  SECTION("FLUSHALL") {
    server.run({"FLUSHALL"});
    w.now += 10s;
    CHECK(w.silence(alice) == 0s);
  }
  SECTION("only the call is gone") {
    server.run({"DEL", "messenger:call:{call}"});
    w.now += 10s;
    CHECK(w.silence(alice) == 0s);
  }
  SECTION("killed, and started again empty") {
    server.kill();
    CHECK_THAT(errorOf([&] { w.touch(alice); }), Contains("Redis 127.0.0.1:"));
    server.start();
    w.now += 10s;
    w.recover(alice);
    CHECK(w.silence(alice) == 0s);
  }
  CHECK_FALSE(w.touch(alice));
  w.now += 59s;
  CHECK(w.silence(alice) == 59s);
  CHECK_FALSE(w.touch(alice));  // the library asks the storage, and tracks them
  tests::comeIn(w.presence, alice, 1, w.now);
  w.now += 20s;
  CHECK(w.silence(alice) == 20s);
  // What was noticed as absent before is no more.
  server.run({"DEL", "messenger:call:{call}"});
  CHECK(w.silence(alice) == 0s);
}

TEST_CASE("Redis presence: another server with older data takes over -> nobody is silent for longer than it",
          "[redis][faults]") {
  // A file of the data is what a replica has that was behind.
  RedisServer server;
  Watched w(server.options());
  const SessionKey alice = sessionAt("alice");
  tests::comeIn(w.presence, alice, 1, w.now);
  server.run({"SAVE"});
  w.now += 50s;
  CHECK(w.touch(alice));
  server.kill();
  server.start();
  w.now += 15s;
  w.recover(sessionAt("bob"));
  Watched judge(server.options());  // knows nothing of what was before
  judge.now = w.now + 20s;
  // As the file has it: before the heartbeat that got lost.
  CHECK(judge.presence.sinceLastSeen(alice, judge.now) == std::optional<Duration>{85s});
  CHECK(judge.silence(alice) == 20s);
}

TEST_CASE("Redis presence: heartbeats of one process failed -> all know it", "[redis][faults]") {
  RedisServer server;
  Watched w(server.options());
  RedisOptions hasty = server.options();
  hasty.timeLimit = 500ms;
  Watched cut(hasty);
  const SessionKey alice = sessionAt("alice");
  tests::comeIn(w.presence, alice, 1, w.now);
  CHECK(cut.touch(alice));
  w.now += 50s;
  cut.now = w.now;
  server.hang();
  const auto begun = steady_clock::now();
  CHECK_THAT(errorOf([&] { cut.touch(alice); }), Contains("no answer within the time limit"));
  CHECK(steady_clock::now() - begun < 5s);
  // The next one need not wait for as long.
  CHECK_FALSE(errorOf([&] { cut.touch(alice); }).empty());
  server.goOn();
  const SessionKey bob = sessionAt("bob");
  cut.now += 30s;
  cut.recover(bob);
  w.now += 35s;
  CHECK(w.silence(alice) <= 5s);
  CHECK(w.presence.sinceLastSeen(alice, w.now).has_value());
}

TEST_CASE("Redis presence: the server's clock is set -> nobody is silent because of it", "[redis][faults]") {
  const RedisServer server;
  Watched w(server.options());
  const SessionKey alice = sessionAt("alice");
  tests::comeIn(w.presence, alice, 1, w.now);
  w.now += 20s;
  CHECK(w.silence(alice) == 20s);
  SECTION("forward, and the check comes first") {
    w.ahead += 10min;
    CHECK(w.silence(alice) == 0s);
  }
  SECTION("forward, and a heartbeat of another process comes first") {
    Watched other(server.options());
    const SessionKey bob = sessionAt("bob");
    tests::comeIn(other.presence, bob, 1, w.now);
    other.now = w.now;
    other.ahead += 10min;
    CHECK(other.touch(bob));
    CHECK(other.touch(bob));
    Watched judge(server.options());
    judge.now = w.now;
    judge.ahead = other.ahead;
    CHECK(judge.silence(alice) == 0s);
    w.ahead = other.ahead;
    CHECK(w.silence(alice) == 0s);  // it notices too
  }
  SECTION("back: their time goes on from now") {
    w.ahead -= 10min;
    CHECK(w.silence(alice) == 0s);
  }
  w.now += 30s;
  CHECK(w.silence(alice) == 30s);
  CHECK(w.touch(alice));
  CHECK(w.silence(alice) == 0s);
}

TEST_CASE("Redis presence: connections cut, scripts forgotten -> nobody notices", "[redis][faults]") {
  RedisServer server;
  const auto presence = redisPresence(server.options());
  const SessionKey alice = sessionAt("alice");
  const SteadyPoint now{5h};
  tests::comeIn(*presence, alice, 1, now);
  server.run({"SCRIPT", "FLUSH"});
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
  server.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
  server.run({"SCRIPT", "FLUSH"});
  server.run({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  CHECK(presence->silentFor({alice}, now).at(0).has_value());
  CHECK(presence->sinceLastSeen(alice, now).has_value());
}

TEST_CASE("Redis presence: a wrong password -> an error without it", "[redis][faults]") {
  const RedisServer server;
  server.run({"ACL", "SETUSER", "calls", "on", ">Vx3k7qR-right", "~messenger:*", "+evalsha", "+eval", "+time",
              "+hget", "+hset", "+hdel", "+hmget", "+hgetall", "+pexpire", "+expire", "+scan", "+info"});
  const auto urlWith = [&](const std::string& password) {
    return "redis://calls:" + password + "@127.0.0.1:" + std::to_string(server.port());
  };
  const SteadyPoint now{5h};
  const SessionKey alice = sessionAt("alice");
  for (int i = 0; i < 3; ++i) {
    const std::string error = errorOf([&] { redisPresence(urlWith("Wrong-Zq81"))->track(alice, 1, now); });
    CHECK_THAT(error, Contains("WRONGPASS"));
    CHECK_THAT(error, !Contains("Zq81") && !Contains("calls"));
  }
  // With these rights everything works.
  const auto presence = redisPresence(urlWith("Vx3k7qR-right"));
  tests::comeIn(*presence, alice, 1, now);
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
  CHECK(presence->silentFor({alice, sessionAt("bob")}, now).size() == 2);
  CHECK(presence->seenWithin(1h, now).size() == 1);
  presence->untrack(alice, 1);
  CHECK_FALSE(presence->sinceLastSeen(alice, now).has_value());
  // A right that is missing is said.
  server.run({"ACL", "SETUSER", "calls", "-hdel"});
  CHECK_THAT(errorOf([&] { presence->track(alice, 1, now); }), Contains("Redis 127.0.0.1:"));
}

TEST_CASE("Redis presence: more callers than connections -> all are served", "[redis]") {
  const RedisServer server;
  RedisOptions options = server.options();
  options.connections = 2;
  const auto presence = redisPresence(options);
  const SteadyPoint now{5h};
  std::atomic<int> seen{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      const SessionKey who = sessionAt(std::to_string(i));
      tests::comeIn(*presence, who, 1, now);
      for (int n = 0; n < 50; ++n) seen += presence->touch(who.call, who.user, who.device, now) ? 1 : 0;
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(seen == 16 * 50);
  const std::string clients = server.run({"CLIENT", "LIST"});
  CHECK(std::count(clients.begin(), clients.end(), '\n') <= 2 + 1);  // and the one that asks
}

TEST_CASE("Redis presence: in a child made by fork() -> refused, and the parent goes on", "[redis]") {
  const RedisServer server;
  auto presence = redisPresence(server.options());
  const SessionKey alice = sessionAt("alice");
  const SteadyPoint now{5h};
  tests::comeIn(*presence, alice, 1, now);
  const pid_t child = ::fork();
  if (child == 0) {
    int status = 1;
    try {
      presence->touch(alice.call, alice.user, alice.device, now);
    } catch (const std::logic_error&) {
      status = 0;
    } catch (...) {
      status = 2;
    }
    presence.reset();
    ::_exit(status);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(presence->touch(alice.call, alice.user, alice.device, now));
}
