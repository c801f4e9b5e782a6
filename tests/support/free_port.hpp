#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>

namespace messenger::inline v0::testing {

/// A port of the loopback address that nobody uses now. Another process may take it before a server does.
inline std::uint16_t freePort() {
  const int asked = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  const bool got = ::bind(asked, plain, length) == 0 && ::getsockname(asked, plain, &length) == 0;
  ::close(asked);
  if (!got) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

}  // namespace messenger::testing
