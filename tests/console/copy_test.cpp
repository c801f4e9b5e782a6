// db:copy between real databases.
#include <csignal>
#include <string>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "testing/conformance/describe.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/console/database_world.hpp"

namespace messenger::inline v0::console::testing {
namespace {

using Catch::Matchers::Contains;

const std::vector<UserId> people{{"user", "ann"}, {"user", "bob"}, {"user", "cleo"}};

/// Two databases, each of its kind, and the command between them.
struct CopyWorld {
  explicit CopyWorld(DatabaseKind ofFrom = DatabaseKind::sqlite, DatabaseKind ofTo = DatabaseKind::postgres)
      : from(ofFrom), to(ofTo) {
    from.environment.erase("MESSENGER_DATABASE");
  }

  [[nodiscard]] std::vector<std::string> command() const {
    return {"db:copy",
            from.options.url,
            to.options.url,
            "--json",
            "--schema=" + from.options.schema,
            "--to-schema=" + to.options.schema};
  }
  nlohmann::json copy() { return nlohmann::json::parse(from.run(command()).out); }
  std::string refusal() { return copy().at("error").at("reason"); }

  /// Whether nobody has written anything to the target; waits for who is just writing.
  [[nodiscard]] bool isEmpty() const {
    const auto storage = openStorage(to.options);
    return storage->jobs().list({}).empty() && !storage->threads()->findUserName(people[0]);
  }

