#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

using std::chrono::milliseconds;

std::string postingLength(const std::string& length) {
  return "POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + "\r\n\r\n";
}

Reply answerTo(std::uint16_t port, const std::string& bytes) {
  Connection connection(port);
  connection.send(bytes);
  return connection.receive();
}

}  // namespace

TEST_CASE("limits: a large header or body -> refused and the connection ends", "[call_server]") {
  ServerWorld world;
  CHECK(answerTo(world.port, "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n").status == 431);
  CHECK(answerTo(world.port, postingLength("65537")).status == 413);
  CHECK(answerTo(world.port, postingLength("65537") + std::string(65'537, 'x')).reason() == "tooLarge");
  CHECK(answerTo(world.port, postingLength("99999999999999999999")).status == 400);
  CHECK(answerTo(world.port, postingLength("65536") + std::string(65'536, ' ')).status == 422);
  CHECK(world.admin().get("/metrics").has(R"(call_server_requests_total{route="unread",status="413"} 2)"));
  Connection refused(world.port);
  refused.send(postingLength("65537"));
  CHECK(refused.receive().headers.at("connection") == "close");
  CHECK(refused.isClosed());
  // The server's side is closed; a client that stays open does not keep its place.
  CHECK(eventually([&] { return world.server->connections() == 0; }));
  Connection chunked(world.port);
  chunked.send("POST /session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 9; ++i) chunked.send("2000\r\n" + std::string(0x2000, 'x') + "\r\n");
  CHECK(chunked.receive().status == 413);
}

TEST_CASE("limits: header and body as large as the settings -> accepted", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.header = 1000;
    parts.settings.limits.body = 100;
  });
  const auto withHeader = [](std::size_t size) {
    return "GET /users HTTP/1.1\r\nHost: x\r\nX: " + std::string(size, 'x') + "\r\n\r\n";
  };
  CHECK(answerTo(world.port, withHeader(900)).status == 200);
  CHECK(answerTo(world.port, withHeader(1000)).reason() == "headerTooLarge");
  CHECK(answerTo(world.port, postingLength("100") + std::string(100, ' ')).status == 422);
  CHECK(answerTo(world.port, postingLength("101")).status == 413);
}

TEST_CASE("limits: not HTTP -> refused", "[call_server]") {
  ServerWorld world;
  for (const char* bytes : {"hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02",
                            "GET / HTTP/1.1\r\nBad Header\r\n\r\n"}) {
    INFO(bytes);
    CHECK(answerTo(world.port, std::string{bytes} + "\r\n\r\n").reason() == "malformedRequest");
  }
  CHECK(world.client().get("/users").status == 200);
}

TEST_CASE("limits: a slow request -> dropped even if bytes trickle in", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.reading = milliseconds{300};
    parts.settings.limits.idle = milliseconds{300};
  });
  Connection silent(world.port);
  Connection slow(world.port);
  slow.send("GET / HT");
  Connection trickling(world.port);
  const auto begun = std::chrono::steady_clock::now();
  // A byte now and then must not buy more time: the loop ends when the server closes.
  std::string bytes = "GET / HTTP/1.1\r\nX: ";
  std::size_t sent = 0;
  const bool closed = eventually([&] {
    if (sent < bytes.size()) return trickling.trySend(bytes.substr(sent++, 1)) == 0;
    return trickling.trySend("x") == 0;
  });
  CHECK(closed);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{10});
  CHECK(silent.isClosed());
  CHECK(slow.isClosed());

  Connection idle(world.port);
  idle.send("GET /users HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(idle.receive().status == 200);
  CHECK(idle.isClosed());
}

TEST_CASE("limits: a new connection and a used one -> each has its own time limit", "[call_server]") {
  const bool isNew = GENERATE(true, false);
  ServerWorld world([&](CallServer::Parts& parts) {
    const milliseconds ever = std::chrono::hours{1};
    parts.settings.limits.reading = isNew ? milliseconds{200} : ever;
    parts.settings.limits.idle = isNew ? ever : milliseconds{200};
  });
  Connection connection(world.port);
  if (!isNew) {
    connection.send("GET /users HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(connection.receive().status == 200);
  }
  CHECK(connection.isClosed());
}

TEST_CASE("limits: a client does not read an answer -> dropped", "[call_server]") {
  // Nothing but the time to write can end this one.
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.reading = parts.settings.limits.idle = std::chrono::hours{1};
    parts.settings.limits.writing = milliseconds{200};
  });
  // More than the system buffers for a client that does not read.
  std::ofstream(world.folder.path() / "web" / "style.css") << std::string(std::size_t{16} << 20U, 'x');
  Connection deaf(world.port);
  deaf.send("GET /users HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(deaf.receive().status == 200);
  deaf.send("GET /style.css HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(eventually([&] { return world.server->connections() == 0; }));
  CHECK(world.admin().get("/metrics").has(R"(call_server_requests_total{route="static",status="200"} 1)"));
}

TEST_CASE("limits: too many connections -> refused with a message", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.connections = 2; });
  WebClient one = world.client();
  REQUIRE(one.get("/users").status == 200);
  {
    WebClient two = world.client();
    REQUIRE(two.get("/users").status == 200);
    Connection three(world.port);
    const Reply full = three.receive();
    CHECK(full.status == 503);
    CHECK(full.reason() == "serverFull");
    CHECK(full.headers.at("retry-after") == "5");
    CHECK(world.admin().get("/metrics").has("call_server_refused_connections_total 1\n"));
    CHECK(one.get("/users").status == 200);
  }
  CHECK(eventually([&] { return world.server->connections() == 1; }));
  CHECK(world.client().get("/users").status == 200);
}

TEST_CASE("limits: a flood by one user -> limits only them and not their heartbeats", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.requests = {0.001, 5}; });
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  Reply last;
  for (int i = 0; i < 5; ++i) last = alice.get("/session");
  CHECK(last.status == 429);
  CHECK(last.reason() == "tooManyRequests");
  CHECK(std::stoi(last.headers.at("retry-after")) > 0);
  CHECK(handshake(world.port, "Origin: http://127.0.0.1:" + std::to_string(world.port) +
                                  "\r\nCookie: " + alice.cookie + "\r\n")
            .status == 429);
  CHECK(alice.post(callPath("team", call, "leave")).status == 429);
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(world.clientOf("bob").get("/session").status == 200);
  CHECK(world.admin().get("/metrics").has("call_server_rate_limited_total 3\n"));
}

