#include "http_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
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

constexpr std::string_view goOn = "HTTP/1.1 100 Continue\r\n\r\n";
/// Seconds after which a refused client may try again: when many do at once, and when the storage stalls.
constexpr long retrySoon = 1;
constexpr long retryLater = 5;
constexpr std::size_t mostDiscarded = std::size_t{1} << 20U;
constexpr std::chrono::seconds lingering{2};

/// The other end's address; empty when it has gone already.
std::string peerOf(const asio::ip::tcp::socket& socket) {
  beast::error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string{} : peer.address().to_string();
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
  reader_.emplace(serving_.limits);
  if (hasInput()) {
    stream_.expires_after(serving_.limits.reading);
    return takeInput();
  }
  if (serving_.stopping && !hasArrived()) return close();

  idle_ = true;
  stream_.expires_after(first_ ? serving_.limits.reading : serving_.limits.idle);
  first_ = false;
  readSome();
}

/// REQUIRES: all input was taken.
void HttpSession::readSome() {
  stream_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](const Error& error, std::size_t bytes) {
                            if (error) return self->close();
                            if (std::exchange(self->idle_, false)) {
                              self->stream_.expires_after(self->serving_.limits.reading);
                            }
                            self->begin_ = 0;
                            self->end_ = bytes;
                            self->takeInput();
                          });
}

void HttpSession::takeInput() {
  begin_ += reader_->put({input_.data() + begin_, end_ - begin_});
  switch (reader_->status()) {
    case RequestReader::Status::done:
      return onRequest();
    case RequestReader::Status::refused:
      return answerAndClose(reader_->refusal());
    case RequestReader::Status::more:
      return reader_->takeExpectation() ? sendContinue() : readSome();
  }
}

void HttpSession::sendContinue() {
  asio::async_write(stream_, asio::buffer(goOn),
                    [self = shared_from_this()](const Error& error, std::size_t) {
                      if (error) return self->close();
                      self->readSome();
                    });
}

void HttpSession::onRequest() {
  Request request = reader_->take();
  request.peer = peer_;
  request.listener = listener_;
  keepAlive_ = reader_->keepsAlive();
  head_ = request.method == "HEAD";
  // The deadline was for reading. For processing, the time in the queue and in the storage is limited.
  stream_.expires_never();
  if (request.method == "GET" && pathOf(request.target) == "/ws") return onUpgrade(request);
  if (auto response = serving_.site.answerAtOnce(request)) return answer(*std::move(response));

  const Site::Needs needs = serving_.site.needsOf(request);
  serving_.laneFor(needs).run(
      [self = shared_from_this(), request = std::move(request)] {
        self->answerLater(self->serving_.site.handle(request));
      },
      [self = shared_from_this()](Lane::Refusal why) { self->answerLater(self->refused(why)); });
}

/// From any OS thread.
void HttpSession::answerLater(Response response) {
  asio::post(stream_.get_executor(), [self = shared_from_this(), response = std::move(response)]() mutable {
    self->answer(std::move(response));
  });
}

Response HttpSession::refused(Lane::Refusal why) const {
  constexpr int status = 503;
  serving_.metrics.request("refused", status, std::chrono::nanoseconds{0});
  if (serving_.stopping) return retryReply(status, "stopping", "The server is stopping.", retryLater);
  const long seconds = why == Lane::Refusal::full ? retrySoon : retryLater;
  return retryReply(status, "busy", "The server is busy. Please try again.", seconds);
}

void HttpSession::onUpgrade(const Request& request) {
  if (reader_->hasBody() || hasInput()) {
    return answerAndClose(errorReply(400, "malformedRequest", "Nothing may follow the handshake."));
  }
  auto admitted = serving_.site.admitSocket(request);
  if (auto* refused = std::get_if<Response>(&admitted)) return answer(std::move(*refused));
  if (!beast::websocket::is_upgrade(reader_->head())) {
    return answer(errorReply(426, "upgradeRequired", "This address is for WebSocket."));
  }
  const auto session = std::make_shared<WebSocketSession>(
      std::move(stream_), serving_, std::get<Session>(std::move(admitted)), std::move(place_));
  session->start(reader_->head());
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

// Closing while the client still sends would make its system discard the answer, perhaps before it is read.
void HttpSession::linger() {
  Error ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(lingering);
  lingerEnd_.emplace(stream_.get_executor(), lingering);
  discard();
}

void HttpSession::discard() {
  stream_.async_read_some(asio::buffer(input_),
                          [self = shared_from_this()](const Error& error, std::size_t bytes) {
                            self->discarded_ += bytes;
                            if (error) return self->close();
                            if (self->discarded_ > mostDiscarded) return self->waitForEnd();
                            self->discard();
                          });
}

/// Reads no more, so that a client that never stops sending is stopped by its own system.
void HttpSession::waitForEnd() {
  stream_.expires_never();
  lingerEnd_->async_wait([self = shared_from_this()](const Error&) { self->close(); });
}

void HttpSession::close() {
  stream_.close();
}

}  // namespace call_server
