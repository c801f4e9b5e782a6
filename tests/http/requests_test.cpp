// The checks before the Messenger is called: route, method, login, sizes, ids, bodies, in this order.

#include <tuple>

#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

struct CallWorld : HttpWorld {
  explicit CallWorld(RouterOptions options = {}) : HttpWorld(defaults(), std::move(options)) {
    std::vector<ThreadMember> members{member("ann"), member("bob")};
    members.front().admin = true;
    makeGroup("team", members);
    makeGroup("elsewhere", members);
    call = start("team", "ann");
    bob = join(call.id, "bob");
  }

  [[nodiscard]] std::string path(const std::string& tail = {}) const {
    return "threads/team/calls/" + call.id.value() + tail;
  }

  [[nodiscard]] std::string bobsPath() const { return path("/participants/" + bob.value()); }

  Call call;
  ParticipantId bob;
};

void requireProblem(const Reply& reply, int status, const std::string& reason) {
  REQUIRE(reply.status == status);
  REQUIRE(reply.reason() == reason);
}

}  // namespace

TEST_CASE("router: an unknown path -> 404 before authentication", "[http][unit]") {
  CallWorld world;
  for (const char* path :
       {"", "threads", "threads/team", "threads//calls", "active-calls/x", "Threads/team/calls"}) {
    INFO(path);
    requireProblem(world.send("GET", path, nobody), 404, "notFound");
  }
}

TEST_CASE("router: another method -> 405 with the allowed ones before authentication", "[http][unit]") {
  CallWorld world;
  struct Case {
    std::string path;
    std::vector<std::string> methods;  ///< refused
    std::string allow;
  };
  const std::vector<Case> cases{
      {"active-calls", {"POST", "PUT", "DELETE"}, "GET, HEAD"},
      {"threads/team/calls", {"PUT", "PATCH", "DELETE", "OPTIONS"}, "GET, HEAD, POST"},
      {"threads/team/calls/page/" + world.call.id.value(), {"POST", "DELETE"}, "GET, HEAD"},
      {world.path(), {"POST", "PUT", "DELETE"}, "GET, HEAD"},
      {world.path("/join"), {"GET", "HEAD", "PUT"}, "POST"},
      {world.path("/leave"), {"GET", "HEAD", "PUT"}, "POST"},
      {world.path("/end"), {"GET", "HEAD", "DELETE"}, "POST"},
      {world.path("/ignore"), {"GET", "PATCH"}, "POST"},
      {world.path("/heartbeat"), {"PUT", "DELETE", "get", "", "GET "}, "GET, HEAD, POST"},
      {world.path("/participants"), {"POST", "PUT"}, "GET, HEAD"},
      {world.bobsPath(), {"POST", "DELETE"}, "GET, HEAD, PUT, PATCH"},
  };
  for (const Case& each : cases) {
    for (const std::string& method : each.methods) {
      const Reply reply = world.send(method, each.path, nobody);
      INFO(method << ' ' << each.path);
      REQUIRE(reply.status == 405);
      REQUIRE(reply.header("Allow") == each.allow);
      if (method == "HEAD") {
        REQUIRE(reply.text.empty());
      } else {
        REQUIRE(reply.reason() == "methodNotAllowed");
      }
    }
  }
}

TEST_CASE("router: no user -> 401 even for unknown ids", "[http][unit]") {
  CallWorld world;
  requireProblem(world.send("GET", "threads/nowhere/calls", nobody), 401, "unauthenticated");
  requireProblem(world.send("POST", world.path("/join"), nobody), 401, "unauthenticated");
  requireProblem(world.send("GET", "active-calls", nobody), 401, "unauthenticated");
}

TEST_CASE("router: an id that does not exist or not there -> 404 even for an outsider", "[http][unit]") {
  CallWorld world;
  const std::string call = world.call.id.value();
  for (const char* user : {"ann", "outsider"}) {
    for (const char* verb : {"", "/participants", "/heartbeat"}) {
      const std::string tail{verb};
      requireProblem(world.send("GET", "threads/nowhere/calls/" + call + tail, user), 404, "threadNotFound");
      requireProblem(world.send("GET", "threads/elsewhere/calls/" + call + tail, user), 404, "callNotFound");
      requireProblem(world.send("GET", "threads/team/calls/none" + tail, user), 404, "callNotFound");
    }
    for (const char* verb : {"/join", "/leave", "/end", "/ignore", "/heartbeat"}) {
      requireProblem(world.send("POST", "threads/elsewhere/calls/" + call + verb, user), 404, "callNotFound");
    }
    requireProblem(world.send("GET", "threads/nowhere/calls", user), 404, "threadNotFound");
    requireProblem(world.send("GET", "threads/elsewhere/calls/page/" + call, user), 404, "callNotFound");
    requireProblem(world.send("GET", "threads/team/calls/page/none", user), 404, "callNotFound");
    requireProblem(world.send("PUT", world.path("/participants/none"), user), 404, "participantNotFound");
    requireProblem(world.send("GET", world.path("/participants/none"), user), 404, "participantNotFound");
  }
}

