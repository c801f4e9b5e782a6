// Which device a request names, and what comes of it.
#include "http/start_fields.hpp"

#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

std::optional<DeviceId> deviceOf(std::string_view path, std::string_view body) {
  return findDevice({.method = "POST", .path = path, .user = std::nullopt, .body = body});
}

struct CallWorld : HttpWorld {
  CallWorld() {
    ThreadMember admin = member("ann");
    admin.admin = true;
    makeGroup("team", {admin, member("bob")});
  }
};

}  // namespace

TEST_CASE("device: body or query -> the one named", "[http][unit]") {
  CHECK(deviceOf("/x", R"({"device_id":"phone"})") == DeviceId{"phone"});
  CHECK(deviceOf("/x", R"({"a":{"device_id":"b"},"device_id":"phone"})") == DeviceId{"phone"});
  CHECK(deviceOf("/x?device_id=phone", "") == DeviceId{"phone"});
  CHECK(deviceOf("/x?a=b&device_id=a%2Fb", "") == DeviceId{"a/b"});
  CHECK(deviceOf("/x?device_id=query", R"({"device_id":"body"})") == DeviceId{"query"});
  CHECK(deviceOf("/x", "{\"device_id\":\"" + std::string(64, 'x') + "\"}").has_value());
}

TEST_CASE("device: none named -> none", "[http][unit]") {
  for (const char* body : {"", "{}", "[]", "null", "not json", R"({"device_id":null})",
                           R"({"b":{"device_id":"x"}})", R"([{"device_id":"x"}])", R"("device_id")"}) {
    INFO(body);
    CHECK(deviceOf("/x", body) == DeviceId{});
    CHECK(deviceOf("/x?other=1", body) == DeviceId{});
  }
}

TEST_CASE("device: one that cannot be -> nothing", "[http][unit]") {
  for (const char* body : {R"({"device_id":""})", R"({"device_id":7})", R"({"device_id":["x"]})",
                           R"({"device_id":{}})", R"({"device_id":true})", R"({"device_id":"two words"})",
                           R"({"device_id":"\u00e4"})", R"({"device_id":"\u0000"})"}) {
    INFO(body);
    CHECK_FALSE(deviceOf("/x", body));
  }
  for (const char* path :
       {"/x?device_id=", "/x?device_id=%zz", "/x?device_id=a&device_id=b", "/x?device_id=a%20b"}) {
    INFO(path);
    CHECK_FALSE(deviceOf(path, ""));
  }
  CHECK_FALSE(deviceOf("/x", "{\"device_id\":\"" + std::string(65, 'x') + "\"}"));
  CHECK_FALSE(deviceOf("/x?device_id=" + std::string(65, 'x'), ""));
}

TEST_CASE("call type: named -> that one and video where none is", "[http][unit]") {
  CHECK(findCallType(R"({"call_type":"audio"})") == CallType::audio);
  CHECK(findCallType(R"({"call_type":"video"})") == CallType::video);
  for (const char* body : {"", "{}", "not json", R"({"call_type":null})", R"({"type":"audio"})"})
    CHECK(findCallType(body) == CallType::video);
  for (const char* body : {R"({"call_type":"AUDIO"})", R"({"call_type":2})", R"({"call_type":["audio"]})",
                           R"({"call_type":""})"}) {
    INFO(body);
    CHECK_FALSE(findCallType(body));
  }
}

TEST_CASE("router: an audio call -> said so", "[http][unit]") {
  CallWorld world;
  const Reply refused = world.send("POST", "threads/team/calls", "ann", R"({"call_type":"fax"})");
  CHECK(refused.status == 422);
  CHECK(refused.json.at("errors").contains("call_type"));
  const Reply started = world.send("POST", "threads/team/calls", "ann", R"({"call_type":"audio"})");
  REQUIRE(started.status == 201);
  CHECK(started.json.at("type") == 2);
  CHECK(started.json.at("type_verbose") == "AUDIO");
  CHECK(world.send("GET", "threads/team/calls", "bob").json.at("data").at(0).at("type_verbose") == "AUDIO");
}

