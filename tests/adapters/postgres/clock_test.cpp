#include "adapters/postgres/server_clock.hpp"
#include "tests/adapters/postgres/postgres_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace std::chrono_literals;
using messenger::postgres::ServerClock;
using messenger::tests::PostgresFixture;

namespace {

/// A server whose clock reads 1,000 s when this machine has been up for 10 s.
ServerClock::Reading readingAt(Duration up, Duration server, Duration took = 2ms) {
  const SteadyPoint received{up};
  return {received - took, received, server, 0s, 0s, std::nullopt};
}

Duration at(const ServerClock& clock, Duration up) {
  return clock.at(SteadyPoint{up}).time_since_epoch();
}

}  // namespace

TEST_CASE("server clock: first reading -> the server's time, and an anchor for this machine",
          "[postgres][clock]") {
  ServerClock clock;
  const auto correction = clock.begin(readingAt(10s, 1000s));
  CHECK(at(clock, 10s) == 1000s);
  CHECK_FALSE(correction.offset);
  CHECK(correction.machine == Duration{990s});
}

TEST_CASE("server clock: another process of the machine -> the very same time", "[postgres][clock]") {
  ServerClock clock;
  auto reading = readingAt(10s, 1000s);
  reading.machine = 990s + 1ms;
  CHECK_FALSE(clock.begin(reading).isNeeded());
  CHECK(at(clock, 10s) == 1000s + 1ms);

  SECTION("unless its anchor cannot be of this clock") {
    reading.machine = 90s;
    CHECK(clock.begin(reading).machine == Duration{990s});
    CHECK(at(clock, 10s) == 1000s);
  }
}

TEST_CASE("server clock: set back or forward -> the storage's clock goes on, and the offset changes",
          "[postgres][clock]") {
  for (const Duration jump : {Duration{-3600s}, Duration{3600s}, Duration{-1s}, Duration{1s}}) {
    ServerClock clock;
    static_cast<void>(clock.begin(readingAt(10s, 1000s)));
    auto reading = readingAt(20s, 1010s + jump);
    const auto correction = clock.follow(reading);
    CHECK(at(clock, 20s) == 1010s);
    REQUIRE(correction.offset);
    CHECK(*correction.offset == -jump);
    reading.offset = *correction.offset;
    CHECK_FALSE(clock.follow(reading).isNeeded());

    // One that starts now reads the same.
    ServerClock other;
    static_cast<void>(other.begin(reading));
    CHECK(at(other, 20s) == 1010s);
  }
}

TEST_CASE("server clock: a little faster or slower -> put forward, never back", "[postgres][clock]") {
  ServerClock clock;
  static_cast<void>(clock.begin(readingAt(10s, 1000s)));
  CHECK(clock.follow(readingAt(20s, 1010s + 100ms)).machine == Duration{990s + 100ms});
  CHECK(at(clock, 20s) == 1010s + 100ms);
  CHECK_FALSE(clock.follow(readingAt(30s, 1020s)).isNeeded());
  CHECK(at(clock, 30s) == 1020s + 100ms);
}

TEST_CASE("server clock: a slow answer -> no jump", "[postgres][clock]") {
  ServerClock clock;
  static_cast<void>(clock.begin(readingAt(10s, 1000s)));
  // The server read its clock right after the question, and the answer came 4 s later.
  CHECK_FALSE(clock.follow(readingAt(24s, 1010s, 4s)).isNeeded());
  CHECK(at(clock, 24s) == 1014s);
}

TEST_CASE("server clock: set back while nobody looked -> goes on from the latest time that was stored",
          "[postgres][clock]") {
  const PostgresFixture fixture;
  const auto first = fixture.open();
  const SteadyPoint moment = ServerClock::here();
  const StorageTime before = first->timeAt(moment);
  // As if the server's clock had been one hour ahead before.
  fixture.run("UPDATE settings SET value = " + std::to_string((before + 1h).time_since_epoch().count()) +
              " WHERE key = 'clock_reached'");
  const auto storage = fixture.open();
  CHECK(storage->timeAt(ServerClock::here()) >= before + 1h);
  CHECK(storage->timeAt(moment) < before + 2h);
  CHECK(fixture.open()->timeAt(moment) == storage->timeAt(moment));
}