TEST_CASE("limits: too many heartbeats -> limited on their own", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.heartbeats = {0.001, 2}; });
  const std::string call = world.start("alice", "team");
  WebClient alice = world.clientOf("alice");
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 200);
  CHECK(alice.post(callPath("team", call, "heartbeat")).status == 429);
  CHECK(alice.get("/session").status == 200);
}

TEST_CASE("limits: sign-ins from one address -> limited whatever the names", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.signIns = {0.001, 3};
    parts.settings.trustedProxies = {"127.0.0.1"};
  });
  WebClient client = world.client();
  const auto signIn = [&](const std::string& user, const std::string& from) {
    return client.request("POST", "/session", Json{{"user", user}}.dump(),
                          "X-Forwarded-For: " + from + "\r\n");
  };
  CHECK(signIn("alice", "192.0.2.1").status == 200);
  CHECK(signIn("mallory", "192.0.2.1").status == 422);
  CHECK(signIn("bob", "192.0.2.1").status == 200);
  const Reply refused = signIn("alice", "192.0.2.1");
  CHECK(refused.reason() == "tooManyRequests");
  CHECK(std::stoi(refused.headers.at("retry-after")) > 0);
  // Of a name that does not exist nothing is told either.
  CHECK(signIn("mallory", "192.0.2.1").status == 429);
  CHECK(signIn("carol", "203.0.113.9, 192.0.2.1").status == 429);
  // Nobody can lock her out from elsewhere.
  CHECK(signIn("alice", "192.0.2.2").status == 200);
}

TEST_CASE("limits: a client that names another address -> not believed", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.signIns = {0.001, 2}; });
  WebClient client = world.client();
  const auto status = [&](const std::string& from) {
    return client
        .request("POST", "/session", R"({"user":"alice"})",
                 "X-Forwarded-For: " + from + "\r\nX-Forwarded-For: " + from + "\r\n")
        .status;
  };
  CHECK(status("192.0.2.1") == 200);
  CHECK(status("192.0.2.2") == 200);
  CHECK(status("192.0.2.3") == 429);
  CHECK(client.post("/session", "{").status == 422);  // no attempt at all
}

TEST_CASE("limits: everyone's connections are used up -> operators still get in", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.connections = 1;
    parts.settings.limits.adminConnections = 1;
  });
  WebClient one = world.client();
  REQUIRE(one.get("/users").status == 200);
  Connection refused(world.port);
  REQUIRE(refused.receive().status == 503);
  WebClient admin = world.admin();
  CHECK(admin.get("/healthz").status == 200);
  // Nor do they take a place of everyone's, and they have a limit too.
  CHECK(admin.get("/metrics").has("call_server_connections 1\n"));
  Connection more(world.adminPort);
  CHECK(more.receive().status == 503);
}

