// What a broken or foreign server may do. Uses a fake server, because a real Janus does none of it.
#include <chrono>

#include "messenger/adapters/janus/janus_driver.hpp"
#include "tests/janus/fake_server.hpp"
#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/together.hpp"

namespace messenger::tests {
namespace {

using janus::ErrorKind;
using janus::JanusId;
using std::chrono::milliseconds;

const JanusId anId{std::string{"r"}};

janus::JanusOptions optionsFor(const std::string& address) {
  janus::JanusOptions options;
  options.adminEndpoint = address;
  options.adminSecret = Secret{JanusServer::adminSecret};
  options.connectTimeout = milliseconds{2000};
  options.requestTimeout = milliseconds{20'000};
  return options;
}

janus::VideoRoom roomAt(const FakeServer& server) {
  return janus::VideoRoom(std::make_shared<janus::JanusClient>(optionsFor(server.address())));
}

FakeServer::Script always(const std::string& bytes) {
  return [=](std::size_t, std::size_t, const std::string&) { return FakeServer::Answer{bytes}; };
}

TEST_CASE("JanusClient: no server -> unreachable", "[janus][faults]") {
  const auto address = "http://127.0.0.1:" + std::to_string(testing::freePort()) + "/admin";
  REQUIRE_FAILED(janus::JanusClient(optionsFor(address)).ping(), ErrorKind::unreachable, 7);
}

TEST_CASE("JanusClient: a server hangs before or within its answer -> timeout", "[janus][faults]") {
  const std::string some = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"janus\":");
  FakeServer server([&](std::size_t, std::size_t, const std::string&) {
    return FakeServer::Answer{some, false, /*hang=*/true};
  });
  janus::JanusOptions options = optionsFor(server.address());
  options.connectTimeout = milliseconds{100};
  options.requestTimeout = milliseconds{200};
  const auto begun = std::chrono::steady_clock::now();
  REQUIRE_FAILED(janus::JanusClient(options).ping(), ErrorKind::timeout, 28);
  const auto took = std::chrono::steady_clock::now() - begun;
  CHECK(took > options.requestTimeout - milliseconds{5});  // curl counts on a clock of its own
  CHECK(took < milliseconds{5000});
  CHECK(server.connections() == 1);  // a time that is over is not spent twice
}

TEST_CASE("JanusClient: a server closes the connection -> interrupted", "[janus][faults]") {
  const std::string some = GENERATE("", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"janus\":");
  FakeServer server(always(some));
  const janus::VideoRoom room = roomAt(server);
  SECTION("a request that may do harm when it is done twice is not repeated") {
    const auto failed = room.destroy(anId, Secret{"s"});
    REQUIRE_FALSE(failed.has_value());
    REQUIRE(failed.error().kind == ErrorKind::interrupted);
    CHECK(server.bodies().size() == 1);
  }
  SECTION("a harmless one is repeated once") {
    const auto failed = room.exists(anId);
    REQUIRE_FALSE(failed.has_value());
    REQUIRE(failed.error().kind == ErrorKind::interrupted);
    CHECK(server.bodies().size() == 2);
  }
}

TEST_CASE("JanusClient: only the first answer to a harmless request is lost -> succeeds", "[janus][faults]") {
  FakeServer server([](std::size_t connection, std::size_t, const std::string& body) {
    if (connection == 1) return FakeServer::Answer{};
    return FakeServer::Answer{FakeServer::success(body, R"({"exists":true})")};
  });
  REQUIRE(roomAt(server).exists(anId).value());
}

TEST_CASE("JanusClient: answers that are not Janus's -> refused", "[janus][faults]") {
  struct Case {
    std::string bytes;
    ErrorKind kind;
    int code;
  };
  const std::string html = "<html><body>It works!</body></html>";
  const auto one = GENERATE_COPY(values<Case>({
      {FakeServer::http(html), ErrorKind::malformedReply, 0},
      {FakeServer::http(html, "500 Internal Server Error"), ErrorKind::httpStatus, 500},
      {FakeServer::http("", "503 Service Unavailable"), ErrorKind::httpStatus, 503},
      {"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", ErrorKind::httpStatus, 302},
      {"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
       ErrorKind::httpStatus, 302},
      {FakeServer::http(""), ErrorKind::malformedReply, 0},
      {FakeServer::http("{"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m1\"} trailing"), ErrorKind::malformedReply,
       0},
      {FakeServer::http("[1,2,3]"), ErrorKind::malformedReply, 0},
      {FakeServer::http("null"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":7}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"error\"}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"error\",\"error\":[]}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m2\",\"response\":{\"exists\":true}}"),
       ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"ack\",\"transaction\":\"m1\"}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m1\"}"), ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m1\",\"response\":5}"),
       ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m1\",\"response\":{}}"),
       ErrorKind::malformedReply, 0},
      {FakeServer::http("{\"janus\":\"success\",\"transaction\":\"m1\",\"response\":{\"exists\":\"yes\"}}"),
       ErrorKind::malformedReply, 0},
      {FakeServer::http(std::string(100'000, '[')), ErrorKind::malformedReply, 0},
      {"no HTTP at all\r\n\r\n", ErrorKind::malformedReply, 1},
  }));
  INFO(one.bytes.substr(0, 200));
  FakeServer server(always(one.bytes));
  const auto failed = roomAt(server).exists(anId);
  REQUIRE_FALSE(failed.has_value());
  INFO(failed.error().describe());
  CHECK(toString(failed.error().kind) == toString(one.kind));
  CHECK(failed.error().code == one.code);
  CHECK(server.connections() == 1);
}

TEST_CASE("JanusClient: an answer that is too long -> refused without reading it", "[janus][faults]") {
  const bool chunked = GENERATE(true, false);
  std::string bytes;
  if (chunked) {
    bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string chunk(0x10000, ' ');
    for (int i = 0; i < 160; ++i) bytes += "10000\r\n" + chunk + "\r\n";
    bytes += "0\r\n\r\n";
  } else {
    bytes = FakeServer::http(std::string(10'000'000, ' '));
  }
  FakeServer server(always(bytes));
  const auto failed = roomAt(server).exists(anId);
  REQUIRE_FAILED(failed, ErrorKind::malformedReply, 0);
  REQUIRE(failed.error().text.find("4194304") != std::string::npos);
}

TEST_CASE("JanusClient: lists with wrong parts -> malformed", "[janus][faults]") {
  const auto* const list =
      GENERATE(R"({})", R"({"list":{}})", R"({"list":[5]})", R"({"list":[{}]})", R"({"list":[{"room":-1}]})",
               R"({"list":[{"room":1.5}]})", R"({"list":[{"room":null}]})", R"({"list":[{"room":[]}]})");
  FakeServer server([&](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::success(body, list)};
  });
  REQUIRE_FAILED(roomAt(server).list(), ErrorKind::malformedReply, 0);
}

TEST_CASE("JanusClient: an answer with endless nesting -> takes no stack", "[janus][faults]") {
  FakeServer server([](std::size_t, std::size_t, const std::string& body) {
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    return FakeServer::Answer{FakeServer::success(body, R"({"exists":true,"deep":)" + deep + "}")};
  });
  REQUIRE(roomAt(server).exists(anId).value());
}

TEST_CASE("VideoRoom: forwarders -> read in the plugin's format", "[janus][faults]") {
  FakeServer server([](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::success(
        body,
        R"({"publishers":[{"publisher_id":"ann","forwarders":[{"stream_id":7,"type":"audio","host":"10.0.0.1","port":5002}]}]})")};
  });
  const auto forwarders = roomAt(server).listForwarders(anId, Secret{"s"}).value();
  REQUIRE(forwarders.size() == 1);
  CHECK(forwarders[0].publisher == JanusId{std::string{"ann"}});
  CHECK(forwarders[0].streamId == 7);
  CHECK(forwarders[0].type == "audio");
  CHECK(forwarders[0].host == "10.0.0.1");
  CHECK(forwarders[0].port == 5002);
}

TEST_CASE("JanusClient: connections -> kept and at most one for each thread", "[janus][faults]") {
  FakeServer server([](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::success(body, R"({"exists":true})"), /*keepOpen=*/true};
  });
  const janus::VideoRoom room = roomAt(server);
  for (int i = 0; i < 50; ++i) REQUIRE(room.exists(anId).value());
  REQUIRE(server.connections() == 1);
  together(8, [&](std::size_t) {
    for (int i = 0; i < 50; ++i) (void)room.exists(anId).value();
  });
  REQUIRE(server.connections() <= 8);
}

