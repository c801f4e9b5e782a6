#include "tests/console/console_world.hpp"

namespace messenger::inline v0::console::testing {

using namespace std::chrono_literals;

TEST_CASE("calls:down: active calls -> prints their number and the duration", "[console][unit]") {
  World world;
  world.startCall();
  world.startCall();

  SECTION("without --now the work waits for a worker") {
    const Ran ran = world.run({"calls:down", "--duration=1"});
    CHECK(ran.exit == 0);
    CHECK(ran.out == "2 active calls found. End calls dispatched!\nCall system is now down for 1 minutes.\n");
    CHECK(ran.err.empty());
    CHECK(world.activeCalls() == 2);
    world.messenger->jobs().runPending();
    CHECK(world.activeCalls() == 0);
  }
  SECTION("with --now the calls have ended when it returns") {
    const Ran ran = world.run({"calls:down", "--now"});
    CHECK(ran.out == "2 active calls found. End calls completed!\nCall system is now down for 30 minutes.\n");
    CHECK(world.activeCalls() == 0);
  }
  SECTION("the flag holds exactly so long") {
    world.run({"calls:down", "--duration=2"});
    world.clock->advance(2min - 1us);
    CHECK(world.messenger->host().callsAreDown());
    world.clock->advance(1us);
    CHECK_FALSE(world.messenger->host().callsAreDown());
  }
  SECTION("as JSON") {
    const nlohmann::json said = world.run({"calls:down", "--duration=5", "--json"}).json();
    CHECK(said == nlohmann::json{{"active_calls", 2},
                                 {"ends", "dispatched"},
                                 {"down_minutes", 5},
                                 {"down_until", "2026-01-01T00:05:00.000000Z"}});
  }
}

TEST_CASE("calls:down: no active call -> still takes calls down", "[console][unit]") {
  World world;
  const Ran ran = world.run({"calls:down"});
  CHECK(ran.out == "No active calls to end found.\nCall system is now down for 30 minutes.\n");
  CHECK(world.messenger->host().callsAreDown());
}

TEST_CASE("calls:down: no driver -> the rooms are left to a worker that has one", "[console][unit]") {
  World world({.driver = false});
  world.startCall();
  CHECK(world.run({"calls:down", "--now"}).exit == 0);
  CHECK(world.activeCalls() == 0);
  std::size_t teardowns = 0;
  for (const Job& job : world.messenger->jobs().pending())
    teardowns += job.type == JobType::teardownCall ? 1 : 0;
  CHECK(teardowns == 1);
}

TEST_CASE("calls:up: calls down or not -> prints which", "[console][unit]") {
  World world;
  CHECK(world.run({"calls:up"}).out == "Call system is already online.\n");
  world.run({"calls:down"});
  CHECK(world.run({"calls:up"}).out == "Call system is now online.\n");
  CHECK(world.run({"calls:up", "--json"}).json() == nlohmann::json{{"was_down", false}});
}

TEST_CASE("calls:check-activity: calls older than a minute -> checked", "[console][unit]") {
  World world;
  world.startCall();
  CHECK(world.run({"calls:check-activity"}).out == "No matching active calls found.\n");
  world.clock->advance(61s);
  CHECK(world.run({"calls:check-activity"}).out ==
        "1 active calls found. Call activity checks dispatched!\n");
  CHECK(world.activeCalls() == 1);
  CHECK(world.run({"calls:check-activity", "--now"}).out ==
        "1 active calls found. Call activity checks completed!\n");
  CHECK(world.activeCalls() == 0);
}

TEST_CASE("calls:prune: old calls -> counted with --dry-run and deleted without", "[console][unit]") {
  World world;
  const Call old = world.startCall();
  world.end(old);
  world.startCall();
  world.clock->advance(49h);
  CHECK(world.run({"calls:prune", "--older-than=3d"}).out == "0 calls deleted.\n");
  CHECK(world.run({"calls:prune", "--older-than=48h", "--dry-run"}).out == "1 calls would be deleted.\n");
  CHECK(world.messenger->host().findCall(old.id).has_value());
  const nlohmann::json said = world.run({"calls:prune", "--older-than", "2d", "--json"}).json();
  CHECK(said == nlohmann::json{{"older_than_hours", 48}, {"found", 1}, {"deleted", 1}});
  CHECK_FALSE(world.messenger->host().findCall(old.id).has_value());
}

TEST_CASE("calls:prune: an age that is missing or is none -> refused and nothing deleted",
          "[console][unit]") {
  World world;
  const Call old = world.startCall();
  world.end(old);
  world.startCall();
  world.clock->advance(99h);
  CHECK(world.run({"calls:prune"}).err.find("--older-than=90d") != std::string::npos);
  for (const std::string age :
       {"", "d", "90", "90m", "-1d", "1.5d", "0d", "99999999999999999999d", "40000d"}) {
    CAPTURE(age);
    CHECK(world.run({"calls:prune", "--older-than=" + age}).exit == 2);
  }
  CHECK(world.messenger->host().findCall(old.id).has_value());
}

TEST_CASE("calls:prune: Ctrl-C -> stops and says how many are deleted", "[console][unit]") {
  World world;
  world.end(world.startCall());
  world.startCall();
  world.clock->advance(99h);
  world.console.stopRequested = [] { return true; };
  CHECK(world.run({"calls:prune", "--older-than=1d"}).out == "0 calls deleted.\n");
}

TEST_CASE("calling disabled: switch commands -> say so and do nothing and succeed", "[console][unit]") {
  World world({.enabled = false});
  for (const std::string command : {"calls:down", "calls:up", "calls:check-activity", "schedule:run"}) {
    CAPTURE(command);
    const Ran ran = world.run({command});
    CHECK(ran.exit == 0);
    CHECK(ran.out == "Call system currently disabled.\n");
    CHECK(ran.err.find("MESSENGER_CALLING_ENABLED") != std::string::npos);
    CHECK(world.run({command, "--json"}).json().at("disabled") == true);
  }
  CHECK_FALSE(world.messenger->host().callsAreDown());
}

TEST_CASE("calls:list: active calls -> shown", "[console][unit]") {
  World world;
  CHECK(world.run({"calls:list"}).out == "No active calls.\n");
  const Call call = world.startCall("Team");
  world.clock->advance(3min);

  SECTION("as a table where it fits") {
    const std::string out = world.run({"calls:list"}).out;
    CHECK(out.rfind("CALL ", 0) == 0);
    CHECK(out.find(call.id.value()) != std::string::npos);
    CHECK(out.find("(Team)") != std::string::npos);
    CHECK(out.find("3 min ago (2026-01-01 00:00:00 UTC)") != std::string::npos);
    CHECK(out.find("waiting for setup") != std::string::npos);
  }
  SECTION("as blocks where it does not, with nothing cut off") {
    world.console.width = 50;
    const std::string out = world.run({"calls:list"}).out;
    CHECK(out.find("CALL     " + call.id.value() + "\n") != std::string::npos);
    CHECK(out.find("OWNER    user:alice\n") != std::string::npos);
    std::istringstream lines(out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 50);
  }
  SECTION("as JSON") {
    const nlohmann::json said = world.run({"calls:list", "--json"}).json();
    CHECK(said.at("more") == false);
    REQUIRE(said.at("calls").size() == 1);
    CHECK(said["calls"][0].at("id") == call.id.value());
    CHECK(said["calls"][0].at("created_at") == "2026-01-01T00:00:00.000000Z");
    CHECK(said["calls"][0].at("in_call") == 1);
  }
  SECTION("no more than asked for, and says so") {
    world.startCall();
    const Ran ran = world.run({"calls:list", "--limit=1"});
    CHECK(ran.err.find("more than 1") != std::string::npos);
    const nlohmann::json said = world.run({"calls:list", "--limit=1", "--json"}).json();
    CHECK(said.at("more") == true);
    CHECK(said.at("calls").size() == 1);
    CHECK(world.run({"calls:list", "--limit=2", "--json"}).json().at("more") == false);
  }
}

TEST_CASE("calls:list: colours -> only when asked for", "[console][unit]") {
  World world;
  world.startCall();
  CHECK(world.run({"calls:list"}).out.find('\x1b') == std::string::npos);
  world.console.colour = true;
  CHECK(world.run({"calls:list"}).out.find('\x1b') != std::string::npos);
  CHECK(world.run({"calls:list", "--json"}).out.find('\x1b') == std::string::npos);
}

TEST_CASE("calls:show: a call -> shown with its participants and never its room", "[console][unit]") {
  World world;
  Room room;
  room.id = "room-shown-to-nobody";
  room.pin = "pin-shown-to-nobody";
  room.secret = Secret{"secret-shown-to-nobody"};
  world.provider->giveRoom(room);
  const Call call = world.startCall();
  world.messenger->jobs().runPending();
  REQUIRE_OK(world.messenger->joinCall(call.id, world.bob));
  world.clock->advance(200s);
  REQUIRE_OK(world.messenger->endCall(call.id, world.alice));

  const Ran plain = world.run({"calls:show", call.id.value()});
  const Ran json = world.run({"calls:show", call.id.value(), "--json"});
  CHECK(plain.exit == 0);
  CHECK(plain.out.find("hungUp, by user:alice") != std::string::npos);
  CHECK(plain.out.find("3 min 20 s") != std::string::npos);
  CHECK(plain.out.find("waiting for teardown") != std::string::npos);
  CHECK(plain.out.find("user:bob") != std::string::npos);
  CHECK(json.json().at("end_reason") == "hungUp");
  CHECK(json.json().at("ended_by") == nlohmann::json{{"type", "user"}, {"id", "alice"}});
  CHECK(json.json().at("participants").size() == 2);
  CHECK((plain.out + json.out).find("shown-to-nobody") == std::string::npos);
}

TEST_CASE("calls:show: devices and limits and timers -> shown and never a media id", "[console][unit]") {
  World::Options removing;
  removing.removesSessions = true;
  World world(removing);
  const auto team = world.messenger->threads().createGroup(
      "The team", {{world.alice, "Alice", /*admin=*/true}, {world.bob, "Bob"}});
  StartOptions options;
  options.type = CallType::audio;
  options.device = DeviceId{"phone"};
  options.limits = CallLimits{.participants = 4, .duration = 30min, .alone = 5min, .emptyGrace = 20s};
  const auto call = world.messenger->startCall(team->id, world.alice, options);
  REQUIRE_OK(call);
  const auto joined = world.messenger->joinCall(call->id, world.bob, DeviceId{"laptop"});
  REQUIRE_OK(joined);

  const Ran plain = world.run({"calls:show", call->id.value()});
  const Ran json = world.run({"calls:show", call->id.value(), "--json"});
  CHECK(plain.out.find("at most 4 in it, 30 min 0 s, alone 5 min 0 s, empty 20 s") != std::string::npos);
  CHECK(plain.out.find("audio") != std::string::npos);
  CHECK(plain.out.find("laptop") != std::string::npos);
  CHECK(plain.out.find("EndOverdueCall") != std::string::npos);
  CHECK(plain.out.find("in 30 min") != std::string::npos);
  const auto session = json.json().at("participants").at(1).at("sessions").at(0);
  CHECK(session.at("device") == "laptop");
  CHECK(session.at("closed_at").is_null());
  CHECK(json.json().at("type") == "audio");
  CHECK(json.json().at("jobs").size() == 3);  // the setup, the warning and the end
  CHECK((plain.out + json.out).find(joined->mediaId.value().reveal()) == std::string::npos);
}

TEST_CASE("calls: a call that rings -> whom it rings and who has missed it", "[console][unit]") {
  World::Options ringing;
  ringing.rings = true;
  World world(ringing);
  const Call call = world.startCall();
  const Ran plain = world.run({"calls:show", call.id.value()});
  CHECK(plain.out.find("ringing") != std::string::npos);
  CHECK(plain.out.find("StopRinging") != std::string::npos);
  const auto ring = world.run({"calls:show", call.id.value(), "--json"}).json().at("rings").at(0);
  CHECK(ring.at("callee").at("id") == "bob");
  CHECK(ring.at("until").is_string());
  CHECK(world.run({"calls:missed", "user:bob"}).out == "No missed calls.\n");
  CHECK(world.run({"calls:ringing", "user:alice"}).out == "Nothing rings for them.\n");
  CHECK(world.run({"calls:ringing", "user:bob"}).out.find(call.id.value()) != std::string::npos);
  const auto rung = world.run({"calls:ringing", "user:bob", "--json"}).json();
  CHECK(rung.at("calls").at(0).at("id") == call.id.value());
  CHECK(world.run({"calls:ringing", "bob"}).exit == 2);

  world.clock->advance(45s);
  world.messenger->jobs().runPending();
  const Ran missed = world.run({"calls:missed", "user:bob"});
  CHECK(missed.out.find(call.id.value()) != std::string::npos);
  CHECK(missed.out.find("user:alice") != std::string::npos);
  const auto json = world.run({"calls:missed", "user:bob", "--json"}).json();
  CHECK(json.at("unseen") == 1);
  CHECK(json.at("calls").at(0).at("state") == "missed");
  CHECK(world.run({"calls:missed", "bob"}).exit == 2);
  CHECK(world.run({"calls:missed", "bob"}).err.find("TYPE:ID") != std::string::npos);
}

TEST_CASE("users:erase: with --yes alone -> out of the call, and another id in it", "[console][unit]") {
  World world;
  const Call call = world.startCall();
  const Ran asked = world.run({"users:erase", "user:alice"});
  CHECK(asked.exit == 2);
  CHECK(asked.err.find("--yes") != std::string::npos);
  CHECK(world.run({"users:erase", "alice", "--yes"}).exit == 2);
  CHECK(world.messenger->host().findCall(call.id)->owner.text() == "user:alice");
  CHECK(world.run({"users:erase", "user:alice", "--yes"}).out == "The user is erased, also in 1 call.\n");
  CHECK(world.messenger->host().findCall(call.id)->owner.type == "erased");
  CHECK(world.run({"users:erase", "user:alice", "--yes", "--json"}).json().at("calls") == 0);
}

TEST_CASE("calls:show: an unknown id -> not found", "[console][unit]") {
  World world;
  const Ran ran = world.run({"calls:show", "nothing"});
  CHECK(ran.exit == 3);
  CHECK(ran.out.empty());
  CHECK(ran.err.find("calls:list") != std::string::npos);
  CHECK(world.run({"calls:show", "nothing", "--json"}).json().at("error").at("reason") == "callNotFound");
}

}  // namespace messenger::console::testing
