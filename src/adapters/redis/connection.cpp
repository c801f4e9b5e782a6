#include "adapters/redis/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace messenger::inline v0::redis {
namespace {

constexpr std::size_t blockBytes = 16'384;

struct AddressesDeleter {
  void operator()(addrinfo* addresses) const noexcept { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesDeleter>;

std::string reason(int error) {
  return std::generic_category().message(error);
}

Addresses resolved(const Address& address) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = ::getaddrinfo(address.host().c_str(), address.port().c_str(), &hints, &found);
  if (status != 0) throw ConnectionLost(fmt::format("no such host: {}", ::gai_strerror(status)));
  return Addresses(found);
}

/// A server that vanishes is noticed although nobody sends anything.
void setOptions(int socket) {
  const auto set = [socket](int level, int name, int value) {
    static_cast<void>(::setsockopt(socket, level, name, &value, sizeof value));
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

void append(std::string& bytes, const Command& command) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  arguments.reserve(command.size());
  sizes.reserve(command.size());
  for (const std::string_view each : command) {
    arguments.push_back(each.data() == nullptr ? "" : each.data());
    sizes.push_back(each.size());
  }
  char* formatted = nullptr;
  const int size =
      ::redisFormatCommandArgv(&formatted, static_cast<int>(command.size()), arguments.data(), sizes.data());
  if (size < 0) throw ConnectionLost("no memory for a command");
  bytes.append(formatted, static_cast<std::size_t>(size));
  ::redisFreeCommand(formatted);
}

}  // namespace

Connection::Connection(const Address& address, Deadline until)
    : address_(address), reader_(::redisReaderCreate()) {
  if (!reader_) throw ConnectionLost("no memory for a connection");
  try {
    connect(until);
    if (address.tls() != Address::Tls::none) shakeHands(until);
    enter(until);
  } catch (...) {
    if (socket_ >= 0) ::close(socket_);
    throw;
  }
}

Connection::~Connection() {
  ::close(socket_);
}

void Connection::connect(Deadline until) {
  const Addresses addresses = resolved(address_);
  std::string why = "no address";
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    socket_ = ::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) throw ConnectionLost(fmt::format("no socket: {}", reason(errno)));
    int error = ::connect(socket_, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      wait(POLLOUT, until);
      socklen_t size = sizeof error;
      ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) {
      setOptions(socket_);
      becomePatient();
      return;
    }
    why = reason(error);
    ::close(std::exchange(socket_, -1));
  }
  throw ConnectionLost(fmt::format("no connection: {}", why));
}

/// From now on reading may wait by itself: one system call for each answer instead of two.
void Connection::becomePatient() {
  using std::chrono::microseconds;
  const int flags = ::fcntl(socket_, F_GETFL);
  const microseconds most = microseconds{address_.options().timeLimit} * 3 / 4;
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(most.count() / 1'000'000);
  limit.tv_usec = static_cast<suseconds_t>(most.count() % 1'000'000);
  if (::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0 ||
      ::fcntl(socket_, F_SETFL, flags & ~O_NONBLOCK) != 0) {
    return;  // it goes on as it is: asked first whether there is anything to read
  }
  patience_ = most;
}

void Connection::shakeHands(Deadline until) {
  try {
    auto tls = std::make_unique<TlsSession>(address_);
    while (true) {
      const bool done = tls->shakeHands();
      if (const std::string bytes = tls->toWire(); !bytes.empty()) write(bytes, until);
      if (done) break;
      wait(POLLIN, until);
      std::array<char, blockBytes> block;
      const ssize_t size = ::recv(socket_, block.data(), block.size(), MSG_DONTWAIT);
      if (size == 0) throw ConnectionLost("the server has closed the connection: does it speak TLS?");
      if (size > 0) tls->fromWire({block.data(), static_cast<std::size_t>(size)});
    }
    tls_ = std::move(tls);
  } catch (const ConnectionFailed&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw ConnectionLost(address_.shown(error.what()));
  }
}

void Connection::enter(Deadline until) {
  if (!address_.password().empty()) {
    Command command{"AUTH"};
    if (!address_.user().empty()) command.emplace_back(address_.user());
    command.emplace_back(address_.password());
    static_cast<void>(ask(command, until));
  }
  if (address_.database() != 0) {
    const std::string database = std::to_string(address_.database());
    static_cast<void>(ask({"SELECT", database}, until));
  }
}

void Connection::send(const std::vector<Command>& commands, Deadline until) {
  std::string bytes;
  for (const Command& each : commands) append(bytes, each);
  if (!tls_) return write(bytes, until);
  try {
    tls_->encrypt(bytes);
    bytes = tls_->toWire();
  } catch (const std::runtime_error& error) {
    throw ConnectionLost(address_.shown(error.what()));
  }
  write(bytes, until);
}

void Connection::write(std::string_view bytes, Deadline until) {
  while (!bytes.empty()) {
    const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(POLLOUT, until);
    } else if (errno != EINTR) {
      throw ConnectionLost(fmt::format("the connection is lost: {}", reason(errno)));
    }
  }
}

bool Connection::read(int flags) {
  std::array<char, blockBytes> block;
  const ssize_t size = ::recv(socket_, block.data(), block.size(), flags);
  if (size == 0) throw ConnectionLost("the server has closed the connection");
  if (size < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return false;
    throw ConnectionLost(fmt::format("the connection is lost: {}", reason(errno)));
  }
  const auto bytes = static_cast<std::size_t>(size);
  if (!tls_) {
    ::redisReaderFeed(reader_.get(), block.data(), bytes);
    return true;
  }
  try {
    std::string plain;
    tls_->fromWire({block.data(), bytes});
    const bool goesOn = tls_->decrypt(plain);
    if (!plain.empty()) ::redisReaderFeed(reader_.get(), plain.data(), plain.size());
    if (!goesOn && plain.empty()) throw ConnectionLost("the server has closed the connection");
  } catch (const ConnectionFailed&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw ConnectionLost(address_.shown(error.what()));
  }
  return true;
}

ReplyPointer Connection::next() {
  void* reply = nullptr;
  if (::redisReaderGetReply(reader_.get(), &reply) != REDIS_OK)
    throw ConnectionLost("an answer is not understood: is this a Redis server?");
  return ReplyPointer(static_cast<redisReply*>(reply));
}

ReplyPointer Connection::receive(Deadline until) {
  while (true) {
    if (ReplyPointer reply = next()) return reply;
    if (patience_ && until - std::chrono::steady_clock::now() >= *patience_) {
      read(0);
    } else {
      wait(POLLIN, until);
      read(MSG_DONTWAIT);
    }
  }
}

ReplyPointer Connection::receiveNow() {
  while (true) {
    if (ReplyPointer reply = next()) return reply;
    if (!read(MSG_DONTWAIT)) return nullptr;
  }
}

ReplyPointer Connection::ask(const Command& command, Deadline until) {
  send({command}, until);
  ReplyPointer reply = receive(until);
  if (isError(*reply)) throw ServerRefused(address_.shown(textOf(*reply)));
  return reply;
}

void Connection::wait(short events, Deadline until) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw AnswerLate("no answer within the time limit");
    pollfd polled{socket_, events, 0};
    constexpr std::int64_t longest = 60'000;
    if (::poll(&polled, 1, static_cast<int>(std::min<std::int64_t>(left.count(), longest))) > 0) return;
  }
}

bool Connection::isOpen() const noexcept {
  char byte = 0;
  const auto size = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool nothing = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return nothing || (size > 0 && tls_ != nullptr);
}

}  // namespace messenger::redis
