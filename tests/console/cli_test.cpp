#include <sqlite3.h>
#include <sys/stat.h>

#include <csignal>
#include <stdexcept>

#include "messenger/adapters/defaults.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/console/cli_world.hpp"
#include "tests/console/database_commands.hpp"

namespace messenger::inline v0::console::testing {

namespace {

/// Another program on the same file.
class RawDatabase {
 public:
  explicit RawDatabase(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) throw std::runtime_error("cannot open");
  }
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;
  ~RawDatabase() { sqlite3_close(handle_); }

  void execute(const std::string& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(handle_));
    }
  }

 private:
  sqlite3* handle_ = nullptr;
};

/// Every command refuses the file for this reason, and the folder stays as it was.
void requireRefused(CliWorld& world, const std::string& reason) {
  const auto before = world.files();
  for (std::vector<std::string> arguments : databaseCommands) {
    CAPTURE(arguments.front());
    const Ended plain = world.run(arguments);
    CHECK(plain.exit == 4);
    CHECK(plain.out.empty());
    CHECK(plain.err.rfind("Error: ", 0) == 0);
    CHECK(world.json(arguments).at("error").at("reason") == reason);
  }
  CHECK(world.files() == before);
}

}  // namespace

TEST_CASE("messenger: a missing file -> made by db:migrate only", "[console][process]") {
  CliWorld world;
  requireRefused(world, "databaseMissing");
  const Ended made = world.run({"db:migrate"});
  CHECK(made.exit == 0);
  CHECK(made.out == "Made the database " + world.file.string() + " (version 6).\n");
  CHECK(world.run({"db:migrate"}).out.find("up to date") != std::string::npos);
  CHECK(world.run({"calls:list"}).out == "No active calls.\n");
  const Ended checked = world.run({"db:check"});
  CHECK(checked.out == world.file.string() + " is sound.\n");
  CHECK(checked.err.empty());
}

TEST_CASE("messenger: an empty file -> changed by db:migrate only", "[console][process]") {
  CliWorld world;
  world.write("");
  requireRefused(world, "databaseEmpty");
  CHECK(world.run({"db:migrate"}).exit == 0);
  CHECK(world.run({"db:check"}).exit == 0);
}

TEST_CASE("messenger: not a database -> refused and left as it was", "[console][process]") {
  CliWorld world;
  world.write(GENERATE(as<std::string>{}, "not a database", std::string(5000, 'x'), "SQLite format 3"));
  requireRefused(world, "databaseNotOurs");
  const auto before = world.files();
  CHECK(world.run({"db:migrate"}).exit == 4);
  CHECK(world.files() == before);
}

TEST_CASE("messenger: another application's database -> refused and left as it was", "[console][process]") {
  CliWorld world;
  RawDatabase(world.file).execute("CREATE TABLE theirs (a)");
  requireRefused(world, "databaseNotOurs");
  const auto before = world.files();
  CHECK(world.run({"db:migrate"}).exit == 4);
  CHECK(world.files() == before);
}

