#include "request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/parser.hpp>
#include <charconv>
#include <utility>

#include "http_text.hpp"

namespace call_server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

/// Nineteen digits cannot overflow; more would only be leading zeros.
constexpr std::size_t mostDigits = 19;
constexpr std::size_t mostPortDigits = 5;

std::string_view view(beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

bool sameIgnoringCase(std::string_view one, std::string_view other) noexcept {
  return beast::iequals({one.data(), one.size()}, {other.data(), other.size()});
}

bool areDigits(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), isDigit);
}

bool isHostName(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return isLetter(c) || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
}

bool isAddress(std::string_view text) noexcept {
  return text.find(':') != std::string_view::npos && std::all_of(text.begin(), text.end(), [](char c) {
           return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
         });
}

/// `name` or `[address]`, with or without a port.
bool isHost(std::string_view text) noexcept {
  std::size_t end = text.find(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos || !isAddress(text.substr(1, bracket - 1))) return false;
    end = bracket + 1;
  } else if (!isHostName(text.substr(0, end))) {
    return false;
  }
  if (end >= text.size()) return true;
  const std::string_view port = text.substr(end + 1);
  return text[end] == ':' && port.size() <= mostPortDigits && areDigits(port);
}

/// The scheme is taken off.
bool takeScheme(std::string_view& target) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (sameIgnoringCase(target.substr(0, scheme.size()), scheme)) {
      target.remove_prefix(scheme.size());
      return true;
    }
  }
  return false;
}

/// All fields of that name as one list.
std::string listOf(const RequestReader::Head& head, beast::string_view name) {
  std::string list;
  const auto [begin, end] = head.equal_range(name);
  for (auto each = begin; each != end; ++each) {
    if (!list.empty()) list += ", ";
    list += view(each->value());
  }
  return list;
}

}  // namespace

std::size_t RequestReader::put(std::string_view bytes) {
  std::size_t used = 0;
  if (!hasHead_) used = putHead(bytes);
  if (hasHead_ && status_ == Status::more) used += putBody(bytes.substr(used));
  return used;
}

std::size_t RequestReader::putHead(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && status_ == Status::more) {
    if (!putHeadByte(bytes[used++])) continue;
    readHead();
    break;
  }
  return used;
}

/// Returns whether the head is complete. Refuses lines that not everybody ends at the same place.
bool RequestReader::putHeadByte(char byte) {
  const bool afterReturn = raw_.ends_with('\r');
  if (raw_.size() >= limits_.header) {
    refuse(errorReply(431, "headerTooLarge", "The request's header is too large."));
    return false;
  }
  raw_ += byte;
  if (afterReturn != (byte == '\n') || (isControl(byte) && byte != '\r' && byte != '\n')) {
    refuseMalformed("Each line of a request ends with CR LF, and contains no control characters.");
    return false;
  }
  if (byte == '\n') {
    const bool isEmpty = column_ == 1;
    column_ = 0;
    if (isEmpty && lines_ > 0) return true;
    if (++lines_ > limits_.fields + 1) {
      refuse(errorReply(431, "headerTooLarge", "The request's header has too many fields."));
    }
    return false;
  }
  if (column_++ == 0 && isBlank(byte)) refuseMalformed("No line of a request begins with a blank.");
  return false;
}

void RequestReader::readHead() {
  hasHead_ = true;
  http::request_parser<http::empty_body> parser;
  parser.skip(true);
  parser.header_limit(static_cast<std::uint32_t>(raw_.size()) + 1);
  beast::error_code error;
  parser.put(boost::asio::buffer(raw_), error);
  if (error || !parser.is_header_done()) return refuseMalformed("This is not an HTTP request.");
  head_ = parser.release();
  std::string{}.swap(raw_);

  for (const http::field once :
       {http::field::host, http::field::content_length, http::field::transfer_encoding, http::field::origin,
        http::field::cookie, http::field::expect}) {
    if (head_.count(once) > 1) {
      return refuseMalformed("The request has twice the field " + std::string{view(to_string(once))} + '.');
    }
  }
  keepsAlive_ = head_.keep_alive();
  request_.method = view(head_.method_string());
  request_.origin = view(head_[http::field::origin]);
  request_.cookie = view(head_[http::field::cookie]);
  request_.fetchSite = view(head_["Sec-Fetch-Site"]);
  request_.forwardedFor = listOf(head_, "X-Forwarded-For");
  readHost();
  if (status_ == Status::more) readTarget();
  if (status_ == Status::more) readCoding();
  if (status_ == Status::more) readLength();
  if (status_ == Status::more) readExpectation();
  if (status_ == Status::more) beginBody();
}

