#include "bench/call_server/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace messenger::bench {

Client::Client(std::uint16_t port) : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("no connection");
  }
}

Client::~Client() {
  ::close(socket_);
}

void Client::send(const std::string& bytes) const {
  if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
    throw std::runtime_error("the server takes no more");
  }
}

void Client::readMore() {
  std::array<char, 4096> part{};
  const ssize_t count = ::recv(socket_, part.data(), part.size(), 0);
  if (count <= 0) throw std::runtime_error("the server has closed");
  buffer_.append(part.data(), static_cast<std::size_t>(count));
}

void Client::exchange(const std::string& request) {
  send(request);
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) readMore();
  if (buffer_.compare(9, 3, "200") != 0) throw std::runtime_error("refused: " + buffer_);
  constexpr std::string_view field = "Content-Length: ";
  const std::size_t whole = end + 4 + std::stoul(buffer_.substr(buffer_.find(field) + field.size()));
  while (buffer_.size() < whole) readMore();
  buffer_.erase(0, whole);
}

void Client::openSocket(const std::string& cookie) {
  const std::string host = "127.0.0.1:" + std::to_string(port_);
  send("GET /ws HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host +
       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nCookie: " +
       cookie + "\r\n\r\n");
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) readMore();
  if (buffer_.compare(9, 3, "101") != 0) throw std::runtime_error("refused: " + buffer_);
  buffer_.erase(0, end + 4);
  frame();
}

void Client::frame() {
  // The server's frames here are short and not masked: two bytes, then the text.
  while (buffer_.size() < 2 || buffer_.size() < 2 + static_cast<std::size_t>(buffer_[1])) readMore();
  buffer_.erase(0, 2 + static_cast<std::size_t>(buffer_[1]));
  buffer_.shrink_to_fit();
}

std::size_t residentBytes() {
  std::ifstream in("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace messenger::bench
