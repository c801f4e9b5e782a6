#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace call_server {

/// Decodes a chunked body that arrives in pieces of any size (RFC 9112, 7.1). Holds nothing but the body:
/// chunk extensions and the fields behind the last chunk are checked, counted and dropped. Strict, because
/// whoever else reads the same bytes must find the same end: lines end with CR LF, and contain no control
/// characters. Confined.
class ChunkedBody {
 public:
  /// Limits in bytes: of the body, and of all extensions and fields together.
  ChunkedBody(std::size_t mostBody, std::size_t mostExtra) : mostBody_(mostBody), mostExtra_(mostExtra) {}

  enum class Status : std::uint8_t { more, done, malformed, bodyTooLarge, extraTooLarge };

  /// Takes the bytes that belong to the body, appends what they contain to `body`, and returns how many they
  /// were. Takes nothing more once the status is not `more`.
  std::size_t put(std::string_view bytes, std::string& body);

  [[nodiscard]] Status status() const noexcept { return status_; }

 private:
  /// What the next byte is.
  enum class Place : std::uint8_t {
    size,
    blank,  ///< between the size and a semicolon
    extension,
    sizeEnd,  ///< the LF of a size line
    data,
    dataReturn,
    dataEnd,
    fieldBegin,
    fieldName,
    fieldValue,
    fieldEnd,
    end,  ///< the LF of the empty line behind everything
  };

  std::size_t putData(std::string_view bytes, std::string& body);
  void putByte(char byte, std::size_t held);
  void putSize(char byte, std::size_t held);
  void putExtra(char byte, Place next);
  void expect(char byte, char wanted, Place next);
  void finish(Status status) noexcept { status_ = status; }
  void go(Place next) noexcept { place_ = next; }

  std::size_t mostBody_;
  std::size_t mostExtra_;
  Status status_ = Status::more;
  Place place_ = Place::size;
  std::uint64_t size_ = 0;  ///< of this chunk; then what is missing of it
  std::size_t digits_ = 0;
  std::size_t extra_ = 0;
};

}  // namespace call_server