  DatabaseWorld from;
  DatabaseWorld to;
};

/// A Messenger with a driver.
std::unique_ptr<Messenger> hostWithRooms(const DatabaseWorld& world) {
  auto host = world.host();
  host->setVideoDriver<messenger::testing::FakeVideoDriver>(
      std::make_shared<messenger::testing::FakeVideoProvider>());
  return host;
}

ThreadId addGroup(Messenger& host, const std::string& subject) {
  std::vector<ThreadMember> members;
  for (const UserId& each : people) members.push_back({each, "Name of \\" + each.id, /*admin=*/true});
  return host.threads().createGroup(subject, members).value().id;
}

/// Ended calls with rooms, one that rings, failed jobs, somebody who was kicked, several devices.
std::vector<ThreadId> fill(Messenger& host) {
  std::vector<ThreadId> threads;
  StartOptions options;
  options.data = "tab\tand\r\nline \\. \\N";
  for (const std::string subject : {"\\N", "a 'quoted' one", "\xe6\x97\xa5\xe6\x9c\xac"}) {
    threads.push_back(addGroup(host, subject));
    for (int i = 0; i < 3; ++i) {
      const Call call = host.startCall(threads.back(), people[0], options).value();
      host.jobs().runPending();
      REQUIRE_OK(host.joinCall(call.id, people[1], DeviceId{"phone"}));
      const auto joined = host.joinCall(call.id, people[1], DeviceId{"tablet"});
      REQUIRE_OK(joined);
      REQUIRE_OK(host.kickParticipant(call.id, people[0], joined->participant.id));
      REQUIRE_OK(host.endCall(call.id, people[0]));
    }
    host.jobs().runPending();
  }
  REQUIRE_OK(host.startCall(threads[0], people[2]));
  REQUIRE_OK(host.startCall(threads[1], people[2]));
  return threads;
}

/// The two read the same through their storages, with the rooms.
void requireSame(const std::vector<ThreadId>& threads, const DatabaseWorld& one, const DatabaseWorld& other) {
  using messenger::testing::describe;
  const auto here = openStorage(one.options);
  const auto there = openStorage(other.options);
  CHECK(describe(here->jobs().list({})) == describe(there->jobs().list({})));
  CHECK(describe(here->jobs().list({.failed = true})) == describe(there->jobs().list({.failed = true})));
  for (const ThreadId& thread : threads) {
    CHECK(describe(here->threads()->findThread(thread)) == describe(there->threads()->findThread(thread)));
    CHECK(describe(here->threads()->members(thread)) == describe(there->threads()->members(thread)));
    const auto calls = one.host()->callHistory(thread, people[0])->calls;
    const auto copied = other.host()->callHistory(thread, people[0])->calls;
    REQUIRE(calls.size() >= 3);
    REQUIRE(calls.size() == copied.size());
    for (const CallView& each : calls) {
      const std::string& id = each.call.id.value();
      const auto call = messenger::testing::load(*here, id);
      const auto copy = messenger::testing::load(*there, id);
      CHECK(describe(call->call) == describe(copy->call));
      CHECK(describe(call->rings) == describe(copy->rings));
      CallStore::ParticipantsQuery query;
      query.call = each.call.id;
      query.limit = 100;
      CHECK(describe(here->calls().participants(query)) == describe(there->calls().participants(query)));
    }
  }
}

}  // namespace

TEST_CASE("db:copy: any kind to any kind -> the same in both, and the copy goes on", "[console][copy]") {
  CopyWorld world(GENERATE(DatabaseKind::sqlite, DatabaseKind::postgres),
                  GENERATE(DatabaseKind::postgres, DatabaseKind::sqlite));
  const auto threads = fill(*hostWithRooms(world.from));
  // As after a change of the wall clock, which the storage's clock does not follow.
  world.from.execute(world.from.isPostgres()
                         ? "UPDATE settings SET value = value + 3600000000 WHERE key LIKE 'clock%'"
                         : "UPDATE settings SET value = value + 3600000000 WHERE key = 'clock_anchor'");
  world.from.execute(
      "UPDATE jobs SET failed = true, attempts = 5, last_error = 'away' WHERE sequence = (SELECT "
      "min(sequence) FROM jobs)");
  const StorageTime before = openStorage(world.from.options)->timeAt(systemClock()->now().steady);

  const auto said = world.copy();
  CAPTURE(said.dump());
  REQUIRE(said.contains("rows"));
  CHECK(said.at("rows").at("calls") == 11);
  CHECK(said.at("rows").at("threads") == 3);
  CHECK(said.at("rows").at("jobs") == 2);
  CHECK(world.to.run({"db:check"}).exit == 0);
  const StorageTime after = openStorage(world.to.options)->timeAt(systemClock()->now().steady);
  CHECK(after >= before);
  CHECK(after < before + std::chrono::minutes{30});

  requireSame(threads, world.from, world.to);
  const auto copied = hostWithRooms(world.to);
  // New rows get new numbers, and what was going on goes on.
  REQUIRE_OK(copied->startCall(threads[2], people[0]));
  static_cast<void>(addGroup(*copied, "new"));
  CHECK(copied->host().callsDown(std::chrono::minutes{5}) == 3U);
  copied->jobs().runPending();
  CHECK(copied->jobs().pending().empty());
  CHECK(world.to.run({"db:check"}).exit == 0);
}

TEST_CASE("db:copy: the target is not empty -> refused and left as it was", "[console][copy]") {
  CopyWorld world;
  fill(*hostWithRooms(world.from));
  const auto thread = addGroup(*world.to.host(), "mine");
  CHECK(world.refusal() == "databaseNotEmpty");
  CHECK(world.to.host()->threads().find(thread)->subject == "mine");
  CHECK(openStorage(world.to.options)->jobs().list({}).empty());
}

TEST_CASE("db:copy: a source that cannot be copied -> refused with what to do", "[console][copy]") {
  CopyWorld world;
  CHECK(world.refusal() == "databaseMissing");
  static_cast<void>(world.from.host());
  world.from.execute("PRAGMA user_version = 5");
  const auto old = world.copy().at("error");
  CHECK(old.at("reason") == "databaseTooOld");
  CHECK_THAT(old.at("hint").get<std::string>(), Contains("db:migrate"));
  world.from.execute("PRAGMA user_version = 99");
  CHECK(world.refusal() == "databaseTooNew");
  CHECK(inspectDatabase(world.to.options).kind == DatabaseState::Kind::missing);
}

TEST_CASE("db:copy: a wrong command line -> refused and nothing done", "[console][copy]") {
  CopyWorld world;
  static_cast<void>(world.from.host());
  const std::string& url = world.from.options.url;
  const auto reason = [&](const std::vector<std::string>& arguments) {
    return world.from.json(arguments).at("error").at("reason").get<std::string>();
  };
  CHECK(reason({"db:copy"}) == "missingArgument");
  CHECK(reason({"db:copy", url}) == "missingArgument");
  CHECK(reason({"db:copy", url, url}) == "sameDatabase");
  CHECK(reason({"db:copy", url, url, url}) == "tooManyArguments");
  CHECK(reason({"db:copy", url, world.to.options.url, "--database=" + url}) == "conflictingOptions");
  CHECK(reason({"db:copy", url, world.to.options.url, "--to-schema=No"}) == "badDatabase");
  CHECK(reason({"db:copy", url, "mysql://me:secret@h/x"}) == "badDatabase");
}

TEST_CASE("db:copy: a text that PostgreSQL cannot store -> said which, and nothing is copied",
          "[console][copy]") {
  CopyWorld world;
  fill(*hostWithRooms(world.from));
  world.from.execute("UPDATE calls SET data = CAST(x'ff' AS TEXT) WHERE sequence = 2");
  const auto error = world.copy().at("error");
  CHECK(error.at("reason") == "storageRefused");
  CHECK_THAT(error.at("message").get<std::string>(),
             Contains("the table calls has a text") && Contains("data of number 2"));
  CHECK(world.isEmpty());
}

TEST_CASE("db:copy: the target changes a row -> the comparison finds it and nothing is copied",
          "[console][copy]") {
  CopyWorld world;
  fill(*hostWithRooms(world.from));
  static_cast<void>(world.to.host());
  world.to.execute(
      "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN NEW.subject := ''another''; RETURN NEW; END'; "
      "CREATE TRIGGER change BEFORE INSERT ON threads FOR EACH ROW EXECUTE FUNCTION change()");
  const auto error = world.copy().at("error");
  CHECK_THAT(error.at("message").get<std::string>(), Contains("the copy differs in the table threads"));
  CHECK(world.isEmpty());
}

TEST_CASE("db:copy: somebody uses the target for too long -> storageBusy in time", "[console][copy]") {
  CopyWorld world(DatabaseKind::sqlite, GENERATE(DatabaseKind::postgres, DatabaseKind::sqlite));
  fill(*hostWithRooms(world.from));
  static_cast<void>(world.to.host());
  const auto held = world.to.hold("jobs");
  auto command = world.command();
  command.emplace_back("--wait=1");
  CHECK(nlohmann::json::parse(world.from.run(command).out).at("error").at("reason") == "storageBusy");
}

TEST_CASE("db:copy: ended in between -> nothing is copied", "[console][copy]") {
  CopyWorld world;
  fill(*hostWithRooms(world.from));
  static_cast<void>(world.to.host());
  // It stops before the first job, with all calls written.
  world.to.execute(
      "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END'; "
      "CREATE TRIGGER pause BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION pause()");
  messenger::tests::OtherSession other(world.to.server());
  other.run("SELECT pg_advisory_lock(7)");
  Process process(MESSENGER_CLI, world.command(), {world.from.environment});
  REQUIRE(other.somebodyWaits());
  SECTION("killed") {
    process.signal(SIGKILL);
    CHECK(process.wait() == -SIGKILL);
    other.run("SELECT pg_advisory_unlock(7)");
  }
  SECTION("by Ctrl-C") {
    process.signal(SIGINT);
    process.waitForErr("Finishing");
    other.run("SELECT pg_advisory_unlock(7)");
    CHECK(process.wait() == 1);
    CHECK(nlohmann::json::parse(process.out()).at("error").at("reason") == "stopped");
  }
  CHECK(world.isEmpty());
}

}  // namespace messenger::console::testing
