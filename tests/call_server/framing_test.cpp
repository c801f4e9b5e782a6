// Where a request ends, who it is for, and that a client cannot make the server hold more than its limits.

#include <fstream>
#include <string>
#include <vector>

#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

/// A server with a signed-in user who is allowed to do what a hidden request asks for.
struct FramingWorld : ServerWorld {
  FramingWorld() : cookie("Cookie: " + clientOf("alice").cookie + "\r\n") {}

  /// Starts a call when it is carried out.
  [[nodiscard]] std::string start(const std::string& headers = "Host: x\r\n") const {
    return "POST " + callPath("team") + " HTTP/1.1\r\n" + headers + cookie + "\r\n";
  }
  [[nodiscard]] std::string get(const std::string& target, const std::string& headers) const {
    return "GET " + target + " HTTP/1.1\r\n" + headers + cookie + "\r\n";
  }
  [[nodiscard]] bool hasCall() const { return !server->messenger().host().activeCalls(0, 10).empty(); }

  std::string cookie;
};

Reply answerTo(const ServerWorld& world, const std::string& bytes) {
  Connection connection(world.port);
  connection.send(bytes);
  return connection.receive();
}

/// 400, the connection ends, and nothing was carried out, neither this request nor what follows it.
void checkRefused(const FramingWorld& world, const std::string& bytes) {
  INFO(bytes);
  Connection connection(world.port);
  connection.send(bytes + world.start());
  const Reply reply = connection.receive();
  CHECK(reply.status == 400);
  CHECK(reply.reason() == "malformedRequest");
  CHECK(reply.headers.at("connection") == "close");
  CHECK(connection.isClosed());
  CHECK_FALSE(world.hasCall());
}

std::string posting(const std::string& headers) {
  return "POST /session HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

constexpr const char* chunkedHead = "POST /session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Sends until the server has answered or closed, or has taken far more than it may.
Reply answerToEndless(const ServerWorld& world, const std::string& begin, const std::string& part) {
  Connection connection(world.port);
  connection.send(begin);
  std::size_t sent = 0;
  while (!connection.hasAnswered() && sent < (std::size_t{8} << 20U)) {
    connection.send(part);
    sent += part.size();
  }
  if (!connection.hasAnswered() && !eventually([&] { return connection.hasAnswered(); })) return {};
  return connection.receive();
}

}  // namespace

