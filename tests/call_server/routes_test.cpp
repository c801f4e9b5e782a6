#include <string>
#include <vector>

#include "http_message.hpp"
#include "messenger/adapters/defaults.hpp"
#include "session_token.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

std::string hexOf(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(c);
  return {digits[value >> 4U], digits[value & 0xfU]};
}

}  // namespace

TEST_CASE("percent-decoding: a bad escape -> nothing is decoded", "[call_server][unit]") {
  CHECK(percentDecoded("a%2Fb%2f") == "a/b/");
  for (const char* broken : {"%", "%4", "a%zz", "%4x", "%-1"}) CHECK(percentDecoded(broken).empty());
}

TEST_CASE("routes: public addresses -> need no session", "[call_server]") {
  ServerWorld world;
  WebClient client = world.client();
  CHECK(client.get("/users").json().size() == 4);
  CHECK(client.get("/users").json()[1] == Json{{"id", "bob"}, {"name", "Bob"}});
  CHECK(client.request("HEAD", "/users", "").status == 200);
  CHECK(client.request("PUT", "/users", "{}").status == 405);
}

TEST_CASE("routes: all other addresses -> need a session", "[call_server]") {
  ServerWorld world;
  WebClient nobody = world.client();
  const std::vector<std::string> addresses{"/session",       "/conversations", "/conversations/team/history",
                                           "/calls/x/media", "/api/messenger", "/api/messenger/active-calls",
                                           callPath("team"), "/nothing",       "/ws",
                                           "/healthz",       "/metrics"};
  for (const std::string& each : addresses) {
    INFO(each);
    const Reply reply = nobody.get(each);
    CHECK(reply.status == (each == "/ws" ? 403 : 401));
    CHECK(reply.reason() == (each == "/ws" ? "foreignOrigin" : "unauthenticated"));
  }
  CHECK(nobody.post(callPath("team")).status == 401);
  CHECK(nobody.post(callPath("team", "x", "heartbeat")).status == 401);
}

TEST_CASE("routes: a read-only address with another method -> refused", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  for (const char* each : {"/users", "/session", "/conversations", "/conversations/team/history"}) {
    INFO(each);
    const Reply reply = alice.request("PUT", each, "{}");
    CHECK(reply.status == 405);
    CHECK(reply.headers.at("allow").find("GET, HEAD") == 0);
  }
  CHECK(alice.get("/calls/x/media").headers.at("allow") == "POST");
  CHECK(alice.get("/api/messengerx/active-calls").reason() == "notFound");
  CHECK(alice.get("/conversations").headers.at("cache-control") == "no-store");
}

TEST_CASE("routes: a plain request to the WebSocket's address -> refused", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(world.port) + "\r\n";
  CHECK(alice.request("GET", "/ws", "", own).status == 426);
}

TEST_CASE("routes: the session -> asks pages for two heartbeats in each TTL", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.config.presence.ttl = std::chrono::seconds{9};
    parts.config.presence.writeBehind = std::chrono::seconds{1};
  });
  CHECK(world.clientOf("alice").get("/session").json()["heartbeat_seconds"] == 4.5);
}

