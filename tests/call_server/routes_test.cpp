#include <string>
#include <vector>

#include "session_token.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {

TEST_CASE("routes: what everybody may see", "[call_server]") {
  ServerWorld world;
  WebClient client = world.client();
  CHECK(client.get("/healthz").json() == Json{{"status", "ok"}});
  CHECK(client.get("/users").json().size() == 4);
  CHECK(client.get("/users").json()[1] == Json{{"id", "bob"}, {"name", "Bob"}});
  CHECK(client.request("HEAD", "/users", "").status == 200);
  CHECK(client.request("PUT", "/users", "{}").status == 405);
}

TEST_CASE("routes: everything else asks who it is", "[call_server]") {
  ServerWorld world;
  WebClient nobody = world.client();
  const std::vector<std::string> addresses{"/session",       "/conversations", "/conversations/team/history",
                                           "/calls/x/media", "/api/messenger", "/api/messenger/active-calls",
                                           callPath("team"), "/nothing",       "/ws"};
  for (const std::string& each : addresses) {
    INFO(each);
    const Reply reply = nobody.get(each);
    CHECK(reply.status == (each == "/ws" ? 403 : 401));
    CHECK(reply.reason() == (each == "/ws" ? "foreignOrigin" : "unauthenticated"));
  }
  CHECK(nobody.post(callPath("team")).status == 401);
  CHECK(nobody.post(callPath("team", "x", "heartbeat")).status == 401);
}

TEST_CASE("routes: a session that was forged or has expired is none", "[call_server]") {
  ServerWorld world;
  const auto cookieOf = [](const std::string& key, std::chrono::hours from) {
    const SessionTokens tokens{messenger::Secret{key}};
    return "messenger_session=" + tokens.issue("alice", std::chrono::system_clock::now() + from);
  };
  WebClient client = world.client();
  client.cookie = cookieOf(ServerWorld::secret, std::chrono::hours{1});
  CHECK(client.get("/session").status == 200);
  client.cookie = cookieOf(ServerWorld::secret, std::chrono::hours{-1});
  CHECK(client.get("/session").status == 401);
  client.cookie = cookieOf("another-secret-0123456789", std::chrono::hours{1});
  CHECK(client.get("/session").status == 401);
  CHECK(handshake(world.port, "Origin: http://127.0.0.1:" + std::to_string(world.port) +
                                  "\r\nCookie: " + client.cookie + "\r\n")
            .status == 401);
}

TEST_CASE("routes: signing in and out", "[call_server]") {
  ServerWorld world;
  WebClient client = world.client();
  CHECK(client.post("/session", R"({"user":"mallory"})").status == 422);
  CHECK(client.post("/session", "{").status == 422);
  const Reply in = client.post("/session", R"({"user":"alice"})");
  CHECK(in.json() == Json{{"user", {{"id", "alice"}, {"name", "Alice"}}}});
  const std::string set = in.headers.at("set-cookie");
  for (const char* part : {"messenger_session=v1.", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="}) {
    CHECK(set.find(part) != std::string::npos);
  }
  client.signIn("alice");
  CHECK(client.get("/session").json() ==
        Json{{"user", {{"id", "alice"}, {"name", "Alice"}}}, {"media", false}, {"heartbeat_seconds", 30.0}, {"calls_down", false}});
  const Reply out = client.request("DELETE", "/session", "");
  CHECK(out.status == 204);
  CHECK(out.headers.at("set-cookie").find("messenger_session=; ") == 0);
}

TEST_CASE("routes: another site's page changes nothing", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:1", "file://"}) {
    INFO(origin);
    const std::string header = std::string{"Origin: "} + origin + "\r\n";
    CHECK(alice.request("POST", callPath("team"), "", header).reason() == "foreignOrigin");
    CHECK(alice.request("DELETE", "/session", "", header).status == 403);
    CHECK(alice.request("POST", "/session", R"({"user":"bob"})", header).status == 403);
    CHECK(handshake(world.port, header + "Cookie: " + alice.cookie + "\r\n").status == 403);
  }
  CHECK(handshake(world.port, "Cookie: " + alice.cookie + "\r\n").status == 403);
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(world.port) + "\r\n";
  CHECK(alice.request("POST", callPath("team"), "", own).status == 201);
}