TEST_CASE("messenger: a newer database -> refused and left as it was", "[console][process]") {
  CliWorld world;
  world.host();
  RawDatabase(world.file).execute("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
  requireRefused(world, "databaseTooNew");
  CHECK(world.json({"db:migrate"}).at("error").at("reason") == "databaseTooNew");
}

TEST_CASE("messenger: not an ordinary file -> refused without waiting", "[console][process]") {
  CliWorld world;
  SECTION("a folder") {
    std::filesystem::create_directory(world.file);
  }
  SECTION("a named pipe") {
    REQUIRE(::mkfifo(world.file.c_str(), 0600) == 0);
  }
  CHECK(world.run({"calls:list"}).exit == 4);
  CHECK(world.run({"db:migrate"}).exit == 4);
}

TEST_CASE("messenger: a missing folder -> named", "[console][process]") {
  CliWorld world;
  world.file = world.folder.file("nowhere") / "app.db";
  requireRefused(world, "folderMissing");
  CHECK(world.json({"db:migrate"}).at("error").at("reason") == "folderMissing");
}

TEST_CASE("messenger: the database -> taken from the option and then from the environment and required",
          "[console][process]") {
  CliWorld world;
  world.host();
  Process none(MESSENGER_CLI, {"calls:list"}, {world.environment});
  CHECK(none.wait() == 2);
  CHECK(none.err().find("MESSENGER_DATABASE") != std::string::npos);
  world.environment["MESSENGER_DATABASE"] = world.file.string();
  CHECK(Process(MESSENGER_CLI, {"calls:list"}, {world.environment}).wait() == 0);
  world.environment["MESSENGER_DATABASE"] = "/nowhere/at/all";
  CHECK(
      Process(MESSENGER_CLI, {"--database", world.file.string(), "calls:list"}, {world.environment}).wait() ==
      0);
}

TEST_CASE("messenger: a wrong environment variable -> named and nothing done", "[console][process]") {
  CliWorld world;
  world.host();
  world.environment["MESSENGER_CALLING_ENABLED"] = "perhaps";
  const Ended ended = world.run({"calls:down"});
  CHECK(ended.exit == 2);
  CHECK(ended.err.find("MESSENGER_CALLING_ENABLED") != std::string::npos);
}

TEST_CASE("messenger: calling -> disabled unless the environment enables it", "[console][process]") {
  CliWorld world;
  world.host();
  world.environment.clear();
  const Ended ended = world.run({"calls:down"});
  CHECK(ended.exit == 0);
  CHECK(ended.out == "Call system currently disabled.\n");
  CHECK(ended.err.find("MESSENGER_CALLING_ENABLED=true") != std::string::npos);
}

TEST_CASE("messenger: a job that needs a driver -> never run", "[console][process]") {
  CliWorld world;
  world.environment["MESSENGER_CALLING_SUBSCRIBER_QUEUED"] = "false";  // what the host may well have set
  const auto host = world.host();
  const Call call = CliWorld::startCall(*host);
  const auto kinds = [&] {
    std::vector<std::string> all;
    for (const Job& job : host->jobs().pending()) all.emplace_back(toString(job.type));
    return all;
  };

  SECTION("queue:work refuses") {
    CHECK(world.json({"queue:work", "--stop-when-empty"}).at("error").at("reason") == "noVideoDriver");
    CHECK(kinds() == std::vector<std::string>{"SetupCall"});
  }
  SECTION("calls:down --now ends the call and leaves its room to the host") {
    const Ended ended = world.run({"calls:down", "--now"});
    CHECK(ended.out ==
          "1 active calls found. End calls completed!\nCall system is now down for 30 minutes.\n");
    CHECK(ended.err.find("Clients were not notified") != std::string::npos);
    CHECK(kinds() == std::vector<std::string>{"SetupCall", "TeardownCall"});
  }
  SECTION("calls:down leaves it all to the host") {
    world.run({"calls:down"});
    CHECK(kinds() == std::vector<std::string>{"SetupCall", "EndCalls"});
    CHECK(host->host().callsAreDown());
  }
  const Call seen = *host->host().findCall(call.id);
  CHECK_FALSE(seen.setupComplete);
  CHECK_FALSE(seen.teardownComplete);
}

TEST_CASE("messenger: schedule:run -> checks itself because it receives no heartbeats",
          "[console][process]") {
  CliWorld world;
  // The executable reads the machine's clocks: also the one since boot must be earlier than it is there.
  const Moment now = systemClock()->now();
  constexpr std::chrono::minutes earlier{10};
  Config config;
  config.calling.enabled = true;
  Dependencies dependencies;
  dependencies.storage = sqliteStorage(world.file);
  dependencies.clock =
      std::make_shared<messenger::testing::ManualClock>(now.wall - earlier, now.steady - earlier);
  Messenger host(config, dependencies);
  CliWorld::startCall(host);
  CHECK(world.run({"schedule:run"}).out == "1 active calls found. Call activity checks completed!\n");
  CHECK(host.jobs().pending().size() == 1);  // the setup, and no check that the host would have to run
}

TEST_CASE("messenger: another process keeps the file busy -> still works", "[console][process]") {
  CliWorld world;
  const auto host = world.host();
  const Call call = CliWorld::startCall(*host);
  RawDatabase other(world.file);
  other.execute("BEGIN IMMEDIATE");
  CHECK(world.json({"calls:list"}).at("calls").at(0).at("id") == call.id.value());
  CHECK(world.run({"db:check"}).exit == 0);
  const Ended busy = world.run({"calls:down", "--wait=0"});
  CHECK(busy.exit == 4);
  CHECK(busy.err.find("may succeed later") != std::string::npos);
  other.execute("ROLLBACK");
  CHECK_FALSE(host->host().callsAreDown());
  CHECK(world.run({"calls:down", "--wait=0"}).exit == 0);
  CHECK(host->host().callsAreDown());
}

TEST_CASE("db:check: violations that no constraint covers -> found", "[console][process]") {
  CliWorld world;
  const Call call = CliWorld::startCall(*world.host());
  RawDatabase raw(world.file);
  std::string expected;
  SECTION("nobody in an active call") {
    raw.execute("UPDATE call_participants SET left_at = 1, departed_at = 1");
    expected = "call " + call.id.value() + " is active, and has nobody in it";
  }
  SECTION("somebody in a call with no device") {
    raw.execute("UPDATE call_sessions SET closed_at = 1, departed_at = 1");
    expected = "is in the call without a device, or is out of it with one";
  }
  SECTION("somebody in an ended call") {
    raw.execute("UPDATE calls SET ended_at = 1, end_reason = 1");
    expected = "call " + call.id.value() + " has ended, and has participants in it";
  }
  SECTION("a room that no job will destroy") {
    raw.execute("UPDATE calls SET ended_at = 1, end_reason = 1, room_may_exist = 1; DELETE FROM jobs");
    expected = "call " + call.id.value() + " has ended, its room may still exist";
  }
  SECTION("a setup that no job will finish") {
    raw.execute("UPDATE calls SET room_may_exist = 1; DELETE FROM jobs");
    expected = "its setup was begun, and no job will finish it";
  }
  SECTION("a ring for who is in the call") {
    raw.execute(
        "INSERT INTO call_rings SELECT call_sequence, user_type, user_id, 1, 0, 0, 0, NULL, 0 FROM "
        "call_participants; UPDATE calls SET rings = 1");
    expected = "call " + call.id.value() + " rings for a user who is in it";
  }
  SECTION("rings that nobody looks for") {
    raw.execute("INSERT INTO call_rings SELECT sequence, 'user', 'x', 3, 0, 0, 0, NULL, 0 FROM calls");
    expected = "call " + call.id.value() + " has rings that nobody looks for";
  }
  SECTION("a job of no call") {
    raw.execute("UPDATE jobs SET call_id = 'nowhere'");
    expected = "belongs to a call that does not exist";
  }
  SECTION("a wrong number of members") {
    raw.execute("UPDATE threads SET members = 7");
    expected = "has a wrong number of members";
  }
  SECTION("a row that its table forbids") {
    raw.execute("PRAGMA ignore_check_constraints = ON; UPDATE calls SET teardown_complete = 1");
    expected = "CHECK constraint failed in calls";
  }
  SECTION("a row that refers to nothing") {
    raw.execute("PRAGMA foreign_keys = OFF; DELETE FROM calls; DELETE FROM jobs");
    expected = "a row of call_participants refers to a row of calls that is not there";
  }
  const Ended ended = world.run({"db:check"});
  CHECK(ended.exit == 4);
  CHECK(ended.out.find(expected) != std::string::npos);
  CHECK(world.json({"db:check"}).at("error").at("message").get<std::string>().find(expected) !=
        std::string::npos);
}

TEST_CASE("db:check: damaged pages -> found", "[console][process]") {
  CliWorld world;
  CliWorld::startCall(*world.host());
  std::string bytes = world.files().at("app.db");
  REQUIRE(bytes.size() > 8192);
  bytes.replace(4096, bytes.size() - 4096, bytes.size() - 4096, '\x5a');
  world.write(bytes);
  CHECK(world.run({"db:check"}).exit == 4);
  CHECK(world.run({"calls:list"}).exit == 4);
  CHECK(world.files().at("app.db") == bytes);
}

TEST_CASE("messenger: colours -> only on terminals and only if wanted", "[console][process]") {
  CliWorld world;
  CliWorld::startCall(*world.host());
  constexpr unsigned short wide = 200;
  world.environment["TERM"] = "xterm";
  CHECK(world.run({"calls:list"}).out.find('\x1b') == std::string::npos);
  CHECK(world.run({"calls:list"}, wide).out.find("\x1b[1mCALL\x1b[0m") != std::string::npos);
  CHECK(world.run({"calls:list", "--json"}, wide).out.find('\x1b') == std::string::npos);
  CHECK(world.run({"nope"}, wide).out.find("\x1b[31mError:\x1b[0m") != std::string::npos);
  SECTION("NO_COLOR") {
    world.environment["NO_COLOR"] = "1";
  }
  SECTION("TERM=dumb") {
    world.environment["TERM"] = "dumb";
  }
  SECTION("no TERM") {
    world.environment.erase("TERM");
  }
  CHECK(world.run({"calls:list"}, wide).out.find('\x1b') == std::string::npos);
}

TEST_CASE("messenger: output cannot be written -> failure", "[console][process]") {
  CliWorld world;
  world.host();
  Process process("/bin/sh", {"-c", std::string{MESSENGER_CLI} + " list > /dev/full"}, {world.environment});
  CHECK(process.wait() == 1);
  CHECK(process.err().find("could not be written") != std::string::npos);
}

}  // namespace messenger::console::testing
