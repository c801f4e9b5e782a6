#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "chunked_body.hpp"
#include "http_message.hpp"
#include "settings.hpp"

namespace call_server {

/// Reads one request from bytes that arrive in pieces of any size; knows no socket. Beast parses the fields.
/// This class decides where the request ends and for whom it is, and refuses whatever another recipient of
/// the same bytes, such as a proxy, might read differently (RFC 9112, 3.2, 5.2, 6.3 and 11.2). Confined.
///
/// Holds at most `Limits::header` bytes of the head, with at most `Limits::fields` fields, and `Limits::body`
/// bytes of the body.
class RequestReader {
 public:
  using Head = boost::beast::http::request<boost::beast::http::empty_body>;

  /// The limits must outlive it.
  explicit RequestReader(const Limits& limits) : limits_(limits) {}

  enum class Status : std::uint8_t { more, done, refused };

  /// Takes the bytes that belong to the request, and returns how many they were. Takes nothing more once the
  /// status is not `more`; bytes behind a refused request mean nothing.
  std::size_t put(std::string_view bytes);

  [[nodiscard]] Status status() const noexcept { return status_; }

  /// Whether the client waits for `100 Continue` before it sends the body; true once.
  [[nodiscard]] bool takeExpectation() noexcept;

  // When it is done:

  /// The request, without `peer` and `listener`. Call it once.
  [[nodiscard]] Request take() { return std::move(request_); }
  /// Whether the client may send another request afterwards.
  [[nodiscard]] bool keepsAlive() const noexcept { return keepsAlive_; }
  [[nodiscard]] bool hasBody() const noexcept { return hasBody_; }
  /// All fields as they came, for the handshake of a WebSocket.
  [[nodiscard]] const Head& head() const noexcept { return head_; }

  // When it is refused:

  [[nodiscard]] Response refusal() const { return refusal_; }

 private:
  std::size_t putHead(std::string_view bytes);
  std::size_t putBody(std::string_view bytes);
  bool putHeadByte(char byte);
  void readHead();
  void readTarget();
  void readHost();
  void readLength();
  void readCoding();
  void readExpectation();
  void beginBody();
  void judgeChunks();
  void refuse(Response why);
  void refuseMalformed(std::string_view why);
  [[nodiscard]] bool isOld() const noexcept { return head_.version() < 11; }

  const Limits& limits_;
  Status status_ = Status::more;
  Response refusal_;

  std::string raw_;  ///< the head, until it is complete
  std::size_t column_ = 0;
  std::size_t lines_ = 0;
  bool hasHead_ = false;
  Head head_;

  Request request_;
  bool keepsAlive_ = false;
  bool expects_ = false;
  bool hasBody_ = false;
  std::size_t length_ = 0;  ///< what is missing of a body without chunks
  std::optional<ChunkedBody> chunks_;
};

}  // namespace call_server
