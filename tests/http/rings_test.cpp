// Ringing on the wire.
#include "http/start_fields.hpp"
#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

Config ringingConfig() {
  Config config = HttpWorld::defaults();
  config.ringing.enabled = true;
  config.historyFirstPageSize = 1;
  return config;
}

struct RingWorld : HttpWorld {
  RingWorld() : HttpWorld(ringingConfig()) {
    ThreadMember admin = member("ann");
    admin.admin = true;
    makeGroup("team", {admin, member("bob"), member("cat")});
  }

  /// Started by ann; returns its path.
  std::string started() {
    const Reply reply = send("POST", "threads/team/calls", "ann");
    REQUIRE(reply.status == 201);
    return "threads/team/calls/" + reply.json.at("id").get<std::string>();
  }
};

}  // namespace

TEST_CASE("callees: an array of users -> these users", "[http][unit]") {
  const auto callees = findCallees(R"({"callees":["user:7","bot:a:b"]})", 255);
  REQUIRE(callees);
  CHECK(*callees == std::vector<UserId>{{"user", "7"}, {"bot", "a:b"}});
  CHECK(findCallees(R"({"callees":[]})", 255)->empty());
  CHECK(findCallees(R"({"callees":["user:1"],"x":["user:2"]})", 255)->size() == 1);
}

TEST_CASE("callees: anything else -> refused", "[http][unit]") {
  for (const char* body :
       {"", "{}", "[]", "not json", R"({"callees":"user:7"})", R"({"callees":[7]})", R"({"callees":["7"]})",
        R"({"callees":[["user:7"]]})", R"({"callees":{"a":"user:7"}})", R"({"callees":["user:7",null]})",
        R"({"callees":["user:\u0000"]})", R"({"callees":["thread:7"]})"}) {
    INFO(body);
    CHECK_FALSE(findCallees(body, 255));
  }
  CHECK_FALSE(findCallees(R"({"callees":["user:12345"]})", 4));
}

TEST_CASE("router: a call that rings -> who is rung, and what it is to each", "[http][unit]") {
  RingWorld world;
  const std::string path = world.started();
  const Reply rings = world.send("GET", path + "/rings", "bob");
  REQUIRE(rings.status == 200);
  REQUIRE(rings.json.size() == 2);
  CHECK(rings.json.at(0).at("state") == "ringing");
  CHECK(rings.json.at(0).at("callee").at("name") == "Name of bob");
  const Reply ringing = world.send("GET", "ringing-calls", "bob");
  REQUIRE(ringing.json.size() == 1);
  CHECK(ringing.json.at(0).at("part") == "ringing");
  CHECK(world.send("GET", "ringing-calls", "ann").json.empty());
  CHECK(world.send("GET", path, "ann").json.at("part") == "outgoing");
  REQUIRE(world.send("POST", path + "/ignore", "bob").status == 200);
  CHECK(world.send("GET", "ringing-calls", "bob").json.empty());
  CHECK(world.send("GET", path, "bob").json.at("part") == "declined");
  CHECK(world.send("GET", path + "/rings", "eve").reason() == "notMember");
}

TEST_CASE("router: rung again -> those, or why not", "[http][unit]") {
  RingWorld world;
  const std::string path = world.started();
  REQUIRE(world.send("POST", path + "/ignore", "bob").status == 200);
  const std::string body = R"({"callees":["user:bob"]})";
  CHECK(world.send("POST", path + "/rings", "ann", body).reason() == "rangJustNow");
  world.clock->advance(std::chrono::seconds{10});
  const Reply rung = world.send("POST", path + "/rings", "ann", body);
  REQUIRE(rung.status == 200);
  REQUIRE(rung.json.size() == 1);
  CHECK(rung.json.at(0).at("callee").at("provider_id") == "bob");
  const Reply wrong = world.send("POST", path + "/rings", "ann", R"({"callees":"bob"})");
  CHECK(wrong.status == 422);
  CHECK(wrong.json.at("errors").contains("callees"));
  CHECK(world.send("POST", path + "/rings", "bob", body).reason() == "notInCall");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += (many.empty() ? "\"user:" : ",\"user:") + std::to_string(i) + '"';
  CHECK(world.send("POST", path + "/rings", "ann", R"({"callees":[)" + many + "]}").reason() ==
        "tooManyCallees");
  CHECK(world.send("PUT", path + "/rings", "ann", body).header("Allow") == "GET, HEAD, POST");
}

