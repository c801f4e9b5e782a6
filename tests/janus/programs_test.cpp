// The executables that come with the library, with a Janus and without.
#include <nlohmann/json.hpp>

#include "tests/console/process.hpp"
#include "tests/janus/live_world.hpp"
#include "tests/support/free_port.hpp"

namespace messenger::tests {
namespace {

using console::testing::Process;
using Environment = std::map<std::string, std::string>;

struct Ended {
  int exit = 0;
  std::string out;
  std::string err;
};

Ended run(const std::string& program, const std::vector<std::string>& arguments,
          const Environment& environment) {
  Process process(program, arguments, {environment, 0});
  Ended ended;
  ended.exit = process.wait();
  ended.out = process.out();
  ended.err = process.err();
  const std::string said = ended.out + ended.err;
  for (const char* secret :
       {JanusServer::apiSecret, JanusServer::adminSecret, JanusServer::adminKey, JanusServer::roomKey}) {
    CHECK(said.find(secret) == std::string::npos);
  }
  return ended;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

#ifdef MESSENGER_JANUS_BROKER
TEST_CASE("janus_broker: with a Janus -> runs", "[janus][programs]") {
  const JanusServer server({GENERATE(true, false)});
  Environment environment = server.environment();
  if (GENERATE(true, false)) environment.erase("JANUS_ROOM_KEY");
  if (GENERATE(true, false)) environment.erase("JANUS_ADMIN_SERVER_ENDPOINT");
  const Ended ended = run(MESSENGER_JANUS_BROKER, {}, environment);
  INFO(ended.out << ended.err);
  REQUIRE(ended.exit == 0);
  CHECK(has(ended.out, "publishers=4 bitrate=1024000 private, asks for a pin"));
  CHECK(has(ended.out, "publishers=9 bitrate=600000 private, asks for a pin"));
  CHECK(has(ended.out, "Janus has no room"));
  CHECK(has(ended.out, "all rooms accounted for\n"));
  CHECK(ended.err.empty());
  CHECK(server.videoRoom().list().value().empty());
}

TEST_CASE("janus_broker: without a Janus -> says what to do", "[janus][programs]") {
  const auto requireHelp = [](const Ended& ended, const std::string& why) {
    INFO(ended.out << ended.err);
    CHECK((ended.exit == 1 || ended.exit == 2));
    CHECK(has(ended.err, why));
    for (const char* step :
         {"apt-get install --no-install-recommends janus", "janus.plugin.videoroom.jcfg",
          "JANUS_ADMIN_SERVER_ENDPOINT", "JANUS_ADMIN_SECRET", "JANUS_VIDEO_ROOM_SECRET"}) {
      CHECK(has(ended.err, step));
    }
  };
  requireHelp(run(MESSENGER_JANUS_BROKER, {}, {}), "JANUS_ADMIN_SERVER_ENDPOINT");
  requireHelp(run(MESSENGER_JANUS_BROKER, {}, {{"JANUS_SERVER_ENDPOINT", "http://127.0.0.1:1/janus"}}),
              "JANUS_ROOM_KEY");
  requireHelp(run(MESSENGER_JANUS_BROKER, {}, {{"JANUS_VIDEO_ROOM_SECRET", "x"}}), "(JANUS_SERVER_ENDPOINT)");
  const std::string nowhere = "http://127.0.0.1:" + std::to_string(testing::freePort()) + "/admin";
  requireHelp(run(MESSENGER_JANUS_BROKER, {},
                  {{"JANUS_ADMIN_SERVER_ENDPOINT", nowhere}, {"JANUS_VIDEO_ROOM_SECRET", "x"}}),
              "cannot be reached");
  const JanusServer server;
  Environment wrong = server.environment();
  wrong["JANUS_ADMIN_SECRET"] = "wrong";
  requireHelp(run(MESSENGER_JANUS_BROKER, {}, wrong), "403");
}
#endif

#ifdef MESSENGER_CLI
TEST_CASE("messenger janus:reconcile: after a restart of Janus -> rooms are renewed", "[janus][programs]") {
  LiveWorld world(2);
  const Call call = world.start(0);
  world.drain();
  world.server.restart();
  const std::vector<std::string> reconcile{"janus:reconcile", "--database=" + world.file};
  const auto with = [&](std::initializer_list<const char*> more) {
    auto all = reconcile;
    all.insert(all.end(), more.begin(), more.end());
    return run(MESSENGER_CLI, all, world.server.environment());
  };
  const Ended dry = with({"--dry-run", "--json"});
  REQUIRE(dry.exit == 0);
  auto report = nlohmann::json::parse(dry.out);
  CHECK(report["dry_run"] == true);
  REQUIRE(report["renewed"].size() == 1);
  CHECK(report["renewed"][0]["call"] == call.id.value());
  REQUIRE(world.now(call).setupComplete);

  const Ended ended = with({});
  INFO(ended.out << ended.err);
  REQUIRE(ended.exit == 0);
  CHECK(has(ended.out, "to renew: call-" + call.id.value()));
  CHECK(has(ended.err, "A worker of the host"));
  REQUIRE_FALSE(world.now(call).setupComplete);
  world.drain();
  REQUIRE(world.rooms() == world.roomsOfActive());
  CHECK(has(with({}).out,
            "1 rooms, 1 in use, 0 destroyed, 0 unknown, 0 foreign; 1 active calls, 0 without a room."));
}

TEST_CASE("messenger janus:reconcile: a missing setting -> named", "[janus][programs]") {
  LiveWorld world(1);
  const std::vector<std::string> reconcile{"janus:reconcile", "--database=" + world.file, "--json"};
  Ended ended = run(MESSENGER_CLI, reconcile, {});
  CHECK(ended.exit == 2);
  CHECK(nlohmann::json::parse(ended.out)["error"]["reason"] == "badEnvironment");
  Environment environment = world.server.environment();
  environment.erase("JANUS_VIDEO_ROOM_SECRET");
  ended = run(MESSENGER_CLI, reconcile, environment);
  CHECK(ended.exit == 2);
  CHECK(has(ended.out, "JANUS_VIDEO_ROOM_SECRET"));
  world.server.kill();
  ended = run(MESSENGER_CLI, reconcile, world.server.environment());
  CHECK(ended.exit == 1);
  CHECK(nlohmann::json::parse(ended.out)["error"]["reason"] == "janus");
}
#endif

}  // namespace
}  // namespace messenger::tests