TEST_CASE("routes: a forged or expired session -> none", "[call_server]") {
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

TEST_CASE("routes: sign in and out -> a session begins and ends", "[call_server]") {
  ServerWorld world;
  WebClient client = world.client();
  CHECK(client.post("/session", R"({"user":"mallory"})").status == 422);
  CHECK(client.post("/session", "{").status == 422);
  const Reply in = client.post("/session", R"({"user":"alice"})");
  CHECK(in.json() == Json{{"user", {{"id", "alice"}, {"name", "Alice"}}}});
  const std::string set = in.headers.at("set-cookie");
  for (const char* part :
       {"messenger_session=v1.", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"}) {
    CHECK(set.find(part) != std::string::npos);
  }
  client.signIn("alice");
  CHECK(client.get("/session").json() == Json{{"user", {{"id", "alice"}, {"name", "Alice"}}},
                                              {"media", false},
                                              {"heartbeat_seconds", 30.0},
                                              {"calls_down", false},
                                              {"ring_seconds", 0.0},
                                              {"device_replaces", false}});
  const Reply out = client.request("DELETE", "/session", "");
  CHECK(out.status == 204);
  CHECK(client.get("/session").status == 401);  // also with the cookie that the browser was told to forget
  CHECK(world.logger->has(messenger::LogLevel::info, "signed out user=alice"));
  CHECK(out.headers.at("set-cookie").find("messenger_session=; ") == 0);
  CHECK(out.headers.at("set-cookie").find("Max-Age=0") != std::string::npos);
  CHECK_FALSE(out.headers.contains("content-length"));
}

TEST_CASE("routes: a page of another site -> changes nothing", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  const std::string own = "http://127.0.0.1:" + std::to_string(world.port);
  for (const std::string& origin :
       {std::string{"http://evil.example"}, std::string{"null"}, std::string{"http://127.0.0.1:1"},
        std::string{"file://"}, own + "0", own + ".evil.example", "http://evil." + own.substr(7),
        "ftp://" + own.substr(7)}) {
    INFO(origin);
    const std::string header = "Origin: " + origin + "\r\n";
    CHECK(alice.request("POST", callPath("team"), "", header).reason() == "foreignOrigin");
    CHECK(alice.request("PUT", callPath("team", "x", "participants/y"), "{}", header).reason() ==
          "foreignOrigin");
    CHECK(alice.request("DELETE", "/session", "", header).status == 403);
    CHECK(alice.request("POST", "/session", R"({"user":"bob"})", header).status == 403);
    CHECK(handshake(world.port, header + "Cookie: " + alice.cookie + "\r\n").status == 403);
  }
  CHECK(handshake(world.port, "Cookie: " + alice.cookie + "\r\n").status == 403);
  Connection nameless(world.port);
  nameless.send("DELETE /session HTTP/1.0\r\nOrigin: http://\r\n\r\n");
  CHECK(nameless.receive().status == 403);
  CHECK(alice.request("POST", callPath("team"), "", "Origin: " + own + "\r\n").status == 201);
  // Behind a proxy that speaks TLS; and names of hosts have no case.
  CHECK(alice.request("DELETE", "/session", "", "Origin: https" + own.substr(4) + "\r\n").status == 204);
  Connection named(world.port);
  named.send("DELETE /session HTTP/1.1\r\nHost: Calls.example\r\nOrigin: http://calls.EXAMPLE\r\n\r\n");
  CHECK(named.receive().status == 204);
}

TEST_CASE("routes: conversations -> listed with their calls", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  const Json quiet = alice.get("/conversations").json();
  REQUIRE(quiet.size() == 2);
  CHECK(quiet[0]["name"] == "Bob");
  CHECK(quiet[0]["type"] == "private");
  CHECK(quiet[1]["name"] == "The team");
  CHECK(quiet[1]["members"].size() == 4);
  for (const Json& each : quiet[1]["members"]) CHECK(each["admin"] == (each["id"] == "alice"));
  CHECK(quiet[1]["active_call"].is_null());
  CHECK(world.clientOf("bob").get("/conversations").json()[0]["name"] == "Alice");
  CHECK(world.clientOf("dave").get("/conversations").json().size() == 1);

  const std::string call = world.start("alice", "team");
  Json active = world.clientOf("bob").get("/conversations").json()[1]["active_call"];
  CHECK(active["id"] == call);
  CHECK(active["owner"] == Json{{"id", "alice"}, {"name", "Alice"}});
  CHECK(active["in_call"] == false);
  CHECK(active["kicked"] == false);
  CHECK(active["participants"] == 1);
  Json own = alice.get("/conversations").json();
  CHECK(own[1]["active_call"]["in_call"] == true);
  CHECK(own[0]["active_call"].is_null());

  CHECK(alice.post(callPath("team", call, "end")).status == 200);
  Json history = alice.get("/conversations/team/history").json();
  REQUIRE(history["calls"].size() == 1);
  CHECK(history["calls"][0]["id"] == call);
  CHECK(history["calls"][0]["end_reason"] == "hungUp");
  CHECK(history["calls"][0]["ended_by"]["id"] == "alice");
  CHECK(history["calls"][0]["duration_seconds"].is_number_integer());
  CHECK(history["next"].is_null());
  CHECK(alice.get("/conversations/nothing/history").status == 404);
  CHECK(world.clientOf("carol").get("/conversations/alice-bob/history").status == 403);
}

TEST_CASE("routes: media details -> only for users in the call", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "alice-bob");
  const std::string path = "/calls/" + call + "/media";
  CHECK(world.clientOf("carol").post(path).reason() == "notMember");
  CHECK(world.clientOf("bob").post(path).status == 403);
  CHECK(world.clientOf("bob").post(path).reason() == "notInCall");
  const Reply none = world.clientOf("alice").post(path);
  CHECK(none.status == 404);
  CHECK(none.reason() == "noMediaServer");
  CHECK(world.clientOf("alice").post("/calls/nothing/media").reason() == "callNotFound");
  CHECK(world.clientOf("alice").post("/calls/%" + hexOf(call[0]) + call.substr(1) + "/media").reason() ==
        "noMediaServer");
  CHECK(world.clientOf("alice").post("/calls/%/media").reason() == "callNotFound");
  CHECK(world.clientOf("alice").post("/calls/x%zz/media").reason() == "callNotFound");
  CHECK(world.clientOf("alice").post("/calls/x/y/media").reason() == "notFound");
  CHECK(world.clientOf("alice").post("/calls/media").reason() == "notFound");
  world.clientOf("bob").post(callPath("alice-bob", call, "join"));
  world.clientOf("bob").post(callPath("alice-bob", call, "leave"));
  CHECK(world.clientOf("bob").post(path).reason() == "notInCall");
  world.clientOf("alice").post(callPath("alice-bob", call, "end"));
  CHECK(world.clientOf("alice").post(path).reason() == "callEnded");
}

TEST_CASE("routes: a kicked user asks for media -> refused with the reason", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  WebClient bob = world.clientOf("bob");
  REQUIRE(bob.post(callPath("team", call, "join")).status == 201);
  const std::string seat = alice.get(callPath("team", call, "participants")).json()[1]["id"];
  REQUIRE(alice.request("PUT", callPath("team", call, "participants/" + seat), R"({"kicked":true})").status ==
          200);
  CHECK(bob.post("/calls/" + call + "/media").reason() == "kicked");
  Json active = bob.get("/conversations").json()[1]["active_call"];
  CHECK(active["kicked"] == true);
  CHECK(active["participants"] == 1);
}

TEST_CASE("routes: the page -> served and nothing else in its folder", "[call_server]") {
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
  const std::string policy = page.headers.at("content-security-policy");
  for (const char* part :
       {"connect-src 'self';", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}) {
    CHECK(policy.find(part) != std::string::npos);
  }
  CHECK(page.headers.at("referrer-policy") == "same-origin");
  CHECK(client.get("/app/main.js").headers.at("content-type") == "text/javascript; charset=utf-8");
  CHECK(client.get("/app/main.js").headers.at("cache-control") == "no-cache");
  CHECK(client.get("/app/main.js").headers.at("content-security-policy") == policy);
  CHECK(client.get("/vendor/adapter.js").body == "adapter");
  CHECK(client.request("HEAD", "/style.css", "").headers.at("content-length") == "6");
  for (const char* path : {"/app/../../outside.js",
                           "/app/%2e%2e/%2e%2e/outside.js",
                           "/app/..%2f..%2foutside.js",
                           "/../outside.js",
                           "//outside.js",
                           "/app//main.js",
                           "/app/.hidden.js",
                           "/package.json",
                           "/app/",
                           "/app",
                           "/vendor/../style.css",
                           "/node_modules/webrtc-adapter/out/adapter.js",
                           "/app/main.js/",
                           "/app/main.js%00.css",
                           "/outside.js",
                           "/tool.js",
                           "/index.html",
                           "/app/notes.txt",
                           "/style.css~",
                           "/more/style.css",
                           "/folder.css"}) {
    INFO(path);
    const Reply reply = client.get(path);
    CHECK(reply.status == 401);
    CHECK(reply.body.find("no") != 0);
  }
}

TEST_CASE("routes: the page's security policy -> allows the media server and no other", "[call_server]") {
  ServerWorld world(
      [](CallServer::Parts& parts) { parts.settings.janusPublicUrl = "wss://media.example:8989"; });
  CHECK(world.client()
            .get("/")
            .headers.at("content-security-policy")
            .find("connect-src 'self' wss://media.example:8989;") != std::string::npos);
}

TEST_CASE("routes: history -> pages with the newest first", "[call_server]") {
  ServerWorld world(
      [](CallServer::Parts& parts) { parts.config.historyFirstPageSize = parts.config.historyPageSize = 2; });
  WebClient alice = world.clientOf("alice");
  std::vector<std::string> calls;
  for (int i = 0; i < 3; ++i) {
    calls.push_back(world.start("alice", "alice-bob"));
    REQUIRE(alice.post(callPath("alice-bob", calls.back(), "end")).status == 200);
  }
  const std::string path = "/conversations/alice%2Dbob/history";
  Json first = alice.get(path).json();
  REQUIRE(first["calls"].size() == 2);
  CHECK(first["calls"][0]["id"] == calls[2]);
  CHECK(first["calls"][0]["owner"]["id"] == "alice");
  CHECK(first["next"] == calls[1]);
  Json second = alice.get(path + "?before=%" + hexOf(calls[1][0]) + calls[1].substr(1)).json();
  REQUIRE(second["calls"].size() == 1);
  CHECK(second["calls"][0]["id"] == calls[0]);
  CHECK(second["next"].is_null());
}

TEST_CASE("routes: the listener for operators -> health and metrics and nothing else", "[call_server]") {
  ServerWorld world;
  WebClient admin = world.admin();
  CHECK(admin.get("/healthz").json() == Json{{"status", "ok"}});
  CHECK(admin.get("/metrics").status == 200);
  CHECK(admin.request("HEAD", "/healthz", "").status == 200);
  for (const char* each : {"/healthz", "/metrics"}) {
    const Reply reply = admin.request("PUT", each, "{}");
    CHECK(reply.status == 405);
    CHECK(reply.headers.at("allow") == "GET, HEAD");
  }
  admin.cookie = world.clientOf("alice").cookie;
  for (const char* each : {"/", "/users", "/session", "/conversations", "/style.css", "/nothing",
                           "/api/messenger/active-calls"}) {
    INFO(each);
    CHECK(admin.get(each).reason() == "notFound");
  }
  CHECK(admin.post("/session", R"({"user":"alice"})").status == 404);
  CHECK(admin.post(callPath("team", "x", "heartbeat")).status == 404);
  CHECK(handshake(world.adminPort, "Origin: http://127.0.0.1:" + std::to_string(world.adminPort) +
                                       "\r\nCookie: " + admin.cookie + "\r\n")
            .status == 404);
}

TEST_CASE("routes: a name of somebody else's -> refused on both listeners and for a WebSocket",
          "[call_server]") {
  ServerWorld world;
  const std::string cookie = "Cookie: " + world.clientOf("alice").cookie + "\r\n";
  const auto ask = [](std::uint16_t port, const std::string& method, const std::string& path,
                      const std::string& host, const std::string& headers) {
    Connection connection(port);
    connection.send(method + ' ' + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers +
                    "Content-Length: 0\r\n\r\n");
    return connection.receive();
  };
  const std::string upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  for (const std::string host : {"evil.example", "evil.example:80", "localhost.evil.example", "10.1.2.3"}) {
    INFO(host);
    // Its page is of the same origin, as the browser sees it.
    const std::string own = cookie + "Origin: http://" + host + "\r\nSec-Fetch-Site: same-origin\r\n";
    for (const char* path : {"/", "/users", "/session", "/conversations", "/nothing"}) {
      const Reply reply = ask(world.port, "GET", path, host, own);
      CHECK(reply.status == 421);
      CHECK(reply.reason() == "unknownHost");
      CHECK(reply.body.find(host) == std::string::npos);
    }
    CHECK(ask(world.port, "POST", callPath("team"), host, own).status == 421);
    CHECK(ask(world.port, "POST", callPath("team", "x", "heartbeat"), host, own).status == 421);
    CHECK(ask(world.port, "GET", "/ws", host, own + upgrade).status == 421);
    CHECK(ask(world.adminPort, "GET", "/metrics", host, own).status == 421);
    CHECK(ask(world.adminPort, "GET", "/healthz", host, own).status == 421);
  }
  CHECK(world.server->messenger().host().activeCalls(0, 1).empty());
  CHECK(ask(world.port, "GET", "/session", "localhost:1", cookie).status == 200);
  CHECK(ask(world.adminPort, "GET", "/healthz", "LOCALHOST", "").status == 200);
  CHECK(ask(world.port, "GET", "/session", "Calls.example", cookie).status == 200);
}

TEST_CASE("routes: a heartbeat by GET -> from the page's own origin only and HEAD is none", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  const std::string path = callPath("team", call, "heartbeat");
  const std::string own = "http://127.0.0.1:" + std::to_string(world.port);
  const auto status = [&](const std::string& headers) {
    return alice.request("GET", path, "", headers).status;
  };
  CHECK(status("") == 200);
  CHECK(status("Origin: " + own + "\r\n") == 200);
  CHECK(status("Sec-Fetch-Site: same-origin\r\n") == 200);
  CHECK(status("Origin: http://evil.example\r\n") == 403);
  // An image of another page: no browser sends an origin with it.
  for (const char* site : {"cross-site", "same-site"}) {
    const std::string header = std::string{"Sec-Fetch-Site: "} + site + "\r\n";
    CHECK(alice.request("GET", path + "?x=1", "", header).reason() == "foreignOrigin");
    CHECK(alice.request("POST", path, "", header).reason() == "foreignOrigin");
    // Without an effect nothing is to be protected.
    CHECK(alice.request("HEAD", path, "", header).status == 200);
    CHECK(alice.request("GET", "/session", "", header).status == 200);
  }
}

TEST_CASE("routes: lists -> page by page", "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  const Reply first = alice.get("/conversations?limit=1");
  REQUIRE(first.json().size() == 1);
  CHECK(first.json()[0]["id"] == "alice-bob");
  CHECK(first.json()[0]["member_count"] == 2);
  CHECK(first.headers.at("link") == R"(<?after=alice-bob&limit=1>; rel="next")");
  const Reply second = alice.get("/conversations?limit=1&after=alice-bob");
  REQUIRE(second.json().size() == 1);
  CHECK(second.json()[0]["id"] == "team");
  CHECK_FALSE(second.headers.contains("link"));
  CHECK(alice.get("/conversations?after=team").json().empty());

  const Reply users = alice.get("/users?after=alice&limit=2");
  CHECK(users.json() == Json{{{"id", "bob"}, {"name", "Bob"}}, {{"id", "carol"}, {"name", "Carol"}}});
  CHECK(users.headers.at("link") == R"(<?after=carol&limit=2>; rel="next")");
  CHECK_FALSE(alice.get("/users?after=carol&limit=2").headers.contains("link"));
  for (const char* path : {"/users", "/conversations"}) {
    for (const char* query : {"?limit=0", "?limit=101", "?limit=x", "?limit=1&limit=1"}) {
      CHECK(alice.get(std::string{path} + query).reason() == "invalidInput");
    }
  }
}

TEST_CASE("routes: the parameter of a history -> found in any order and refused when it comes twice",
          "[call_server]") {
  ServerWorld world;
  WebClient alice = world.clientOf("alice");
  std::vector<std::string> calls;
  for (int i = 0; i < 2; ++i) {
    calls.push_back(world.start("alice", "team"));
    REQUIRE(alice.post(callPath("team", calls.back(), "end")).status == 200);
  }
  const std::string path = "/conversations/team/history?";
  const std::string before = "before=" + calls[1];
  const Json older = alice.get(path + before).json();
  REQUIRE(older["calls"].size() == 1);
  CHECK(older["calls"][0]["id"] == calls[0]);
  for (const std::string& query :
       std::vector<std::string>{"x=1&" + before, before + "&x=1", "x&y=%zz&" + before + "&x=2",
                                "b%65fore=" + calls[1], "&&" + before + "&"}) {
    INFO(query);
    CHECK(alice.get(path + query).json() == older);
  }
  CHECK(alice.get(path + "x=1").json()["calls"].size() == 2);
  for (const std::string& query :
       std::vector<std::string>{before + '&' + before, before + "&x=1&before=", "before=%zz", "before=%00",
                                "before=" + std::string(256, 'a')}) {
    INFO(query);
    const Reply reply = alice.get(path + query);
    CHECK(reply.status == 400);
    CHECK(reply.reason() == "malformedQuery");
  }
  CHECK(alice.get(path + "before=").status == 404);
  CHECK(alice.get(path + "before=unknown").reason() == "callNotFound");
}

TEST_CASE("routes: a query on any address -> changes nothing", "[call_server]") {
  ServerWorld world;
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  const std::string own = "Origin: http://127.0.0.1:" + std::to_string(world.port) + "\r\n";
  for (const char* query : {"?", "?x=1", "?x=1&x=2", "?/ws", "?a?b=%zz"}) {
    for (const std::string& target :
         {std::string{"/"}, std::string{"/style.css"}, std::string{"/users"}, std::string{"/session"},
          std::string{"/conversations"}, std::string{"/conversations/team/history"},
          std::string{"/api/messenger/active-calls"}, callPath("team"), callPath("team", call),
          callPath("team", call, "heartbeat"), callPath("team", call, "participants")}) {
      INFO(target << query);
      CHECK(alice.get(target + query).status == 200);
    }
    CHECK(alice.post(callPath("team", call, "heartbeat") + query).status == 200);
    CHECK(alice.post("/calls/" + call + "/media" + query).reason() == "noMediaServer");
    CHECK(alice.request("GET", std::string{"/ws"} + query, "", own).status == 426);
    CHECK(world.client().post(std::string{"/session"} + query, R"({"user":"alice"})").status == 200);
  }
}

TEST_CASE("routes: stopping -> not healthy any more", "[call_server]") {
  ServerWorld world;
  Metrics metrics;
  Settings settings;
  settings.secret = messenger::Secret{ServerWorld::secret};
  Site site(world.server->messenger(), settings, nullptr, world.server->hub(), metrics, world.logger,
            messenger::systemClock());
  Request request;
  request.method = "GET";
  request.target = "/healthz";
  request.listener = Listener::admin;
  CHECK(site.handle(request).status == 200);
  site.stopping();
  CHECK(site.handle(request).status == 503);
}

}  // namespace call_server::tests