TEST_CASE("router: two devices of a user -> each joins and leaves by itself", "[http][unit]") {
  CallWorld world;
  const std::string phone = R"({"device_id":"phone"})";
  const std::string laptop = R"({"device_id":"laptop"})";
  const Reply started = world.send("POST", "threads/team/calls", "ann", phone);
  REQUIRE(started.status == 201);
  const std::string path = "threads/team/calls/" + started.json.at("id").get<std::string>();
  CHECK(world.send("POST", path + "/join", "bob", phone).status == 201);
  CHECK(world.send("POST", path + "/join", "bob", laptop).status == 200);
  CHECK(world.send("POST", path + "/heartbeat", "bob", phone).status == 200);
  CHECK(world.send("GET", path + "/heartbeat?device_id=laptop", "bob").status == 200);
  CHECK(world.send("GET", path + "/heartbeat?device_id=watch", "bob").reason() == "notInCall");
  CHECK(world.send("GET", path + "/heartbeat", "bob").reason() == "notInCall");
  CHECK(world.send("POST", path + "/leave", "bob", phone).status == 200);
  CHECK(world.send("POST", path + "/heartbeat", "bob", phone).reason() == "notInCall");
  CHECK(world.send("POST", path + "/heartbeat", "bob", laptop).status == 200);
  CHECK(world.send("POST", path + "/leave", "bob").status == 200);
  CHECK(world.send("POST", path + "/heartbeat", "bob", laptop).reason() == "notInCall");
  CHECK(world.send("GET", path + "/heartbeat?device_id=phone", "ann").status == 200);
}

TEST_CASE("router: sessions are removed from rooms -> their media ids are shown to their owner",
          "[http][unit]") {
  Config config = HttpWorld::defaults(/*queued=*/false);
  config.calling.subscriber.removesSessions = true;
  HttpWorld world(config);
  ThreadMember admin = HttpWorld::member("ann");
  admin.admin = true;
  world.makeGroup("team", {admin, HttpWorld::member("bob")});
  const Reply started = world.send("POST", "threads/team/calls", "ann");
  const std::string anns = started.json.at("options").at("media_ids").at("").get<std::string>();
  const std::string path = "threads/team/calls/" + started.json.at("id").get<std::string>();
  const Reply joined = world.send("POST", path + "/join", "bob", R"({"device_id":"phone"})");
  const std::string bobs = joined.json.at("media_id").get<std::string>();
  CHECK(bobs.size() == 32);
  const Reply own = world.send("GET", path, "bob");
  CHECK(own.json.at("options").at("media_ids") == Json{{"phone", bobs}});
  CHECK(own.text.find(anns) == std::string::npos);
  for (const char* other : {"", "/participants"})
    CHECK(world.send("GET", path + other, "ann").text.find(bobs) == std::string::npos);
  CHECK(world.send("POST", path + "/leave", "bob").status == 200);
  CHECK_FALSE(world.send("GET", path, "bob").json.at("options").contains("media_ids"));
}

TEST_CASE("router: a device that cannot be -> 422 and nothing changes", "[http][unit]") {
  CallWorld world;
  const std::string bad = R"({"device_id":"two words"})";
  const auto refused = [&](const std::string& method, const std::string& path, const std::string& body) {
    const Reply reply = world.send(method, path, "ann", body);
    CHECK(reply.status == 422);
    CHECK(reply.json.at("errors").contains("device_id"));
  };
  refused("POST", "threads/team/calls", bad);
  CHECK(world.messenger.activeCalls(HttpWorld::user("ann")).empty());
  const std::string path = "threads/team/calls/" + world.start("team", "ann").id.value();
  for (const char* verb : {"/join", "/leave", "/heartbeat"}) refused("POST", path + verb, bad);
  refused("GET", path + "/heartbeat?device_id=a%20b", "");
  CHECK(world.send("POST", path + "/heartbeat", "ann").status == 200);
  // Where no device is asked for, the field says nothing.
  CHECK(world.send("POST", path + "/end", "ann", bad).status == 200);
}

}  // namespace messenger::http