void RequestReader::readHost() {
  request_.host = view(head_[http::field::host]);
  const bool mayLack = isOld() && head_.count(http::field::host) == 0;
  if (!mayLack && !isHost(request_.host)) refuseMalformed("The request must say for which host it is.");
}

/// A target with scheme and host is for that host, whatever the field says.
void RequestReader::readTarget() {
  std::string_view target = view(head_.target());
  if (takeScheme(target)) {
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    request_.host = target.substr(0, end);
    target.remove_prefix(end);
    request_.target = target.starts_with('/') ? "" : "/";
    if (!isHost(request_.host)) return refuseMalformed("The request's target has no valid host.");
  }
  request_.target += target;
  const bool isAsterisk = request_.target == "*" && request_.method == "OPTIONS";
  const bool isPath = request_.target.starts_with('/') && request_.target.find('#') == std::string::npos;
  if (!isAsterisk && !isPath) refuseMalformed("The request's target is not a path.");
}

void RequestReader::readCoding() {
  const auto coding = head_.find(http::field::transfer_encoding);
  if (coding == head_.end()) return;
  const bool hasLength = head_.count(http::field::content_length) > 0;
  if (isOld() || hasLength || !sameIgnoringCase(view(coding->value()), "chunked")) {
    return refuseMalformed("A body is either chunked, or has a length.");
  }
  chunks_.emplace(limits_.body, limits_.header);
}

void RequestReader::readLength() {
  const auto field = head_.find(http::field::content_length);
  if (field == head_.end()) return;
  const std::string_view text = view(field->value());
  if (text.empty() || text.size() > mostDigits || !areDigits(text)) {
    return refuseMalformed("The length of the body must be one number.");
  }
  std::uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  if (length > limits_.body) {
    return refuse(errorReply(413, "tooLarge", "The request's body is too large."));
  }
  length_ = static_cast<std::size_t>(length);
}

void RequestReader::readExpectation() {
  const auto field = head_.find(http::field::expect);
  if (field == head_.end() || isOld()) return;
  expects_ = sameIgnoringCase(view(field->value()), "100-continue");
  if (!expects_) refuse(errorReply(417, "expectationFailed", "The server cannot meet this expectation."));
}

void RequestReader::beginBody() {
  hasBody_ = chunks_ || length_ > 0;
  if (!hasBody_) status_ = Status::done;
}

std::size_t RequestReader::putBody(std::string_view bytes) {
  if (!bytes.empty()) expects_ = false;
  if (chunks_) {
    const std::size_t used = chunks_->put(bytes, request_.body);
    judgeChunks();
    return used;
  }
  const std::size_t used = std::min(length_, bytes.size());
  request_.body.append(bytes, 0, used);
  length_ -= used;
  if (length_ == 0) status_ = Status::done;
  return used;
}

void RequestReader::judgeChunks() {
  switch (chunks_->status()) {
    case ChunkedBody::Status::more:
      return;
    case ChunkedBody::Status::done:
      status_ = Status::done;
      return;
    case ChunkedBody::Status::malformed:
      return refuseMalformed("The chunks of the body are broken.");
    case ChunkedBody::Status::bodyTooLarge:
      return refuse(errorReply(413, "tooLarge", "The request's body is too large."));
    case ChunkedBody::Status::extraTooLarge:
      return refuse(errorReply(431, "headerTooLarge",
                               "The chunk extensions or the fields after the body are too large."));
  }
}

bool RequestReader::takeExpectation() noexcept {
  return status_ == Status::more && hasHead_ && std::exchange(expects_, false);
}

void RequestReader::refuse(Response why) {
  status_ = Status::refused;
  refusal_ = std::move(why);
}

void RequestReader::refuseMalformed(std::string_view why) {
  refuse(errorReply(400, "malformedRequest", why));
}

}  // namespace call_server
