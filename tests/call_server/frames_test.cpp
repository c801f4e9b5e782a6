// Frames of a WebSocket, byte by byte.

#include <string>

#include "tests/call_server/server_world.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

/// A signed-in client that has shaken hands.
Connection& shakeHands(Connection& connection, const ServerWorld& world) {
  connection.send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: " +
      world.clientOf("alice").cookie + "\r\n\r\n");
  if (connection.receive().status != 101) throw std::runtime_error("no handshake");
  return connection;
}

std::string repeated(const std::string& frame, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += frame;
  return all;
}

constexpr const char* byFlood = "\x88\x02\x03\xF0";  // a close frame with 1008

// Masked by zeros, as a client must.
const std::string ping{"\x89\x80\0\0\0\0", 6};
const std::string pong{"\x8A\x80\0\0\0\0", 6};
const std::string fullPing{"\x89\x82\0\0\0\0ab", 8};
const std::string emptyMessage{"\x82\x80\0\0\0\0", 6};
const std::string firstPart{"\x01\x80\0\0\0\0", 6};
const std::string nextPart{"\x00\x80\0\0\0\0", 6};
const std::string nextByte{"\x00\x81\0\0\0\0 ", 7};

}  // namespace

TEST_CASE("frames: too many of any kind -> the socket is closed", "[call_server]") {
  ServerWorld world;
  for (const std::string& flood :
       {repeated(ping, 300), repeated(pong, 300), repeated(fullPing, 300), repeated(emptyMessage, 300),
        firstPart + repeated(nextPart, 300), firstPart + repeated(nextByte, 300),
        firstPart + repeated(ping + nextPart, 150)}) {
    Connection connection(world.port);
    shakeHands(connection, world).send(flood);
    connection.send(std::string{"\x88\x82\0\0\0\0\x03\xE8", 8});  // closes, too
    CHECK(connection.receiveRest().find(byFlood) != std::string::npos);
  }
  CHECK(world.logger->has(messenger::LogLevel::warning, "a client was dropped user=alice reason=flood"));
  CHECK(world.admin().get("/metrics").body.find(R"(call_server_dropped_sockets_total{reason="flood"} 7)") !=
        std::string::npos);
}

TEST_CASE("frames: a message in parts with pings between -> answered", "[call_server]") {
  ServerWorld world;
  Connection connection(world.port);
  shakeHands(connection, world);
  const std::string head{"\x01\x8D\0\0\0\0", 6};
  connection.send(head + R"({"subscribe":)" + ping + nextPart + std::string{"\x80\x8E\0\0\0\0", 6} +
                  R"("thread.team"})");
  const std::string answers = connection.receiveUntil("\"subscribed\"");
  CHECK(answers.find("\"subscribed\"") != std::string::npos);
  CHECK(answers.find("\x8A") != std::string::npos);  // a pong
}

}  // namespace call_server::tests
