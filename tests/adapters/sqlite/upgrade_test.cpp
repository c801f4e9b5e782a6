// A file that the library 0.1 made, in the middle of calls: opened by this one, nothing is lost.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>
#include <sstream>

#include "messenger/adapters/defaults.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

void load(const SqliteFixture& fixture) {
  std::ifstream file(std::string{MESSENGER_SQLITE_DATA} + "/version_1.sql");
  REQUIRE(file);
  std::ostringstream sql;
  sql << file.rdbuf();
  SQLite::Database database(fixture.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(sql.str());
  database.exec("PRAGMA journal_mode = WAL");
}

Config calling() {
  Config config;
  config.calling.enabled = true;
  return config;
}

std::map<std::string, std::int64_t> counts(const SqliteFixture& fixture) {
  std::map<std::string, std::int64_t> rows;
  for (const char* table : {"calls", "call_participants", "jobs", "threads", "thread_members", "users"}) {
    rows[table] = fixture.number(std::string{"SELECT count(*) FROM "} + table);
  }
  return rows;
}

}  // namespace

TEST_CASE("upgrade: a file of version 1 -> every row is there, and calls go on", "[sqlite][upgrade]") {
  const SqliteFixture fixture;
  load(fixture);
  const auto before = counts(fixture);
  REQUIRE(before.at("calls") == 4);

  const auto storage = fixture.open();
  CHECK(counts(fixture) == before);
  CHECK(fixture.number("PRAGMA user_version") == 2);
  CHECK(checkSqliteFile(fixture.options()).empty());

  const auto provider = std::make_shared<FakeVideoProvider>();
  Messenger messenger{calling(), Dependencies{.storage = storage, .logger = nullLogger()}};
  messenger.setVideoDriver<FakeVideoDriver>(provider);
  const UserId ann{"user", "ann"};
  const UserId bob{"user", "bob"};
  const UserId cat{"user", "cat"};

  const auto active = messenger.activeCalls(ann);
  REQUIRE(active.size() == 1);
  const Call call = active[0].call;
  CHECK(active[0].room.has_value());
  CHECK(call.setupComplete);
  CHECK(messenger.heartbeat(call.id, cat).has_value());
  CHECK(messenger.heartbeat(call.id, bob).error().reason == Reason::kicked);
  CHECK(messenger.host().callsAreDown());
  CHECK(messenger.jobs().failed().size() == 1);
  CHECK(messenger.host().activeCalls(0, 10).size() == 3);
  const auto history = messenger.callHistory(ThreadId{"pair"}, ann);
  REQUIRE(history->calls.size() == 1);
  CHECK(history->calls[0].call.duration() == std::chrono::seconds{60});

  // What waited, goes on: setups, the sweep that calls going down left, the failed teardown once retried.
  CHECK(messenger.jobs().retry() == 1);
  messenger.jobs().runPending();
  CHECK_FALSE(messenger.host().findCall(call.id)->active());
  CHECK(messenger.host().findCall(history->calls[0].call.id)->teardownComplete);
}

TEST_CASE("upgrade: deadlines far ahead, as after a clock that was set back -> brought near",
          "[sqlite][upgrade]") {
  const SqliteFixture fixture;
  load(fixture);
  fixture.run("UPDATE jobs SET leased_until = leased_until + 3600000000000 WHERE leased_until IS NOT NULL");
  fixture.run("UPDATE jobs SET available_at = available_at + 3600000000000");
  fixture.run("UPDATE call_participants SET last_heard_at = last_heard_at + 3600000000000");
  const auto storage = fixture.open();
  const StorageTime now = storage->timeAt(systemClock()->steady());
  for (const Job& job : storage->jobs().list({})) {
    CHECK(job.availableAt <= now + std::chrono::minutes{5});
    if (job.leasedUntil) CHECK(*job.leasedUntil <= now + std::chrono::seconds{30});
  }
  CHECK(fixture.number("SELECT max(last_seen_at) FROM call_participants") <= now.time_since_epoch().count());
}

TEST_CASE("storage time: reopened, or after another boot -> never goes back", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const SteadyPoint moment = systemClock()->steady();
  const StorageTime first = fixture.open()->timeAt(moment);
  CHECK(fixture.open()->timeAt(moment) == first);
  fixture.run("INSERT INTO settings (key, value) VALUES ('clock_reached', " +
              std::to_string(first.time_since_epoch().count() + 5'000'000) + ")");
  fixture.run("UPDATE settings SET value = value + 1 WHERE key = 'boot_id_low'");
  const StorageTime rebooted = fixture.open()->timeAt(systemClock()->steady());
  CHECK(rebooted >= first + std::chrono::seconds{5});
  CHECK(rebooted < first + std::chrono::minutes{1});
}
