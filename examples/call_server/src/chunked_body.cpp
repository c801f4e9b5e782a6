#include "chunked_body.hpp"

#include <algorithm>

#include "http_text.hpp"

namespace call_server {
namespace {

/// More would only be leading zeros.
constexpr std::size_t mostHexDigits = 16;

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::size_t ChunkedBody::put(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && status_ == Status::more) {
    if (place_ == Place::data) {
      used += putData(bytes.substr(used), body);
    } else {
      putByte(bytes[used++], body.size());
    }
  }
  return used;
}

std::size_t ChunkedBody::putData(std::string_view bytes, std::string& body) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size()));
  body.append(bytes, 0, count);
  size_ -= count;
  if (size_ == 0) place_ = Place::dataReturn;
  return count;
}

void ChunkedBody::putByte(char byte, std::size_t held) {
  switch (place_) {
    case Place::size:
      return putSize(byte, held);
    case Place::blank:
      if (byte == ';') return putExtra(byte, Place::extension);
      return isBlank(byte) ? putExtra(byte, Place::blank) : finish(Status::malformed);
    case Place::extension:
      return byte == '\r' ? go(Place::sizeEnd) : putExtra(byte, Place::extension);
    case Place::sizeEnd:
      digits_ = 0;
      return expect(byte, '\n', size_ == 0 ? Place::fieldBegin : Place::data);
    case Place::data:
      return;
    case Place::dataReturn:
      return expect(byte, '\r', Place::dataEnd);
    case Place::dataEnd:
      return expect(byte, '\n', Place::size);
    case Place::fieldBegin:
      if (byte == '\r') return go(Place::end);
      return isTokenChar(byte) ? putExtra(byte, Place::fieldName) : finish(Status::malformed);
    case Place::fieldName:
      if (byte == ':') return putExtra(byte, Place::fieldValue);
      return isTokenChar(byte) ? putExtra(byte, Place::fieldName) : finish(Status::malformed);
    case Place::fieldValue:
      return byte == '\r' ? go(Place::fieldEnd) : putExtra(byte, Place::fieldValue);
    case Place::fieldEnd:
      return expect(byte, '\n', Place::fieldBegin);
    case Place::end:
      return byte == '\n' ? finish(Status::done) : finish(Status::malformed);
  }
}

void ChunkedBody::putSize(char byte, std::size_t held) {
  if (const int digit = hexDigit(byte); digit >= 0) {
    if (++digits_ > mostHexDigits) return finish(Status::malformed);
    size_ = size_ * 16 + static_cast<std::uint64_t>(digit);
    if (size_ > mostBody_ - held) finish(Status::bodyTooLarge);
    return;
  }
  if (digits_ == 0) return finish(Status::malformed);
  if (byte == '\r') {
    go(Place::sizeEnd);
  } else if (byte == ';') {
    putExtra(byte, Place::extension);
  } else if (isBlank(byte)) {
    putExtra(byte, Place::blank);
  } else {
    finish(Status::malformed);
  }
}

void ChunkedBody::putExtra(char byte, Place next) {
  if (isControl(byte)) return finish(Status::malformed);
  if (++extra_ > mostExtra_) return finish(Status::extraTooLarge);
  place_ = next;
}

void ChunkedBody::expect(char byte, char wanted, Place next) {
  if (byte != wanted) return finish(Status::malformed);
  place_ = next;
}

}  // namespace call_server
