#include "tests/call_server/web_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace call_server::tests {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using boost::beast::error_code;

constexpr int patienceMilliseconds = 30'000;

std::string originOf(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

}  // namespace

Json Reply::json() const {
  Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_discarded()) return parsed;
  std::string text = "no JSON: " + std::to_string(status) + ' ';
  for (const auto& [name, value] : headers) text += name + ": " + value + ", ";
  throw std::runtime_error(text + body);
}

Connection::Connection(std::uint16_t port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("no connection");
  }
}

Connection::~Connection() {
  ::close(socket_);
}

void Connection::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;  // the server has had enough
    sent += static_cast<std::size_t>(count);
  }
}

std::size_t Connection::trySend(const std::string& bytes) const {
  const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

bool Connection::readSome() {
  pollfd waiting{socket_, POLLIN, 0};
  if (::poll(&waiting, 1, patienceMilliseconds) != 1) throw std::runtime_error("the server says nothing");
  std::string part(16'384, '\0');
  const ssize_t count = ::recv(socket_, part.data(), part.size(), 0);
  if (count <= 0) return false;
  buffer_.append(part, 0, static_cast<std::size_t>(count));
  return true;
}

Reply Connection::receive(bool head) {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!readSome()) throw std::runtime_error("the server closed without an answer: " + buffer_);
  }
  Reply reply;
  reply.status = std::stoi(buffer_.substr(9, 3));
  std::size_t line = buffer_.find("\r\n") + 2;
  while (line < end + 2) {
    const std::size_t stop = buffer_.find("\r\n", line);
    const std::size_t colon = buffer_.find(": ", line);
    std::string name = buffer_.substr(line, colon - line);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    reply.headers[name] = buffer_.substr(colon + 2, stop - colon - 2);
    line = stop + 2;
  }
  if (reply.headers.contains("transfer-encoding")) {
    buffer_.erase(0, end + 4);
    reply.body = receiveChunks();
    return reply;
  }
  const auto length = reply.headers.find("content-length");
  const std::size_t size = head || length == reply.headers.end() ? 0 : std::stoul(length->second);
  while (buffer_.size() < end + 4 + size) {
    if (!readSome()) throw std::runtime_error("the server closed within its answer");
  }
  reply.body = buffer_.substr(end + 4, size);
  buffer_.erase(0, end + 4 + size);
  return reply;
}

std::string Connection::receiveChunks() {
  std::string body;
  while (true) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n")) == std::string::npos) {
      if (!readSome()) throw std::runtime_error("the server closed within its answer");
    }
    const std::size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
    while (buffer_.size() < end + 4 + size) {
      if (!readSome()) throw std::runtime_error("the server closed within its answer");
    }
    body += buffer_.substr(end + 2, size);
    buffer_.erase(0, end + 4 + size);
    if (size == 0) return body;
  }
}

std::string Connection::receiveRest() {
  while (readSome()) {
  }
  return std::exchange(buffer_, {});
}

std::string Connection::receiveUntil(const std::string& text) {
  while (buffer_.find(text) == std::string::npos && readSome()) {
  }
  return std::exchange(buffer_, {});
}

bool Connection::hasAnswered() const {
  char byte = 0;
  return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

bool Connection::hasEnded() const {
  char byte = 0;
  const ssize_t count = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN);
}

bool Connection::isClosed() {
  return !readSome() && buffer_.empty();
}

Reply WebClient::request(const std::string& method, const std::string& target, const std::string& body,
                         const std::string& moreHeaders) {
  // As browsers do: one that the server has ended meanwhile is no good.
  if (connection_ && connection_->hasEnded()) connection_.reset();
  if (!connection_) connection_ = std::make_unique<Connection>(port_);
  std::string text = method + ' ' + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) + "\r\n";
  if (!cookie.empty()) text += "Cookie: " + cookie + "\r\n";
  text += moreHeaders;
  if (!body.empty() || method != "GET") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  connection_->send(text + "\r\n" + body);
  Reply reply = connection_->receive(method == "HEAD");
  if (reply.headers["connection"] == "close") connection_.reset();
  return reply;
}

WebClient& WebClient::signIn(const std::string& user) {
  const Reply reply = post("/session", Json{{"user", user}}.dump());
  if (reply.status != 200) throw std::runtime_error("no sign-in: " + reply.body);
  const std::string set = reply.headers.at("set-cookie");
  cookie = set.substr(0, set.find(';'));
  return *this;
}

struct SocketClient::Impl {
  asio::io_context io;
  websocket::stream<beast::tcp_stream> stream{io};
  beast::flat_buffer buffer;
  bool gaveUp = false;  ///< a read is still under way

  /// Waits for what was begun.
  error_code run(const std::optional<error_code>& result) {
    io.restart();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{patienceMilliseconds};
    while (!result) {
      gaveUp = io.run_one_until(deadline) == 0;
      if (gaveUp) throw std::runtime_error("the server says nothing");
    }
    return *result;
  }
  error_code read() {
    if (gaveUp) throw std::runtime_error("the server has said nothing before");
    std::optional<error_code> result;
    stream.async_read(buffer, [&](const error_code& error, std::size_t) { result = error; });
    return run(result);
  }
};

SocketClient::SocketClient(std::uint16_t port, const std::string& cookie) : impl_(std::make_unique<Impl>()) {
  auto& stream = impl_->stream;
  beast::get_lowest_layer(stream).connect({asio::ip::address_v4::loopback(), port});
  stream.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    request.set(beast::http::field::origin, originOf(port));
    request.set(beast::http::field::cookie, cookie);
  }));
  stream.handshake("127.0.0.1:" + std::to_string(port), "/ws");
}

SocketClient::SocketClient(SocketClient&&) noexcept = default;
SocketClient::~SocketClient() = default;

void SocketClient::send(const std::string& text) {
  error_code ignored;
  impl_->stream.write(asio::buffer(text), ignored);
}

Json SocketClient::next() {
  if (const error_code error = impl_->read())
    throw std::runtime_error("the socket ended: " + error.message());
  const std::string text = beast::buffers_to_string(impl_->buffer.data());
  impl_->buffer.consume(impl_->buffer.size());
  return Json::parse(text);
}

Json SocketClient::waitFor(const std::string& event) {
  while (true) {
    Json message = next();
    if (message.at("event") == event) return message;
  }
}

Json SocketClient::subscribe(const std::string& channel) {
  send(Json{{"subscribe", channel}}.dump());
  while (true) {
    Json message = next();
    const bool answers = message.at("event") == "subscribed" || message.at("event") == "refused";
    if (answers && message.at("channel") == channel) return message;
  }
}

int SocketClient::waitForClose() {
  error_code error;
  while (!(error = impl_->read())) impl_->buffer.consume(impl_->buffer.size());
  if (error != websocket::error::closed)
    throw std::runtime_error("not closed, but ended: " + error.message());
  return impl_->stream.reason().code;
}

Reply handshake(std::uint16_t port, const std::string& headers) {
  Connection connection(port);
  connection.send("GET /ws HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                  "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" +
                  headers + "\r\n");
  return connection.receive();
}

}  // namespace call_server::tests
