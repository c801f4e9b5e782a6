// Bytes of a WebSocket client: its frames are counted the same however they are cut into pieces, and as often
// as a plain reading of RFC 6455 finds them. The content of each short one is read as a message, and then all
// bytes together are: a channel comes out of a JSON object only.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "frame_meter.hpp"
#include "socket_message.hpp"

namespace call_server {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void checkMessage(std::string_view text) {
  const SocketMessage message = parseSocketMessage(text);
  require(message.channel.empty() == (message.verb == SocketMessage::Verb::malformed),
          "a verb has a channel");
  if (message.channel.empty()) return;
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const char* name = message.verb == SocketMessage::Verb::subscribe ? "subscribe" : "unsubscribe";
  require(json.is_object() && json.value(name, nlohmann::json{}) == message.channel, "it was asked for");
}

/// All bytes are there, so it can look ahead.
std::size_t countPlainly(std::string_view bytes) {
  std::size_t frames = 0;
  while (!bytes.empty()) {
    ++frames;
    if (bytes.size() < 2) break;
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned length = at(1) & 0x7fU;
    const std::size_t more = length == 127 ? 8 : length == 126 ? 2 : 0;
    const std::size_t header = 2 + more + (at(1) >= 0x80 ? 4 : 0);
    if (bytes.size() < header) break;
    std::uint64_t content = more == 0 ? length : 0;
    for (std::size_t i = 0; i < more; ++i) content = (content << 8U) | at(2 + i);
    bytes.remove_prefix(header);
    const std::string_view text = bytes.substr(0, std::min<std::uint64_t>(content, bytes.size()));
    checkMessage(text);
    bytes.remove_prefix(text.size());
  }
  return frames;
}

std::size_t countPieces(std::string_view bytes, std::size_t piece) {
  FrameMeter meter;
  std::size_t frames = 0;
  for (std::size_t at = 0; at < bytes.size(); at += piece) frames += meter.count(bytes.substr(at, piece));
  return frames;
}

}  // namespace
}  // namespace call_server

/// The first byte is how large the pieces are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_server;
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t frames = countPlainly(bytes);
  require(countPieces(bytes, bytes.size() + 1) == frames, "at once");
  require(countPieces(bytes, 1) == frames, "byte by byte");
  require(countPieces(bytes, std::size_t{data[0]} + 1) == frames, "in pieces");
  checkMessage(bytes);
  return 0;
}