TEST_CASE("routes: conversations and their calls", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  const Json quiet = alice.get("/conversations").json();
  REQUIRE(quiet.size() == 2);
  CHECK(quiet[0]["name"] == "Bob");
  CHECK(quiet[0]["type"] == "private");
  CHECK(quiet[1]["name"] == "The team");
  CHECK(quiet[1]["members"].size() == 4);
  CHECK(quiet[1]["active_call"].is_null());
  CHECK(world.clientOf("bob").get("/conversations").json()[0]["name"] == "Alice");
  CHECK(world.clientOf("dave").get("/conversations").json().size() == 1);

  const std::string call = world.start("alice", "team");
  const Json active = world.clientOf("bob").get("/conversations").json()[1]["active_call"];
  CHECK(active["id"] == call);
  CHECK(active["owner"] == Json{{"id", "alice"}, {"name", "Alice"}});
  CHECK(active["in_call"] == false);
  CHECK(active["kicked"] == false);
  CHECK(active["participants"] == 1);
  CHECK(alice.get("/conversations").json()[1]["active_call"]["in_call"] == true);

  CHECK(alice.post(callPath("team", call, "end")).status == 200);
  const Json history = alice.get("/conversations/team/history").json();
  REQUIRE(history["calls"].size() == 1);
  CHECK(history["calls"][0]["id"] == call);
  CHECK(history["calls"][0]["end_reason"] == "hungUp");
  CHECK(history["calls"][0]["ended_by"]["id"] == "alice");
  CHECK(history["calls"][0]["duration_seconds"].is_number_integer());
  CHECK(history["next"].is_null());
  CHECK(alice.get("/conversations/nothing/history").status == 404);
  CHECK(world.clientOf("carol").get("/conversations/alice-bob/history").status == 403);
}

TEST_CASE("routes: media details are for who is in the call", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "alice-bob");
  const std::string path = "/calls/" + call + "/media";
  CHECK(world.clientOf("carol").get(path).reason() == "notMember");
  CHECK(world.clientOf("bob").get(path).status == 403);
  CHECK(world.clientOf("bob").get(path).reason() == "notInCall");
  const Reply none = world.clientOf("alice").get(path);
  CHECK(none.status == 404);
  CHECK(none.reason() == "noMediaServer");
  CHECK(world.clientOf("alice").get("/calls/nothing/media").reason() == "callNotFound");
}

TEST_CASE("routes: the page, and nothing beside it", "[call_server]") {
  ServerWorld world;
  WebClient client = world.client();
  const Reply page = client.get("/");
  CHECK(page.status == 200);
  CHECK(page.headers.at("content-type") == "text/html; charset=utf-8");
  CHECK(page.headers.at("cache-control") == "no-store");
  CHECK(page.headers.at("x-content-type-options") == "nosniff");
  CHECK(page.headers.at("content-security-policy").find("default-src 'self'") == 0);
  CHECK(client.get("/?x=1").status == 200);
  CHECK(client.get("/style.css").body == "body{}");
  CHECK(client.get("/app/main.js").headers.at("content-type") == "text/javascript; charset=utf-8");
  CHECK(client.get("/vendor/adapter.js").body == "adapter");
  CHECK(client.request("HEAD", "/style.css", "").headers.at("content-length") == "6");
  for (const char* path :
       {"/app/../../outside.js", "/app/%2e%2e/%2e%2e/outside.js", "/app/..%2f..%2foutside.js",
        "/../outside.js", "//outside.js", "/app//main.js", "/app/.hidden.js", "/package.json", "/app/",
        "/app", "/vendor/../style.css", "/node_modules/webrtc-adapter/out/adapter.js", "/app/main.js/",
        "/app/main.js%00.css", "/outside.js"}) {
    INFO(path);
    const Reply reply = client.get(path);
    CHECK(reply.status == 401);
    CHECK(reply.body.find("no") != 0);
  }
}

TEST_CASE("routes: metrics, for this machine alone", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient client = world.client();
  const Reply reply = client.get("/metrics");
  CHECK(reply.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(reply.body.find("call_server_active_calls 1\n") != std::string::npos);
  CHECK(reply.body.find("call_server_calls_started_total 1\n") != std::string::npos);
  CHECK(reply.body.find(R"(call_server_requests_total{route="signIn",status="200"} 1)") != std::string::npos);
  CHECK(reply.body.find("call_server_connections 1\n") != std::string::npos);
  CHECK(reply.body.find(call) == std::string::npos);
  CHECK(client.request("GET", "/metrics", "", "X-Forwarded-For: 192.0.2.1\r\n").status == 404);
}

TEST_CASE("routes: one that stops is not healthy any more", "[call_server]") {
  ServerWorld world;
  Metrics metrics;
  Settings settings;
  settings.secret = messenger::Secret{ServerWorld::secret};
  Site site(world.server->messenger(), settings, nullptr, world.server->hub(), metrics, world.logger);
  Request request;
  request.method = "GET";
  request.target = "/healthz";
  CHECK(site.handle(request).status == 200);
  site.stopping();
  CHECK(site.handle(request).status == 503);
}

}  // namespace call_server::tests