TEST_CASE("router: a participant of another call -> 404", "[http][unit]") {
  CallWorld world;
  const Call other = world.start("elsewhere", "ann");
  const std::string path =
      "threads/elsewhere/calls/" + other.id.value() + "/participants/" + world.bob.value();
  requireProblem(world.send("GET", path, "ann"), 404, "participantNotFound");
  requireProblem(world.send("PUT", path, "ann", R"({"kicked":true})"), 404, "participantNotFound");
  requireProblem(world.send("PUT", path, "ann", "{}"), 404, "participantNotFound");
  requireProblem(world.send("GET", path, "outsider"), 404, "participantNotFound");
}

TEST_CASE("router: a heartbeat for a call of another thread -> 404 and does not count", "[http][unit]") {
  CallWorld world;
  const std::string wrong = "threads/elsewhere/calls/" + world.call.id.value() + "/heartbeat";
  REQUIRE(world.send("POST", wrong, "bob").status == 404);
  REQUIRE(world.send("POST", world.path("/heartbeat"), "bob").status == 200);
  REQUIRE(world.send("POST", wrong, "bob").status == 404);

  // Bob sends heartbeats in the wrong thread only, Ann in the right one.
  world.clock->advance(std::chrono::seconds{59});
  REQUIRE(world.send("POST", world.path("/heartbeat"), "ann").status == 200);
  REQUIRE(world.send("POST", wrong, "bob").status == 404);
  world.clock->advance(std::chrono::seconds{2});
  world.messenger.host().checkActivity();
  REQUIRE(world.messenger.host().findParticipant(world.bob)->leftAt);
  REQUIRE(world.messenger.host().findCall(world.call.id)->active());
}