TEST_CASE("limits: a socket does not read -> dropped and the others still receive", "[call_server]") {
  ServerWorld world;
  SocketClient slow = world.socketOf("bob");
  SocketClient alice = world.socketOf("alice");
  REQUIRE(slow.subscribe("thread.team")["event"] == "subscribed");
  REQUIRE(alice.subscribe("thread.team")["event"] == "subscribed");
  const std::string data = Json(std::string(20'000, 'x')).dump();
  const bool dropped = eventually([&] {
    world.server->hub().publish("thread.team", "test", data);
    CHECK(alice.next()["event"] == "test");
    return world.server->hub().clients() == 1;
  });
  CHECK(dropped);
  CHECK(world.logger->has(messenger::LogLevel::warning, "a client was dropped user=bob reason=slow"));
  CHECK(world.admin().get("/metrics").body.find(R"(call_server_dropped_sockets_total{reason="slow"} 1)") !=
        std::string::npos);
}

TEST_CASE("limits: frames that wait for a socket -> limited in number and bytes", "[call_server]") {
  const bool inFrames = GENERATE(true, false);
  ServerWorld world([&](CallServer::Parts& parts) {
    constexpr std::size_t unbounded = std::size_t{1} << 40U;
    parts.settings.limits.queuedFrames = inFrames ? 10 : unbounded;
    parts.settings.limits.queuedBytes = inFrames ? unbounded : 200'000;
  });
  SocketClient slow = world.socketOf("bob");
  const std::string data = Json(std::string(20'000, 'x')).dump();
  // More than the system buffers for a client that does not read.
  for (int i = 0; i < 1000 && world.server->hub().clients() == 1; ++i) {
    world.server->hub().publish("user.bob", "test", data);
  }
  CHECK(eventually([&] { return world.server->hub().clients() == 0; }));
}

TEST_CASE("limits: a socket that sends too much -> closed", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.frames = {0.001, 3}; });
  SocketClient alice = world.socketOf("alice");
  for (int i = 0; i < 10; ++i) alice.send("{}");
  CHECK(alice.waitForClose() == 1008);
  CHECK(world.admin().get("/metrics").has(R"(call_server_dropped_sockets_total{reason="flood"} 1)"));
}

TEST_CASE("limits: a frame that is too large -> closes the socket", "[call_server]") {
  ServerWorld world;
  SocketClient alice = world.socketOf("alice");
  alice.send(std::string(5000, 'x'));
  CHECK(alice.waitForClose() == 1009);
}

TEST_CASE("limits: a silent socket -> dropped unless it answers pings", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.silence = milliseconds{600}; });
  const auto begun = std::chrono::steady_clock::now();
  SocketClient dead = world.socketOf("bob");  // reads nothing, so it answers no ping
  SocketClient alive = world.socketOf("alice");
  REQUIRE(alive.subscribe("thread.team")["event"] == "subscribed");
  const bool dropped = eventually([&] {
    world.server->hub().publish("user.alice", "test", "1");
    alive.waitFor("test");
    const bool isLong = std::chrono::steady_clock::now() > begun + milliseconds{1200};
    return isLong && world.server->hub().clients() == 1;
  });
  CHECK(dropped);
  CHECK(world.server->hub().hasSubscribers("user.alice"));
  CHECK_FALSE(world.server->hub().hasSubscribers("user.bob"));
}

TEST_CASE("limits: sockets of a user and subscriptions of a socket -> limited", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) {
    parts.settings.limits.socketsOfUser = 1;
    parts.settings.limits.subscriptions = 1;
  });
  SocketClient alice = world.socketOf("alice");
  SocketClient again(world.port, world.clientOf("alice").cookie);
  CHECK(again.waitForClose() == 1013);
  CHECK(alice.subscribe("thread.team")["event"] == "subscribed");
  CHECK(alice.subscribe("thread.alice-bob")["reason"] == "tooManySubscriptions");
  SocketClient bob = world.socketOf("bob");
  CHECK(bob.subscribe("thread.nothing")["reason"] == "threadNotFound");  // takes no place
  CHECK(bob.subscribe("thread.team")["event"] == "subscribed");
  bob.send(R"({"unsubscribe":"thread.team"})");
  CHECK(bob.subscribe("thread.alice-bob")["event"] == "subscribed");
}

TEST_CASE("limits: all of these at once -> a call continues", "[call_server]") {
  ServerWorld world([](CallServer::Parts& parts) { parts.settings.limits.requests = {1, 20}; });
  const std::string call = world.start("alice", "alice-bob");
  WebClient alice = world.clientOf("alice");
  WebClient mallory = world.clientOf("bob");
  std::vector<std::unique_ptr<Connection>> dawdlers;
  for (int i = 0; i < 50; ++i) {
    dawdlers.push_back(std::make_unique<Connection>(world.port));
    dawdlers.back()->send("POST /session HTTP/1.1\r\nX: ");
    (void)answerTo(world.port, postingLength("65537") + std::string(65'537, 'x'));
    (void)answerTo(world.port, "nonsense\r\n\r\n");
    (void)mallory.get("/conversations");
    if (i % 10 == 0) CHECK(alice.post(callPath("alice-bob", call, "heartbeat")).status == 200);
  }
  CHECK(mallory.get("/conversations").status == 429);
  CHECK(world.server->messenger().host().findCall(messenger::CallId{call})->active());
}

}  // namespace call_server::tests