TEST_CASE("JanusClient: the server has closed a kept connection -> no failure", "[janus][faults]") {
  FakeServer server([](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::success(body, R"({"room":"r"})")};  // and closes
  });
  const janus::VideoRoom room = roomAt(server);
  for (int i = 0; i < 10; ++i) REQUIRE_DONE(room.destroy(anId, Secret{"s"}));
  REQUIRE(server.bodies().size() == 10);
}

TEST_CASE("JanusClient: a proxy in the environment -> ignored", "[janus][faults]") {
  FakeServer proxy(always(FakeServer::http("{}", "500 Proxied")));
  FakeServer server([](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::success(body, R"({"exists":true})")};
  });
  ::setenv("http_proxy", proxy.address().c_str(), 1);
  ::unsetenv("no_proxy");
  ::unsetenv("NO_PROXY");
  const auto direct = roomAt(server).exists(anId);
  ::unsetenv("http_proxy");
  REQUIRE_DONE(direct);
  REQUIRE(proxy.connections() == 0);
  janus::JanusOptions options = optionsFor(server.address());
  options.proxy = proxy.address();
  REQUIRE_FALSE(janus::JanusClient(options).ping().has_value());
  REQUIRE(proxy.connections() > 0);
}

TEST_CASE("JanusClient: a session is lost again and again -> given up", "[janus][faults]") {
  const int lost = GENERATE(458, 459);
  FakeServer server([&](std::size_t, std::size_t, const std::string& body) {
    const auto reply = FakeServer::success(body, "{}");
    if (body.find("\"message\"") == std::string::npos) {
      std::string made = reply;
      const std::string from = "\"response\":{}";
      const std::string to = "\"data\":{\"id\":1}";
      made = made.substr(made.find("\r\n\r\n") + 4);
      made.replace(made.find(from), from.size(), to);
      return FakeServer::Answer{FakeServer::http(made)};
    }
    return FakeServer::Answer{FakeServer::http(R"({"janus":"error","error":{"code":)" + std::to_string(lost) +
                                               R"(,"reason":"No such thing"}})")};
  });
  janus::JanusOptions options;
  options.endpoint = server.address();
  const janus::VideoRoom room(std::make_shared<janus::JanusClient>(options));
  REQUIRE_FAILED(room.list(), ErrorKind::core, lost);
  REQUIRE(server.bodies().size() == 3);  // session, handle, message
  REQUIRE_FAILED(room.list(), ErrorKind::core, lost);
  REQUIRE(server.bodies().size() == 7);  // message; session, handle, message
}

TEST_CASE("JanusClient: texts of a server -> cut and cleaned and without secrets", "[janus][faults]") {
  const std::string secret = "room-secret-that-comes-back";
  FakeServer server([&](std::size_t, std::size_t, const std::string& body) {
    const std::string told =
        "bad \\u0007 secret " + secret + " and " + JanusServer::adminSecret + " " + std::string(5000, 'x');
    return FakeServer::Answer{
        FakeServer::success(body, R"({"videoroom":"event","error_code":499,"error":")" + told + "\"}")};
  });
  const auto failed = roomAt(server).destroy(anId, Secret{secret});
  REQUIRE_FAILED(failed, ErrorKind::plugin, 499);
  const std::string text = failed.error().describe();
  CHECK(text.find(secret) == std::string::npos);
  CHECK(text.find(JanusServer::adminSecret) == std::string::npos);
  CHECK(text.find("[secret] and [secret]") != std::string::npos);
  CHECK(text.find('\a') == std::string::npos);
  CHECK(text.size() < 400);
}

}  // namespace
}  // namespace messenger::tests
