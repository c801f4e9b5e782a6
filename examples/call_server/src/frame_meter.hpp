#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace call_server {

/// Counts the frames in the bytes that a WebSocket client sends (RFC 6455, 5.2): messages, parts of messages
/// and control frames alike, also those without any content. Confined.
class FrameMeter {
 public:
  /// How many frames begin in these bytes, which follow the ones before.
  std::size_t count(std::string_view bytes) noexcept;

 private:
  enum class Place : std::uint8_t { first, length, rest, content };

  void putLength(unsigned char byte) noexcept;
  void putRest(unsigned char byte) noexcept;

  Place place_ = Place::first;
  std::uint64_t content_ = 0;  ///< what is missing of a frame's content
  unsigned lengthBytes_ = 0;   ///< what is missing of its longer length
  unsigned maskBytes_ = 0;     ///< what is missing of its mask
};

}  // namespace call_server
