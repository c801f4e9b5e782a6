#include "bench/call_server/bare_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace messenger::bench {
namespace {

constexpr std::string_view answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

}  // namespace

BareServer::BareServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("cannot listen on 127.0.0.1");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept(); }};
}

BareServer::~BareServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (const int each : connections_) ::shutdown(each, SHUT_RDWR);
  for (std::thread& each : servers_) each.join();
  for (const int each : connections_) ::close(each);
}

void BareServer::accept() {
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    const int on = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connections_.push_back(connection);
    servers_.emplace_back([connection] { serve(connection); });
  }
}

void BareServer::serve(int connection) {
  std::array<char, 4096> part{};
  std::string request;
  while (true) {
    const ssize_t count = ::recv(connection, part.data(), part.size(), 0);
    if (count <= 0) return;
    request.append(part.data(), static_cast<std::size_t>(count));
    if (!std::string_view{request}.ends_with("\r\n\r\n")) continue;
    request.clear();
    if (::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
  }
}

}  // namespace messenger::bench
