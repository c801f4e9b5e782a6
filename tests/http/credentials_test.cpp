// What lets a device into the room, on the wire.
#include "messenger/testing/fake_video_driver.hpp"
#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

Config withSessions() {
  Config config = HttpWorld::defaults();
  config.calling.subscriber.removesSessions = true;
  return config;
}

}  // namespace

TEST_CASE("router: credentials -> for the device that asks, once it may enter", "[http][unit]") {
  HttpWorld world(withSessions());
  ThreadMember admin = world.member("ann");
  admin.admin = true;
  world.makeGroup("team", {admin, world.member("bob")});
  auto provider = std::make_shared<testing::FakeVideoProvider>();
  provider->canAdmit(true);
  world.messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  const Reply started = world.send("POST", "threads/team/calls", "ann", R"({"device_id":"phone"})");
  REQUIRE(started.status == 201);
  const std::string path = "threads/team/calls/" + started.json.at("id").get<std::string>();

  const Reply early = world.send("POST", path + "/credentials", "ann", R"({"device_id":"phone"})");
  CHECK(early.status == 503);
  CHECK(early.reason() == "roomNotReady");
  CHECK_FALSE(early.header("Retry-After").empty());
  world.messenger.jobs().runPending();

  const Reply given = world.send("POST", path + "/credentials", "ann", R"({"device_id":"phone"})");
  REQUIRE(given.status == 200);
  CHECK(given.json.at("token") == provider->tokens().at(0));
  CHECK(given.json.at("identity") == "identity 1");
  CHECK(given.json.at("expires_in").is_null());

  CHECK(world.send("POST", path + "/credentials", "ann").reason() == "notInCall");
  CHECK(world.send("POST", path + "/credentials", "ann", R"({"device_id":"a b"})").status == 422);
  CHECK(world.send("POST", path + "/credentials", "bob").reason() == "notInCall");
  CHECK(world.send("POST", path + "/credentials", "eve").reason() == "notMember");
  CHECK(world.send("POST", path + "/credentials", nobody).status == 401);
  CHECK(world.send("GET", path + "/credentials", "ann").header("Allow") == "POST");
  provider->answerAdmit(testing::ProviderAnswer::throwing);
  const Reply failed = world.send("POST", path + "/credentials?device_id=phone", "ann");
  CHECK(failed.status == 503);
  CHECK(failed.reason() == "providerFailed");
  CHECK(failed.json.dump().find("swordfish") == std::string::npos);
}

}  // namespace messenger::http