TEST_CASE("router: missed calls -> page by page, until they are seen", "[http][unit]") {
  RingWorld world;
  std::vector<std::string> paths;
  for (int i = 0; i < 2; ++i) {
    paths.push_back(world.started());
    REQUIRE(world.send("POST", paths.back() + "/end", "ann").status == 200);
  }
  const Reply first = world.send("GET", "missed-calls", "bob");
  REQUIRE(first.status == 200);
  REQUIRE(first.json.at("data").size() == 1);
  CHECK(first.json.at("data").at(0).at("state") == "missed");
  CHECK(first.json.at("data").at(0).at("seen") == false);
  CHECK(first.json.at("data").at(0).at("call").at("part") == "missed");
  CHECK(first.json.at("meta").at("unseen") == 2);
  const std::string newest = first.json.at("meta").at("next_page_id").get<std::string>();
  CHECK(paths.back().find(newest) != std::string::npos);
  const Reply second = world.send("GET", "missed-calls?before=" + newest, "bob");
  REQUIRE(second.json.at("data").size() == 1);
  CHECK(second.json.at("meta").at("next_page_id").is_null());
  const std::string oldest = second.json.at("data").at(0).at("call").at("id").get<std::string>();
  CHECK(
      world.send("POST", "missed-calls/seen", "bob", R"({"call_id":")" + oldest + R"("})").json.at("seen") ==
      1);
  CHECK(world.send("POST", "missed-calls/seen", "bob").json.at("seen") == 1);
  CHECK(world.send("GET", "missed-calls", "bob").json.at("meta").at("unseen") == 0);

  const std::string began = first.json.at("data").at(0).at("call").at("created_at").get<std::string>();
  CHECK(world.send("GET", "missed-calls?since=" + began, "bob").json.at("data").size() == 1);
  CHECK(world.send("GET", "missed-calls?since=2099-01-01T00:00:00Z", "bob").json.at("data").empty());
  CHECK(world.send("GET", "missed-calls?since=yesterday", "bob").json.at("errors").contains("since"));
  CHECK(world.send("GET", "missed-calls?since=" + began + "&since=" + began, "bob").status == 422);

  CHECK(world.send("GET", "missed-calls?before=nowhere", "bob").reason() == "callNotFound");
  CHECK(world.send("GET", "missed-calls?before=a&before=b", "bob").status == 422);
  CHECK(world.send("POST", "missed-calls/seen", "bob", R"({"call_id":7})").status == 422);
  CHECK(world.send("POST", "missed-calls/seen", "bob", R"({"call_id":"\u0000"})").status == 422);
  CHECK(world.send("POST", "missed-calls/seen", "bob", "not json").status == 400);
  CHECK(world.send("GET", "missed-calls/seen", "bob").status == 405);
  CHECK(world.send("GET", "missed-calls", nobody).status == 401);
}

TEST_CASE("router: the history where calls ring -> with whom the user was in each", "[http][unit]") {
  RingWorld world;
  const std::string path = world.started();
  const auto newest = [&](const char* who) {
    return world.send("GET", "threads/team/calls", who).json.at("data").at(0);
  };
  CHECK_FALSE(newest("ann").contains("with"));
  REQUIRE(world.send("POST", path + "/join", "bob").status == 201);
  const auto with = newest("ann").at("with");
  REQUIRE(with.size() == 1);
  CHECK(with.at(0).at("provider_id") == "bob");
  CHECK(with.at(0).at("name") == "Name of bob");
  CHECK(newest("ann").at("with_more") == false);
  CHECK(newest("cat").at("with").size() == 2);
  CHECK_FALSE(world.send("GET", path, "ann").json.contains("with"));
}

TEST_CASE("router: ringing is off -> no field of it", "[http][unit]") {
  HttpWorld world;
  world.makeGroup("team", {[&] {
                    ThreadMember admin = world.member("ann");
                    admin.admin = true;
                    return admin;
                  }()});
  const Reply started = world.send("POST", "threads/team/calls", "ann");
  CHECK_FALSE(started.json.contains("part"));
  const std::string path = "threads/team/calls/" + started.json.at("id").get<std::string>();
  CHECK(world.send("GET", path + "/rings", "ann").json.empty());
  CHECK(world.send("POST", path + "/rings", "ann", R"({"callees":["user:ann"]})").reason() ==
        "ringingDisabled");
  CHECK(world.send("GET", "missed-calls", "ann").json.at("data").empty());
}

}  // namespace messenger::http
