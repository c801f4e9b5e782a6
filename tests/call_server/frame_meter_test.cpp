#include "frame_meter.hpp"

#include <string>

#include "socket_message.hpp"
#include "tests/support/catch.hpp"

namespace call_server {
namespace {

std::string frame(std::string_view header, std::size_t content) {
  return std::string{header} + std::string(content, '\x89');
}

}  // namespace

TEST_CASE("frame meter: frames of every length and kind in any pieces -> each counted once",
          "[call_server][unit]") {
  using namespace std::string_view_literals;
  const std::string all = frame("\x81\x80maskd"sv.substr(0, 6), 0) + frame("\x81\x85mask"sv, 5) +
                          frame("\x81\x05"sv, 5) + frame("\x89\x00"sv, 0) +
                          frame("\x82\xFE\x01\x00mask"sv, 256) + frame("\x82\x7E\x00\x00"sv, 0) +
                          frame("\x82\xFF\x00\x00\x00\x00\x00\x01\x00\x00mask"sv, 65'536) +
                          frame("\x00\x80mask"sv, 0) + frame("\x8A\x80mask"sv, 0);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{13}, all.size()}) {
    FrameMeter meter;
    std::size_t frames = 0;
    for (std::size_t at = 0; at < all.size(); at += piece) {
      frames += meter.count(std::string_view{all}.substr(at, piece));
    }
    CHECK(frames == 9);
  }
  FrameMeter huge;
  CHECK(huge.count("\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFmask"sv) == 1);
  CHECK(huge.count(std::string(1000, '\x81')) == 0);  // content
}

TEST_CASE("socket message: a verb with a channel -> read and anything else is malformed",
          "[call_server][unit]") {
  using Verb = SocketMessage::Verb;
  CHECK(parseSocketMessage(R"({"subscribe":"thread.team"})").verb == Verb::subscribe);
  CHECK(parseSocketMessage(R"({"x":1,"unsubscribe":"call.1"})").verb == Verb::unsubscribe);
  CHECK(parseSocketMessage(R"({"x":1,"unsubscribe":"call.1"})").channel == "call.1");
  CHECK(parseSocketMessage(R"({"subscribe":1,"unsubscribe":"call.1"})").verb == Verb::unsubscribe);
  for (const char* text :
       {"", "{", "{}", "[]", "null", "\"subscribe\"", R"({"subscribe":""})", R"({"subscribe":null})",
        R"({"subscribe":["x"]})", "{\"subscribe\":\"\xff\"}", R"({"subscribe":"x"} x)"}) {
    INFO(text);
    CHECK(parseSocketMessage(text).verb == Verb::malformed);
    CHECK(parseSocketMessage(text).channel.empty());
  }
}

}  // namespace call_server
