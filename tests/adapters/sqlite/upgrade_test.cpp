// A file that the library 0.1 made, in the middle of calls: this library opens it, and nothing is lost.
#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/file_clock.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/together.hpp"

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

TEST_CASE("upgrade: a file of version 1 -> every row is there and calls continue", "[sqlite][upgrade]") {
  const SqliteFixture fixture;
  load(fixture);
  const auto before = counts(fixture);
  REQUIRE(before.at("calls") == 4);

  const auto storage = fixture.open();
  CHECK(counts(fixture) == before);
  CHECK(fixture.number("PRAGMA user_version") == 6);
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

  // Waiting jobs continue: setups, the sweep of calls going down, the failed teardown after a retry.
  CHECK(messenger.jobs().retry() == 1);
  messenger.jobs().runPending();
  CHECK_FALSE(messenger.host().findCall(call.id)->active());
  CHECK(messenger.host().findCall(history->calls[0].call.id)->teardownComplete);
}

TEST_CASE("upgrade: a file of version 1 -> all values are kept", "[sqlite][upgrade]") {
  const SqliteFixture fixture;
  load(fixture);
  const std::string calls =
      "SELECT group_concat(sequence || id || thread_id || owner_id || type || created_at || updated_at || "
      "ifnull(ended_at, '-') || ifnull(end_reason, '-') || ifnull(ended_by_id, '-') || setup_complete || "
      "teardown_complete || room_may_exist || ifnull(room_id, '-') || ifnull(room_secret, '-') || revision, "
      "char(10)) FROM calls";
  const std::string participants =
      "SELECT group_concat(sequence || id || call_sequence || user_id || kicked || ifnull(left_at, '-') "
      "|| created_at || updated_at, char(10)) FROM call_participants";
  const auto jobs = [](const std::string& failed) {
    return "SELECT group_concat(sequence || id || type || queue || ifnull(call_id, '-') || ifnull(cutoff, "
           "'-') || created_at || available_at || attempts || token || ifnull(leased_until, '-') || " +
           failed + " || ifnull(last_error, '-'), char(10)) FROM jobs";
  };
  const std::string members =
      "SELECT group_concat(thread_id || user_id || admin || start_calls || pending || muted) FROM "
      "thread_members";
  const std::string down = "SELECT value FROM settings WHERE key = 'calls_down_until'";
  const std::array before{fixture.text(calls),
                          fixture.text(participants),
                          fixture.text("SELECT group_concat(sequence || updated_at || last_heard_at || "
                                       "heard_by) FROM call_participants WHERE left_at IS NULL"),
                          fixture.text(jobs("parked")),
                          fixture.text(members),
                          fixture.text(down)};
  const auto storage = fixture.open();
  const std::array after{
      fixture.text(calls),
      fixture.text(participants),
      fixture.text("SELECT group_concat(participant_sequence || opened_at || last_seen_at "
                   "|| seen_by) FROM call_sessions WHERE closed_at IS NULL AND device = ''"),
      fixture.text(jobs("failed")),
      fixture.text(members),
      fixture.text(down)};
  CHECK(after == before);
  CHECK(fixture.number("SELECT count(*) FROM calls WHERE started_at <> created_at") == 0);
  CHECK(fixture.number("SELECT count(*) FROM call_participants WHERE departed_at IS NOT left_at") == 0);

  // The waiting setup and the one whose worker died: each is claimed once, with a new token.
  JobQueue::ClaimRequest request;
  request.queue = "messenger";
  request.now = storage->timeAt(systemClock()->steady());
  request.leaseUntil = request.now + std::chrono::seconds{30};
  std::vector<std::int64_t> tokens;
  while (const auto claimed = storage->jobs().claim(request)) tokens.push_back(claimed->job.token);
  CHECK(tokens == std::vector<std::int64_t>{2, 1, 1});
}

TEST_CASE("upgrade: deadlines far ahead after the clock was set back -> moved to the present",
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
  CHECK(fixture.number("SELECT max(last_seen_at) FROM call_sessions") <= now.time_since_epoch().count());
}

TEST_CASE("storage time: a new file -> begins with the wall clock", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto wall = systemClock()->now().wall.time_since_epoch();
  const auto storage = fixture.open();
  const auto time = storage->timeAt(systemClock()->steady()).time_since_epoch();
  CHECK(std::chrono::abs(time - wall) < std::chrono::minutes{1});
  CHECK(storage->timeAt(SteadyPoint{std::chrono::seconds{8}}) -
            storage->timeAt(SteadyPoint{std::chrono::seconds{5}}) ==
        std::chrono::seconds{3});
}

TEST_CASE("storage time: any change -> the file stores the time of its clock", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  const StorageTime before = storage->timeAt(systemClock()->steady());
  storage->calls().raiseThreadRevision(ThreadId{"t1"});
  CHECK(fixture.number("SELECT value FROM settings WHERE key = 'clock_reached'") >=
        before.time_since_epoch().count());
}

TEST_CASE("storage time: reopened or after another boot -> never goes back", "[sqlite][unit]") {
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

TEST_CASE("storage time: several open the file at once after a boot -> the same time for all",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  (void)fixture.open();
  const SteadyPoint moment = systemClock()->steady();
  for (int round = 0; round < 10; ++round) {
    fixture.run("UPDATE settings SET value = value + 1 WHERE key = 'boot_id_low'");
    std::array<StorageTime, 4> times{};
    tests::together(times.size(), [&](std::size_t i) { times.at(i) = fixture.open()->timeAt(moment); });
    for (const StorageTime& each : times) CHECK(each == times[0]);
  }
}

TEST_CASE("storage time: the boot is unknown -> still not behind the stored time", "[sqlite][unit]") {
  const SqliteFixture fixture;
  auto connection = sqlite::openWriter(fixture.options(), nullptr, sqlite::schemaMigrations());
  const StorageTime first = sqlite::FileClock(*connection, sqlite::BootId{}).now();
  CHECK(sqlite::FileClock(*connection, sqlite::BootId{}).now() - first < std::chrono::minutes{1});
  // As after a reboot: the stored time is ahead of the anchor plus the clock since boot.
  const StorageTime known = first + std::chrono::hours{5};
  fixture.run("INSERT INTO settings (key, value) VALUES ('clock_reached', " +
              std::to_string(known.time_since_epoch().count()) + ")");
  CHECK(sqlite::FileClock(*connection, sqlite::BootId{}).now() >= known);
}