TEST_CASE("router: an unusable body of a kick -> 400 or 422 with the field before the policy",
          "[http][unit]") {
  CallWorld world;
  for (const char* user : {"ann", "bob", "outsider"}) {
    for (const char* body : {"", "{}", R"({"kicked":"yes"})", R"({"kicked":null})", "[]", "1"}) {
      const Reply reply = world.send("PUT", world.bobsPath(), user, body);
      requireProblem(reply, 422, "invalidInput");
      REQUIRE(reply.json.at("errors").at("kicked").at(0).is_string());
    }
    requireProblem(world.send("PUT", world.bobsPath(), user, "{kicked"), 400, "malformedBody");
    requireProblem(world.send("PATCH", world.bobsPath(), user, std::string(60'000, '[')), 400,
                   "malformedBody");
  }
  REQUIRE_FALSE(world.messenger.host().findParticipant(world.bob)->kicked);
}

TEST_CASE("router: a kick and an un-kick -> done", "[http][unit]") {
  CallWorld world;
  REQUIRE(world.send("PUT", world.bobsPath(), "ann", R"({"kicked":1})").text == R"({"message":"success"})");
  REQUIRE(world.messenger.host().findParticipant(world.bob)->kicked);
  REQUIRE(world.send("PATCH", world.bobsPath(), "ann", R"({"kicked":"0"})").status == 200);
  REQUIRE_FALSE(world.messenger.host().findParticipant(world.bob)->kicked);
}

TEST_CASE("router: a body on other routes -> ignored", "[http][unit]") {
  CallWorld world;
  REQUIRE(world.send("POST", world.path("/heartbeat"), "bob", "}{").status == 200);
  REQUIRE(world.send("POST", world.path("/leave"), "bob", "\xff").status == 200);
}

TEST_CASE("router: body too large or path too long or id too long -> 413 or 414 or 404", "[http][unit]") {
  RouterOptions options;
  options.maxBody = 100;
  options.maxPath = 300;
  options.maxId = 26;
  CallWorld world{options};
  const std::string flag = R"({"kicked":false})";
  REQUIRE(world.send("PUT", world.bobsPath(), "ann", flag + std::string(84, ' ')).status == 200);
  requireProblem(world.send("PUT", world.bobsPath(), "ann", flag + std::string(85, ' ')), 413, "tooLarge");
  requireProblem(world.send("POST", world.path("/join"), "ann", std::string(101, ' ')), 413, "tooLarge");
  requireProblem(world.send("GET", "threads/" + std::string(27, 'a') + "/calls", "ann"), 404,
                 "threadNotFound");
  requireProblem(world.send("GET", "threads/team/calls/" + std::string(27, 'a'), "ann"), 404, "callNotFound");
  requireProblem(world.send("GET", "active-calls?" + std::string(300, 'a'), nobody), 414, "uriTooLong");
  REQUIRE(world.send("GET", "active-calls?a=" + std::string(200, 'a'), "ann").status == 200);
}

TEST_CASE("router: percent-encoded ids -> decoded and a bad escape is 404", "[http][unit]") {
  HttpWorld world;
  ThreadMember ann = HttpWorld::member("ann");
  ann.admin = true;
  world.makeGroup("a/b c?", {ann});
  const Reply started = world.send("POST", "threads/a%2Fb%20c%3f/calls", "ann");
  REQUIRE(started.status == 201);
  REQUIRE(started.json.at("thread_id") == "a/b c?");
  for (const char* bad : {"a%2", "a%zz", "%ff", "%00", "a%0Ab"}) {
    INFO(bad);
    requireProblem(world.send("GET", "threads/" + std::string{bad} + "/calls", "ann"), 404, "threadNotFound");
  }
  requireProblem(world.send("GET", "threads/a%2Fb%20c%3f/calls/%f", "ann"), 404, "callNotFound");
}

TEST_CASE("router: a query -> cut off", "[http][unit]") {
  CallWorld world;
  REQUIRE(world.send("GET", world.path("?a=/b/c"), "ann").status == 200);
  REQUIRE(world.send("GET", "active-calls?", "ann").status == 200);
}

TEST_CASE("router: HEAD -> as GET without the body", "[http][unit]") {
  CallWorld world;
  const Reply head = world.send("HEAD", world.path(), "ann");
  REQUIRE(head.status == 200);
  REQUIRE(head.text.empty());
  for (const auto& [path, user, status] : {std::tuple{"threads/nowhere/calls", "ann", 404},
                                           {"threads", "ann", 404},
                                           {"active-calls", "", 401}}) {
    const Reply refused = world.send("HEAD", path, user);
    REQUIRE(refused.status == status);
    REQUIRE(refused.text.empty());
  }
  // Not a start, although POST on the same path is.
  REQUIRE(world.send("HEAD", "threads/elsewhere/calls", "ann").status == 200);
  REQUIRE(world.messenger.host().activeCalls(0, 10).size() == 1);
}

TEST_CASE("router: HEAD of a heartbeat -> its answer and no heartbeat", "[http][unit]") {
  CallWorld world;
  const std::string path = world.path("/heartbeat");
  for (const char* each : {"ann", "bob"}) REQUIRE(world.send("POST", path, each).status == 200);
  REQUIRE(world.send("HEAD", path, "outsider").status == 403);
  REQUIRE(
      world.send("HEAD", "threads/elsewhere/calls/" + world.call.id.value() + "/heartbeat", "ann").status ==
      404);

  // Bob sends GET, which is a heartbeat too.
  world.clock->advance(std::chrono::seconds{59});
  REQUIRE(world.send("HEAD", path, "ann").status == 200);
  REQUIRE(world.send("GET", path, "bob").status == 200);
  world.clock->advance(std::chrono::seconds{2});
  world.messenger.host().checkActivity();
  const auto isInCall = [&](const std::string& id) {
    return world.messenger.showCall(world.call.id, HttpWorld::user(id))->inCall;
  };
  REQUIRE(isInCall("bob"));
  REQUIRE_FALSE(isInCall("ann"));
  REQUIRE(world.send("HEAD", path, "ann").status == 403);
  REQUIRE_OK(world.messenger.host().endCall(world.call.id));
  REQUIRE(world.send("HEAD", path, "bob").status == 403);
}

TEST_CASE("router: a path outside its prefix -> 404", "[http][unit]") {
  CallWorld world;
  RouterOptions options;
  options.logger = nullLogger();
  const auto status = [](const Router& router, std::string_view path) {
    return router.handle({.method = "GET", .path = path, .user = HttpWorld::user("ann"), .body = {}}).status;
  };
  options.prefix = "/v1";
  const Router mounted{world.messenger, options};
  REQUIRE(status(mounted, "/v1/active-calls") == 200);
  for (const char* path :
       {"/active-calls", "/v1active-calls", "/v1", "", "v1/active-calls", "/v1?/active-calls"}) {
    INFO(path);
    REQUIRE(status(mounted, path) == 404);
  }
  options.prefix = "";
  const Router atRoot{world.messenger, options};
  REQUIRE(status(atRoot, "/active-calls") == 200);
  REQUIRE(status(atRoot, "active-calls") == 404);
}

TEST_CASE("router: options out of bounds -> refused by name", "[http][unit]") {
  HttpWorld world;
  const auto refuses = [&world](const auto& change, const std::string& field) {
    RouterOptions options;
    change(options);
    INFO(field);
    REQUIRE_THROWS_WITH((Router{world.messenger, options}), Catch::Contains(field));
  };
  refuses([](RouterOptions& o) { o.prefix = "api"; }, "prefix");
  refuses([](RouterOptions& o) { o.prefix = "/api/"; }, "prefix");
  refuses([](RouterOptions& o) { o.prefix = "/"; }, "prefix");
  refuses([](RouterOptions& o) { o.maxPath = 0; }, "maxPath");
  refuses([](RouterOptions& o) { o.maxId = 0; }, "maxId");
  refuses([](RouterOptions& o) { o.callThreadCache = 0; }, "callThreadCache");
  refuses([](RouterOptions& o) { o.pageSize = 0; }, "pageSize");
  refuses([](RouterOptions& o) { o.pageSize = 100'001; }, "pageSize");
  refuses([](RouterOptions& o) { o.retryAfter = std::chrono::seconds{0}; }, "retryAfter");
}

}  // namespace messenger::http