TEST_CASE("framing: a transfer coding other than chunked alone -> 400 and nothing is carried out",
          "[call_server]") {
  const FramingWorld world;
  for (const char* coding :
       {"xchunked", "chunked, identity", "gzip, chunked", "identity", "\"chunked\"", "chunked, chunked",
        "chunked;q=1", "", ",", ", chunked", "chunked,", "chunk ed", "chunked\x0b", "Chunked\t, x"}) {
    const std::string head = posting("Transfer-Encoding: " + std::string{coding} + "\r\n");
    checkRefused(world, head);
    checkRefused(world, head + "0\r\n\r\n");  // for who takes it for chunked, an end
  }
  checkRefused(world, posting("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n");
  checkRefused(world, posting("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n") + "0\r\n\r\n");
  checkRefused(world, posting("Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n");
  checkRefused(world,
               "POST /session HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");  // of 1.1
  CHECK(answerTo(world, posting("Transfer-Encoding:\t chunKED \r\n") + "0\r\n\r\n").status == 422);
}

TEST_CASE("framing: a length beside a transfer coding -> 400 and nothing is carried out", "[call_server]") {
  const FramingWorld world;
  for (const char* coding : {"chunked", "identity", "x"}) {
    const std::string one = "Transfer-Encoding: " + std::string{coding} + "\r\n";
    checkRefused(world, posting(one + "Content-Length: 5\r\n") + "0\r\n\r\n");
    checkRefused(world, posting("Content-Length: 5\r\n" + one) + "0\r\n\r\n");
    checkRefused(world, posting("Content-Length: 0\r\n" + one) + "0\r\n\r\n");
  }
}

TEST_CASE("framing: a length that is no single number -> 400 and nothing is carried out", "[call_server]") {
  const FramingWorld world;
  for (const char* length :
       {"+2", "-2", "2 2", "2,2", "2, 2", "2,", "0x2", "2.0", "2\t2", "", " ", "\"2\"", "two", "1e1",
        "18446744073709551616", "99999999999999999999", "000000000000000000000000000002"}) {
    checkRefused(world, posting("Content-Length: " + std::string{length} + "\r\n") + "{}");
  }
  checkRefused(world, posting("Content-Length: 2\r\nContent-Length: 3\r\n") + "{} ");
  checkRefused(world, posting("Content-Length: 2\r\nContent-Length: 2\r\n") + "{}");
  CHECK(answerTo(world, posting("Content-Length:  2\t\r\n") + "{}").status == 422);
}

TEST_CASE("framing: no host or two or a broken one -> 400 and nothing is carried out", "[call_server]") {
  const FramingWorld world;
  checkRefused(world, world.start(""));
  for (const char* hosts :
       {"Host: x\r\nHost: x\r\n", "Host: x\r\nHost: y\r\n", "Host:\r\n",        "Host: \r\n",
        "Host: x y\r\n",          "Host: x, y\r\n",         "Host: a@x\r\n",    "Host: x/y\r\n",
        "Host: http://x\r\n",     "Host: x:\x01\r\n",       "Host: x:y\r\n",    "Host: x:1:2\r\n",
        "Host: [::1\r\n",         "Host: [x]\r\n",          "Host: []:1\r\n",   "Host: x:123456\r\n",
        "Host: x?y\r\n",          "Host: x\\y\r\n",         "Host: [::1]x\r\n", "Host: :1\r\n"}) {
    checkRefused(world, world.start(hosts));
  }
  for (const char* host : {"x", "x:80", "x:", "127.0.0.1:1", "[::1]", "[::1]:80"}) {
    INFO(host);
    CHECK(answerTo(world, world.get("/session", "Host: " + std::string{host} + "\r\n")).status == 200);
  }
  for (const char* host : {"x.example.", "a_b-c"}) {  // well formed, and not this server's
    INFO(host);
    CHECK(answerTo(world, world.get("/session", "Host: " + std::string{host} + "\r\n")).status == 421);
  }
  Connection old(world.port);
  old.send("GET /users HTTP/1.0\r\n\r\n");
  CHECK(old.receive().status == 200);
}

TEST_CASE("framing: a field that decides and comes twice -> 400 and nothing is carried out",
          "[call_server]") {
  const FramingWorld world;
  checkRefused(world, world.start("Host: x\r\nOrigin: http://x\r\nOrigin: http://evil.example\r\n"));
  checkRefused(world, world.start("Host: x\r\nCookie: messenger_session=x\r\n"));
}

TEST_CASE("framing: lines that others read differently -> 400 and nothing is carried out", "[call_server]") {
  const FramingWorld world;
  const std::string line = "POST " + callPath("team") + " HTTP/1.1\r\n";
  for (const std::string& head :
       std::vector<std::string>{line + "Host: x\r\nX: a\r\n b\r\n",   // a folded line
                                line + "Host: x\r\nX: a\r\n\tb\r\n",  //
                                line + "Host: x\r\nX:\r\n b\r\n",     //
                                line + " Host: x\r\n",                // folds the first
                                line + "Host: x\r\nX: a\n",           // lines that end without a CR
                                line + "Host: x\nX: a\r\n",           //
                                "POST " + callPath("team") + " HTTP/1.1\nHost: x\r\n",
                                line + "Host: x\r\nX: a\rb\r\n",             // a CR within a line
                                line + "Host: x\r\nX: a\r\r\n",              //
                                line + "Host: x\r\nX : a\r\n",               // a blank before the colon
                                line + "Host : x\r\n",                       //
                                line + "Host: x\r\nContent-Length : 0\r\n",  //
                                line + "Host: x\r\nTransfer-Encoding : chunked\r\n",
                                line + "Host: x\r\n: a\r\n",       // no name
                                line + "Host: x\r\nno colon\r\n",  //
                                line + "Host: x\r\nX\x0b: a\r\n",  // control characters
                                line + "Host: x\r\nX: a\x01\r\n",  //
                                line + std::string{"Host: x\r\nX: a\0b\r\n", 17},
                                line + "Host: x\r\nX: a\x7f\r\n",  //
                                "POST  " + callPath("team") + " HTTP/1.1\r\nHost: x\r\n",
                                "POST " + callPath("team") + "  HTTP/1.1\r\nHost: x\r\n",
                                "POST " + callPath("team") + " HTTP/1.1 \r\nHost: x\r\n",
                                " POST " + callPath("team") + " HTTP/1.1\r\nHost: x\r\n",
                                "POST\t" + callPath("team") + " HTTP/1.1\r\nHost: x\r\n",
                                "POST " + callPath("team") + " http/1.1\r\nHost: x\r\n",
                                "POST " + callPath("team") + "\r\nHost: x\r\n"}) {
    checkRefused(world, head + world.cookie + "\r\n");
  }
  checkRefused(world, "POST " + callPath("team") + " HTTP/1.1\nHost: x\n" + "\n");
}

TEST_CASE("framing: a broken chunk -> 400 and nothing is carried out", "[call_server]") {
  const FramingWorld world;
  for (const char* body : {"x\r\n",
                           "\r\n",
                           "-1\r\n",
                           "+2\r\n{}\r\n0\r\n\r\n",
                           "0x2\r\n{}\r\n0\r\n\r\n",
                           " 2\r\n{}\r\n0\r\n\r\n",
                           "2 \r\n{}\r\n0\r\n\r\n",
                           "2\n{}\r\n0\r\n\r\n",
                           "2\r\n{}0\r\n\r\n",
                           "2\r\n{}\n0\r\n\r\n",
                           "2\r\n{}x\r\n0\r\n\r\n",
                           "2;a=\"\n\"\r\n{}\r\n0\r\n\r\n",
                           "2;a\rb\r\n{}\r\n0\r\n\r\n",
                           "2;\x01\r\n{}\r\n0\r\n\r\n",
                           "2 x\r\n{}\r\n0\r\n\r\n",
                           "2,\r\n{}\r\n0\r\n\r\n",
                           "00000000000000002\r\n{}\r\n0\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX: a\r\n b\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX: a\n\r\n",
                           "2\r\n{}\r\n0\r\n: a\r\n\r\n",
                           "2\r\n{}\r\n0\r\nX : a\r\n\r\n",
                           "2\r\n{}\r\n0\r\n\n",
                           "2\r\n{}\r\n0\n\r\n"}) {
    checkRefused(world, chunkedHead + std::string{body});
  }
  CHECK(answerTo(world, chunkedHead + std::string{"2;a=b;c=\"d e\"\r\n{}\r\n00 ; x\r\nX: a\r\nY:\r\n\r\n"})
            .status == 422);
}

TEST_CASE("framing: fields after the body -> have no effect", "[call_server]") {
  const FramingWorld world;
  const std::string head =
      "POST " + callPath("team") + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n";
  CHECK(answerTo(world, head + "\r\n0\r\n" + world.cookie + "\r\n").status == 401);
  CHECK_FALSE(world.hasCall());
  Connection connection(world.port);
  connection.send(head + world.cookie + "\r\n0\r\nOrigin: http://evil.example\r\nConnection: close\r\n" +
                  "Host: y\r\nContent-Length: 7\r\n\r\n");
  CHECK(connection.receive().status == 201);
  connection.send(world.get("/session", "Host: x\r\n"));
  CHECK(connection.receive().status == 200);
}

TEST_CASE("framing: requests one after another in any pieces -> each is answered", "[call_server]") {
  const FramingWorld world;
  const std::string two =
      "POST /session HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{\"user\":\"alice\"}" +
      world.get("/session", "Host: x\r\n") +
      "POST /session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "8\r\n{\"user\":\r\n6;x\r\n\"bob\"}\r\n0\r\n\r\n" +
      world.get("/users?x=1", "Host: x\r\nConnection: close\r\n");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, two.size()}) {
    Connection connection(world.port);
    for (std::size_t at = 0; at < two.size(); at += piece) connection.send(two.substr(at, piece));
    CHECK(connection.receive().json()["user"]["id"] == "alice");
    CHECK(connection.receive().json()["user"]["id"] == "alice");
    CHECK(connection.receive().json()["user"]["id"] == "bob");
    CHECK(connection.receive().json().size() == 4);
    CHECK(connection.isClosed());
  }
}

TEST_CASE("framing: a target with scheme and host -> works and its host counts", "[call_server]") {
  const FramingWorld world;
  CHECK(answerTo(world, world.get("http://x/session", "Host: x\r\n")).status == 200);
  CHECK(answerTo(world, world.get("HTTPS://x:1/users?a=/b", "Host: x\r\n")).status == 200);
  CHECK(answerTo(world, world.get("http://x", "Host: x\r\n")).body.find("<title>calls") != std::string::npos);
  CHECK(answerTo(world, world.get("http://x?a=b", "Host: x\r\n")).status == 200);
  // The host of the target is the one that the client asked, and the field is ignored.
  const auto starts = [&](const std::string& target, const std::string& headers) {
    return answerTo(world, "POST " + target + " HTTP/1.1\r\n" + headers + world.cookie + "\r\n").status;
  };
  CHECK(starts("http://x" + callPath("team"), "Host: evil.example\r\nOrigin: http://evil.example\r\n") ==
        403);
  CHECK(starts("http://x" + callPath("team"), "Host: evil.example\r\nOrigin: http://x\r\n") == 201);
  const FramingWorld other;
  for (const char* target :
       {"http:///session", "http://", "http://a@x/session", "ftp://x/session", "x", "session", "*",
        "http://x y/", "/a#b", "http://x:y/", "http:/x", "https:session", "x:80"}) {
    checkRefused(other, "GET " + std::string{target} + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  CHECK(answerTo(other, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").status == 401);
}

TEST_CASE("framing: the client expects a word before the body -> gets it", "[call_server]") {
  const FramingWorld world;
  const std::string body = R"({"user":"bob"})";
  for (const char* length : {"Content-Length: 14\r\n", "Transfer-Encoding: chunked\r\n"}) {
    Connection connection(world.port);
    connection.send(posting(std::string{length} + "Expect: 100-Continue\r\n"));
    CHECK(connection.receive().status == 100);
    const bool isChunked = length[0] == 'T';
    connection.send(isChunked ? "e\r\n" + body + "\r\n0\r\n\r\n" : body);
    CHECK(connection.receive().json()["user"]["id"] == "bob");
  }
  // None when the body is there already or there is none or the client is an old one.
  Connection early(world.port);
  early.send(posting("Content-Length: 14\r\nExpect: 100-continue\r\n") + body);
  CHECK(early.receive().status == 200);
  CHECK(answerTo(world, world.get("/session", "Host: x\r\nExpect: 100-continue\r\n")).status == 200);
  Connection old(world.port);
  old.send("POST /session HTTP/1.0\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n");
  old.send(body);
  CHECK(old.receive().status == 200);
}

TEST_CASE("framing: an expectation that cannot be met -> refused before the body", "[call_server]") {
  const FramingWorld world;
  for (const char* expectation : {"x", "100-continue, x", "200-ok", "100-continue=1"}) {
    INFO(expectation);
    Connection connection(world.port);
    connection.send("POST " + callPath("team") + " HTTP/1.1\r\nHost: x\r\n" + world.cookie +
                    "Expect: " + expectation + "\r\nContent-Length: 2\r\n\r\n");
    const Reply reply = connection.receive();
    CHECK(reply.status == 417);
    CHECK(reply.reason() == "expectationFailed");
    CHECK(connection.isClosed());
  }
  CHECK_FALSE(world.hasCall());
  Connection large(world.port);
  large.send(posting("Content-Length: 65537\r\nExpect: 100-continue\r\n"));
  CHECK(large.receive().status == 413);
  CHECK(large.isClosed());
}

TEST_CASE("framing: chunk extensions or fields after the body without end -> refused", "[call_server]") {
  const ServerWorld world;
  const std::string part(16'384, 'x');
  CHECK(answerToEndless(world, chunkedHead + std::string{"1;"}, part).status == 431);
  CHECK(answerToEndless(world, chunkedHead + std::string{"1;a=\""}, part).status == 431);
  CHECK(answerToEndless(world, chunkedHead + std::string{"0;"}, part).status == 431);
  CHECK(answerToEndless(world, chunkedHead + std::string{"0\r\nX: "}, part).status == 431);
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "X: y\r\n";
  CHECK(answerToEndless(world, chunkedHead + std::string{"0\r\n"}, lines).status == 431);
  std::string extended;
  for (int i = 0; i < 200; ++i) extended += "1;" + std::string(100, 'x') + "\r\n \r\n";
  CHECK(answerToEndless(world, chunkedHead, extended).status == 431);
  CHECK(answerToEndless(world, chunkedHead, "0000000000000000").status == 400);
  CHECK(answerToEndless(world, "", part).status == 431);
  CHECK(answerToEndless(world, "GET / HTTP/1.1\r\n", lines).status == 431);
}

TEST_CASE("framing: too many fields -> refused", "[call_server]") {
  const FramingWorld world;
  const auto withFields = [&](std::size_t count) {
    std::string fields;
    for (std::size_t i = 0; i < count; ++i) fields += "X:y\r\n";
    return answerTo(world, "GET /users HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  };
  CHECK(withFields(99).status == 200);
  CHECK(withFields(100).status == 431);
}

TEST_CASE("framing: bytes behind the handshake of a WebSocket -> refused", "[call_server]") {
  const FramingWorld world;
  const std::string head =
      "GET /ws HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
      world.cookie;
  CHECK(answerTo(world, head + "\r\n").status == 101);
  CHECK(answerTo(world, head + "\r\n\x81\x80"
                               "abcd")
            .status == 400);
  CHECK(answerTo(world, head + "Content-Length: 2\r\n\r\n{}").status == 400);
}

}  // namespace call_server::tests
