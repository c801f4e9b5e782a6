#include "http_session.hpp"

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <string>
#include <utility>
#include <variant>

#include "websocket_session.hpp"

namespace call_server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr std::size_t firstRead = 2048;
constexpr std::size_t mostDiscarded = std::size_t{1} << 20U;
constexpr std::chrono::seconds lingering{2};

std::string text(beast::string_view view) {
  return {view.data(), view.size()};
}

/// The other end's address; empty when it has gone already.
std::string peerOf(const asio::ip::tcp::socket& socket) {
  beast::error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string{} : peer.address().to_string();
}

/// All headers of that name as one list.
std::string listOf(const http::request<http::string_body>& message, beast::string_view name) {
  std::string list;
  const auto [begin, end] = message.equal_range(name);
  for (auto each = begin; each != end; ++each) {
    if (!list.empty()) list += ", ";
    list += text(each->value());
  }
  return list;
}

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, Serving& serving, Connections::Place place,
                         Listener listener)
    : stream_(std::move(socket)),
      serving_(serving),
      place_(std::move(place)),
      listener_(listener),
      connections_(serving.connectionsOf(listener)),
      peer_(peerOf(stream_.socket())) {}

HttpSession::~HttpSession() {
  connections_.remove(this);
}

void HttpSession::start() {
  connections_.add(this, weak_from_this());
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] { self->readNext(); });
}

void HttpSession::stopSoon() {
  asio::post(stream_.get_executor(), [self = shared_from_this()] {
    // Cancelled, not closed: data that was read and waits for this strand stays valid.
    if (self->idle_ && !self->hasArrived()) self->stream_.cancel();
  });
}

// A request that has arrived is answered, even if it has not been processed yet.
bool HttpSession::hasArrived() const {
  Error ignored;
  return stream_.socket().available(ignored) > 0;
}

// The first byte has a longer limit; from then on one deadline holds for the whole request, even if it
// arrives in small parts.
void HttpSession::readNext() {
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(serving_.limits.header));
  parser_->body_limit(serving_.limits.body);
  if (buffer_.size() > 0) return readRequest();
  if (serving_.stopping && !hasArrived()) return close();

  idle_ = true;
  stream_.expires_after(first_ ? serving_.limits.reading : serving_.limits.idle);
  first_ = false;
  stream_.async_read_some(buffer_.prepare(firstRead),
                          [self = shared_from_this()](const Error& error, std::size_t bytes) {
                            self->idle_ = false;
                            if (error) return self->close();
                            self->buffer_.commit(bytes);
                            self->readRequest();
                          });
}

void HttpSession::readRequest() {
  stream_.expires_after(serving_.limits.reading);
  http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](const Error& error, std::size_t) {
    if (error) return self->onReadError(error);
    self->onRequest();
  });
}

void HttpSession::onReadError(const Error& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return answerAndClose(errorReply(431, "headerTooLarge", "The request's header is too large."));
  }
  if (error == http::error::body_limit) {
    return answerAndClose(errorReply(413, "tooLarge", "The request's body is too large."));
  }
  const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
  if (!ended && error.category() == make_error_code(http::error::bad_method).category()) {
    return answerAndClose(errorReply(400, "malformedRequest", "This is not an HTTP request."));
  }
  close();
}

Request HttpSession::received() const {
  const auto& message = parser_->get();
  Request request;
  request.method = text(message.method_string());
  request.target = text(message.target());
  request.host = text(message[http::field::host]);
  request.origin = text(message[http::field::origin]);
  request.cookie = text(message[http::field::cookie]);
  request.fetchSite = text(message["Sec-Fetch-Site"]);
  request.forwardedFor = listOf(message, "X-Forwarded-For");
  request.peer = peer_;
  request.listener = listener_;
  return request;
}

void HttpSession::onRequest() {
  Request request = received();
  if (request.method == "GET" && pathOf(request.target) == "/ws") return onUpgrade(request);
  keepAlive_ = parser_->get().keep_alive();
  head_ = request.method == "HEAD";
  request.body = std::move(parser_->get().body());
  // The deadline was for reading; processing the request has no limit.
  stream_.expires_never();
  if (Site::isQuick(request)) return answer(serving_.site.handle(request));

  const bool taken =
      serving_.runBlocking([self = shared_from_this(), request = std::move(request)]() mutable {
        Response response = self->serving_.site.handle(request);
        asio::post(self->stream_.get_executor(),
                   [self, response = std::move(response)]() mutable { self->answer(std::move(response)); });
      });
  if (!taken) answer(retryReply(503, "busy", "The server is busy. Please try again.", 1));
}

void HttpSession::onUpgrade(const Request& request) {
  keepAlive_ = parser_->get().keep_alive();
  stream_.expires_never();
  auto admitted = serving_.site.admitSocket(request);
  if (auto* refused = std::get_if<Response>(&admitted)) return answer(std::move(*refused));
  if (!beast::websocket::is_upgrade(parser_->get())) {
    return answer(errorReply(426, "upgradeRequired", "This address is for WebSocket."));
  }
  const auto session = std::make_shared<WebSocketSession>(
      std::move(stream_), serving_, std::get<Session>(std::move(admitted)), std::move(place_));
  session->start(parser_->release());
}

void HttpSession::answerAndClose(Response response) {
  keepAlive_ = false;
  head_ = false;
  serving_.metrics.request("unread", response.status, std::chrono::nanoseconds{0});
  answer(std::move(response));
}

void HttpSession::answer(Response response) {
  if (serving_.stopping) keepAlive_ = false;
  auto& out = response_.emplace();
  out.version(11);
  out.result(static_cast<unsigned>(response.status));
  out.keep_alive(keepAlive_);
  out.set("X-Content-Type-Options", "nosniff");
  bool cacheSaid = false;
  for (const auto& [name, value] : response.headers) {
    cacheSaid = cacheSaid || name == "Cache-Control";
    out.insert(name, value);
  }
  if (!cacheSaid) out.set(http::field::cache_control, "no-store");
  if (response.status != 204) {
    out.set(http::field::content_type, response.contentType);
    out.content_length(response.body.size());
    if (!head_) out.body() = std::move(response.body);
  }
  stream_.expires_after(serving_.limits.writing);
  http::async_write(stream_, *response_, [self = shared_from_this()](const Error& error, std::size_t) {
    if (error) return self->close();
    self->afterWrite();
  });
}

void HttpSession::afterWrite() {
  response_.reset();
  if (keepAlive_) return readNext();
  linger();
}

// Closing while the client still sends would make its system discard the answer.
void HttpSession::linger() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(lingering);
  discard();
}

void HttpSession::discard() {
  buffer_.consume(buffer_.size());
  stream_.async_read_some(buffer_.prepare(firstRead),
                          [self = shared_from_this()](const Error& error, std::size_t bytes) {
                            self->discarded_ += bytes;
                            if (error || self->discarded_ > mostDiscarded) return self->close();
                            self->discard();
                          });
}

void HttpSession::close() {
  stream_.close();
}

}  // namespace call_server
