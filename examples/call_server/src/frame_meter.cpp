#include "frame_meter.hpp"

#include <algorithm>

namespace call_server {

std::size_t FrameMeter::count(std::string_view bytes) noexcept {
  std::size_t frames = 0;
  while (!bytes.empty()) {
    if (place_ == Place::content) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(content_, bytes.size()));
      bytes.remove_prefix(skipped);
      content_ -= skipped;
      if (content_ == 0) place_ = Place::first;
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (place_ == Place::first) {
      ++frames;
      place_ = Place::length;
    } else if (place_ == Place::length) {
      putLength(byte);
    } else {
      putRest(byte);
    }
  }
  return frames;
}

void FrameMeter::putLength(unsigned char byte) noexcept {
  constexpr unsigned char maskBit = 0x80;
  constexpr unsigned char twoMore = 126;
  constexpr unsigned char eightMore = 127;
  const unsigned length = byte & 0x7fU;
  maskBytes_ = (byte & maskBit) != 0 ? 4 : 0;
  lengthBytes_ = length == twoMore ? 2 : length == eightMore ? 8 : 0;
  content_ = lengthBytes_ > 0 ? 0 : length;
  place_ = Place::rest;
  if (lengthBytes_ + maskBytes_ == 0) place_ = content_ > 0 ? Place::content : Place::first;
}

void FrameMeter::putRest(unsigned char byte) noexcept {
  if (lengthBytes_ > 0) {
    content_ = (content_ << 8U) | byte;
    --lengthBytes_;
  } else {
    --maskBytes_;
  }
  if (lengthBytes_ + maskBytes_ == 0) place_ = content_ > 0 ? Place::content : Place::first;
}

}  // namespace call_server
