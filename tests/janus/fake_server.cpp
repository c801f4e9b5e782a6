#include "tests/janus/fake_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace messenger::tests {
namespace {

/// Waits until there is something to read; false when the server stops first.
bool waitFor(int socket, const std::atomic<bool>& stopping) {
  pollfd watched{socket, POLLIN, 0};
  while (!stopping) {
    if (::poll(&watched, 1, 20) > 0) return true;
  }
  return false;
}

void sendAll(int socket, const std::string& bytes, const std::atomic<bool>& stopping) {
  std::size_t sent = 0;
  while (sent < bytes.size() && !stopping) {
    const ssize_t done = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (done <= 0) return;
    sent += static_cast<std::size_t>(done);
  }
}

}  // namespace

FakeServer::FakeServer(Script script) : script_(std::move(script)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, plain, length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, plain, &length) != 0) {
    throw std::runtime_error("the fake server cannot listen");
  }
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { listen(); });
}

FakeServer::~FakeServer() {
  stopping_ = true;
  accepting_.join();
  for (std::thread& each : threads_) each.join();
  ::close(listener_);
}

std::string FakeServer::address() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/admin";
}

std::vector<std::string> FakeServer::bodies() const {
  const std::lock_guard lock(mutex_);
  return bodies_;
}

std::string FakeServer::http(const std::string& body, const std::string& status) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string FakeServer::success(const std::string& posted, const std::string& answer) {
  const std::string key = "\"transaction\":\"";
  const std::size_t begin = posted.find(key) + key.size();
  const std::string transaction = posted.substr(begin, posted.find('"', begin) - begin);
  return http(R"({"janus":"success","transaction":")" + transaction + R"(","response":)" + answer + "}");
}

void FakeServer::listen() {
  while (waitFor(listener_, stopping_)) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    threads_.emplace_back([this, connection, number = ++connections_] {
      serve(connection, number);
      ::close(connection);
    });
  }
}

void FakeServer::serve(int connection, std::size_t number) {
  std::string rest;
  std::string body;
  for (std::size_t request = 1; readRequest(connection, rest, body); ++request) {
    {
      const std::lock_guard lock(mutex_);
      bodies_.push_back(body);
    }
    const Answer answer = script_(number, request, body);
    sendAll(connection, answer.bytes, stopping_);
    if (answer.hang) {
      std::array<char, 1> nothing{};
      // Until the other side has had enough.
      while (waitFor(connection, stopping_) && ::recv(connection, nothing.data(), 1, 0) > 0) {
      }
      return;
    }
    if (!answer.keepOpen) return;
  }
}

bool FakeServer::readRequest(int connection, std::string& rest, std::string& body) const {
  const std::string lengthKey = "Content-Length: ";
  while (true) {
    const std::size_t head = rest.find("\r\n\r\n");
    const std::size_t at = rest.find(lengthKey);
    if (head != std::string::npos && at < head) {
      const std::size_t length = std::stoul(rest.substr(at + lengthKey.size()));
      if (rest.size() >= head + 4 + length) {
        body = rest.substr(head + 4, length);
        rest.erase(0, head + 4 + length);
        return true;
      }
    }
    std::array<char, 4096> bytes{};
    if (!waitFor(connection, stopping_)) return false;
    const ssize_t got = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    rest.append(bytes.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace messenger::tests
