#include "messenger/testing/manual_clock.hpp"
#include "tests/console/database_commands.hpp"
#include "tests/console/database_world.hpp"

namespace messenger::inline v0::console::testing {
namespace {

using Catch::Matchers::Contains;

DatabaseKind anyKind() {
  return GENERATE(DatabaseKind::sqlite, DatabaseKind::postgres);
}

}  // namespace

TEST_CASE("database: nothing is there -> db:migrate alone makes it", "[console][process]") {
  DatabaseWorld world(anyKind());
  for (const auto& each : databaseCommands) {
    CAPTURE(each.front());
    const auto refused = world.json(each);
    CHECK(refused.at("exit") == 4);
    CHECK(refused.at("error").at("reason") == "databaseMissing");
  }
  CHECK(inspectDatabase(world.options).kind == DatabaseState::Kind::missing);
  const auto made = world.json({"db:migrate"});
  CHECK(made.at("created") == true);
  CHECK(made.at("version_before").is_null());
  CHECK_FALSE(made.at("database").get<std::string>().empty());
  CHECK_THAT(world.run({"db:migrate"}).out, Contains("is up to date"));
  CHECK(world.run({"calls:list"}).out == "No active calls.\n");
  CHECK_THAT(world.run({"db:check"}).out, Contains("is sound."));
}

TEST_CASE("database: a newer one -> refused and left as it was", "[console][process]") {
  DatabaseWorld world(anyKind());
  static_cast<void>(world.host());
  world.execute(world.isPostgres() ? "UPDATE schema_version SET version = 99" : "PRAGMA user_version = 99");
  for (const auto& each : databaseCommands) {
    CAPTURE(each.front());
    CHECK(world.json(each).at("error").at("reason") == "databaseTooNew");
  }
  CHECK(world.json({"db:migrate"}).at("error").at("reason") == "databaseTooNew");
  CHECK(inspectDatabase(world.options).version == 99);
}

TEST_CASE("database: another application's tables -> refused and left as they were", "[console][process]") {
  DatabaseWorld world(anyKind());
  if (world.isPostgres()) {
    world.server().run("CREATE SCHEMA " + world.options.schema + "; CREATE TABLE " + world.options.schema +
                       ".calls (a int)");
  } else {
    world.execute("CREATE TABLE calls (a)");
  }
  CHECK(world.json({"calls:list"}).at("error").at("reason") == "databaseNotOurs");
  CHECK(world.run({"db:migrate"}).exit == 4);
  CHECK(inspectDatabase(world.options).kind == DatabaseState::Kind::foreign);
}

TEST_CASE("database: calls and jobs and switches -> the same commands on both", "[console][process]") {
  DatabaseWorld world(anyKind());
  const auto host = world.host();
  const Call call = DatabaseWorld::startCall(*host);
  CHECK(world.json({"calls:list"}).at("calls").at(0).at("id") == call.id.value());
  CHECK_THAT(world.run({"calls:show", call.id.value()}).out, Contains(call.id.value()));
  CHECK_THAT(world.run({"calls:ringing", "user:bob"}).out, Contains(call.id.value()));
  CHECK(world.json({"queue:status"}).at("waiting") == 1);

  CHECK(world.run({"calls:down", "--now"}).exit == 0);
  CHECK(host->host().callsAreDown());
  CHECK_FALSE(host->host().findCall(call.id)->active());
  CHECK(world.run({"calls:ringing", "user:bob"}).out.find(call.id.value()) == std::string::npos);
  CHECK(world.run({"calls:up"}).exit == 0);
  CHECK_FALSE(host->host().callsAreDown());

  world.execute("UPDATE jobs SET failed = true, attempts = 5, last_error = 'the provider is away'");
  CHECK_THAT(world.run({"queue:failed"}).out, Contains("the provider is away"));
  CHECK(world.run({"queue:retry", "--all"}).exit == 0);
  CHECK(world.json({"queue:status"}).at("failed") == 0);

  CHECK(world.run({"users:erase", "user:bob", "--yes"}).exit == 0);
  CHECK_FALSE(host->threads().find(call.threadId)->members == 2);
  CHECK(world.run({"db:check"}).exit == 0);
}

TEST_CASE("database: violations that no constraint covers -> db:check finds them", "[console][process]") {
  DatabaseWorld world(anyKind());
  const Call call = DatabaseWorld::startCall(*world.host());
  const auto expectFound = [&](const std::string& statements, const std::string& finding) {
    CAPTURE(statements);
    world.execute(statements);
    const auto ended = world.run({"db:check"});
    CHECK(ended.exit == 4);
    CHECK_THAT(ended.out, Contains(finding));
    CHECK(world.json({"db:check"}).at("error").at("reason") == "databaseDamaged");
  };
  SECTION("nobody in an active call") {
    expectFound("UPDATE call_participants SET left_at = 1, departed_at = 1",
                "call " + call.id.value() + " is active, and has nobody in it");
  }
  SECTION("no device") {
    expectFound("UPDATE call_sessions SET closed_at = 1, departed_at = 1", "is in the call without a device");
  }
  SECTION("somebody in an ended call, which rings") {
    world.execute("UPDATE calls SET ended_at = 1, end_reason = 1");
    expectFound("UPDATE calls SET updated_at = 2", "has ended, and has participants in it");
    expectFound("UPDATE calls SET updated_at = 3", "or has ended and rings");
  }
  SECTION("a room that no job will destroy") {
    expectFound("UPDATE calls SET ended_at = 1, end_reason = 1, room_may_exist = true; DELETE FROM jobs",
                "its room may still exist");
  }
  SECTION("a setup that no job will finish") {
    expectFound("UPDATE calls SET room_may_exist = true; DELETE FROM jobs", "no job will finish it");
  }
  SECTION("rings that nobody looks for") {
    expectFound("UPDATE calls SET rings = false", "has rings that nobody looks for");
  }
  SECTION("a job of no call") {
    expectFound("UPDATE jobs SET call_id = 'nowhere'", "belongs to a call that does not exist");
  }
  SECTION("a wrong number of members") {
    expectFound("UPDATE threads SET members = 7", "has a wrong number of members");
  }
  SECTION("rows of another version") {
    expectFound("UPDATE jobs SET type = 99", "it cannot be read");
    expectFound("UPDATE calls SET type = 99", "it cannot be read");
    expectFound("UPDATE threads SET type = 99", "it cannot be read");
  }
}

TEST_CASE("database: what PostgreSQL has lost -> db:check finds it", "[console][process]") {
  DatabaseWorld world(DatabaseKind::postgres);
  DatabaseWorld::startCall(*world.host());
  SECTION("an index") {
    world.execute("DROP INDEX calls_one_active_a_thread");
    CHECK_THAT(world.run({"db:check"}).out, Contains("calls_one_active_a_thread is missing"));
  }
  SECTION("an index that is not valid") {
    world.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'jobs_next'::regclass");
    CHECK_THAT(world.run({"db:check"}).out, Contains("the index jobs_next is not valid"));
  }
  SECTION("rows that others refer to") {
    world.execute("SET session_replication_role = replica; DELETE FROM calls; DELETE FROM threads");
    const auto ended = world.run({"db:check"});
    CHECK(ended.exit == 4);
    CHECK_THAT(ended.out, Contains("participant ") && Contains("belongs to a call that does not exist") &&
                              Contains("belongs to no call") && Contains("belongs to thread "));
  }
}

TEST_CASE("database: somebody keeps it for too long -> storageBusy in time and nothing changed",
          "[console][process]") {
  DatabaseWorld world(anyKind());
  const auto host = world.host();
  const Call call = DatabaseWorld::startCall(*host);
  world.execute("UPDATE jobs SET failed = true, attempts = 5, last_error = 'the provider is away'");
  {
    const auto held = world.hold("jobs");
    for (const auto& each : std::vector<std::vector<std::string>>{{"queue:retry", "--all"}, {"calls:down"}}) {
      CAPTURE(each.front());
      std::vector<std::string> arguments = each;
      arguments.emplace_back("--wait=1");
      const auto refused = world.json(arguments);
      CHECK(refused.at("exit") == 4);
      CHECK(refused.at("error").at("reason") == "storageBusy");
    }
  }
  CHECK(host->host().findCall(call.id)->active());
  CHECK_FALSE(host->host().callsAreDown());
  CHECK(host->jobs().failed().size() == 1);
}

TEST_CASE("database: PostgreSQL is not there -> unavailable and without the password", "[console][process]") {
  DatabaseWorld world(DatabaseKind::sqlite);
  const std::string secret = "pass-word-7";
  const auto refused = [&](const std::string& url, const std::string& reason) {
    CAPTURE(url);
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"calls:list", "--database=" + url},
          std::vector<std::string>{"db:migrate", "--database", url},
          std::vector<std::string>{"db:check", "--json", "--database=" + url},
          std::vector<std::string>{"calls:list", "--json", url}, std::vector<std::string>{url}}) {
      const auto ended = world.run(arguments);
      CHECK(ended.exit != 0);
      CHECK((ended.out + ended.err).find(secret) == std::string::npos);
    }
    CHECK(world.json({"calls:list", "--database=" + url}).at("error").at("reason") == reason);
  };
  refused("postgresql://me:" + secret + "@127.0.0.1:1/calls", "storageUnavailable");
  refused("mysql://me:" + secret + "@127.0.0.1/calls", "badDatabase");
  refused("postgresql://me:" + secret + "@127.0.0.1:port/calls", "storageUnavailable");
  CHECK(world.json({"calls:list", "--schema=No"}).at("exit") == 4);  // of a file it means nothing
  CHECK(world.json({"calls:list", "--database=postgresql://h/d", "--schema=No"}).at("exit") == 2);
}

TEST_CASE("database: a role with rights on rows alone -> everything but db:migrate", "[console][process]") {
  DatabaseWorld world(DatabaseKind::postgres);
  DatabaseWorld::startCall(*world.host());
  const std::string& schema = world.options.schema;
  world.execute(
      "CREATE ROLE reader LOGIN PASSWORD 'pass-word-7'; "
      "GRANT USAGE ON SCHEMA " +
      schema + " TO reader; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema +
      " TO reader");
  world.environment["MESSENGER_DATABASE"] =
      messenger::tests::PostgresServer::shared().urlOf("reader", "pass-word-7");
  CHECK(world.run({"calls:list"}).exit == 0);
  CHECK(world.run({"db:check"}).exit == 0);
  CHECK(world.run({"calls:down", "--now"}).exit == 0);
  world.environment["MESSENGER_DATABASE_SCHEMA"] = "elsewhere";
  const auto ended = world.run({"db:migrate"});
  CHECK(ended.exit == 4);
  CHECK_THAT(ended.err, Contains("permission denied"));
  world.execute("DROP OWNED BY reader; DROP ROLE reader");
}

}  // namespace messenger::console::testing
