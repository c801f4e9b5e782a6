#include "tests/simulation/server.hpp"

#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "messenger/adapters/postgres/postgres_storage.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::simulation {
namespace wire {

using Connection = std::unique_ptr<PGconn, decltype(&::PQfinish)>;

[[noreturn]] inline void failed(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// An open file of the system.
class Handle {
 public:
  explicit Handle(int number = -1) noexcept : number_(number) {}
  ~Handle() {
    if (number_ >= 0) ::close(number_);
  }
  Handle(Handle&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
};

/// Tells the messages of PostgreSQL's protocol apart, of which any part may arrive at a time.
/// https://www.postgresql.org/docs/15/protocol-message-formats.html
class Messages {
 public:
  /// The first message of a client has no type.
  explicit Messages(bool typed) : header_(typed ? 5 : 4) {}

  /// Calls `begun` with the type of each message that begins; 0 has none.
  template <class Begun>
  void read(const char* data, std::size_t size, const Begun& begun) {
    for (std::size_t at = 0; at < size;) {
      if (left_ > 0) {
        const std::size_t part = std::min(left_, size - at);
        left_ -= part;
        at += part;
        continue;
      }
      bytes_.push_back(static_cast<unsigned char>(data[at++]));
      if (bytes_.size() < header_) continue;
      const bool typed = header_ == 5;
      std::size_t length = 0;
      for (std::size_t n = typed ? 1 : 0; n < header_; ++n) length = length << 8U | bytes_[n];
      left_ = length - 4;
      begun(typed ? static_cast<char>(bytes_.front()) : '\0');
      bytes_.clear();
      header_ = 5;
    }
  }
  [[nodiscard]] bool isBetween() const noexcept { return left_ == 0 && bytes_.empty(); }

 private:
  std::size_t header_;
  std::vector<unsigned char> bytes_{};
  std::size_t left_ = 0;  ///< of the message that has begun
};

inline Connection connect() {
  const char* url = std::getenv("MESSENGER_TEST_POSTGRES");
  if (url == nullptr)
    throw std::runtime_error("there is no server: please run this with scripts/with_postgres");
  Connection connection(::PQconnectdb(url), &::PQfinish);
  if (::PQstatus(connection.get()) != CONNECTION_OK)
    throw std::runtime_error(::PQerrorMessage(connection.get()));
  return connection;
}

/// In single quotes, as libpq reads it.
inline std::string asValue(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + '\'';
}

}  // namespace wire

class Server::Wires {
  using Connection = wire::Connection;
  using Handle = wire::Handle;
  using Messages = wire::Messages;

 public:
  explicit Wires(std::size_t hosts) : control_(wire::connect()) {
    schema_ = "simulation_" + std::to_string(::getpid());
    dropSchema();
    for (std::size_t host = 0; host < hosts; ++host) listen(host);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) wire::failed("pipe");
    stop_ = Handle(ends[1]);
    stopped_ = Handle(ends[0]);
    thread_ = std::thread([this] { forward(); });
  }

  ~Wires() {
    stop_ = Handle();
    thread_.join();
    dropSchema();
  }

  Wires(const Wires&) = delete;
  Wires& operator=(const Wires&) = delete;

  [[nodiscard]] PostgresOptions direct() const {
    return {.url = std::getenv("MESSENGER_TEST_POSTGRES"), .schema = schema_};
  }

  [[nodiscard]] PostgresOptions through(std::size_t host) const {
    PostgresOptions options = direct();
    options.url = "host=" + wire::asValue(folderOf(host).string()) +
                  " port=5432 user=" + wire::asValue(::PQuser(control())) +
                  " password=" + wire::asValue(::PQpass(control())) +
                  " dbname=" + wire::asValue(::PQdb(control()));
    return options;
  }

  void arm(std::size_t host, Fault fault, std::size_t at) {
    const std::scoped_lock lock(mutex_);
    armed_ = {host, fault, at};
  }

 private:
  struct Armed {
    std::size_t host = 0;
    Fault fault = Fault::none;
    std::size_t at = 0;
  };

  struct Line {
    std::size_t host;
    Handle client;
    Handle server;
    Messages asked{false};
    Messages answered{true};
    int asks = 0;  ///< what the client waits for the end of, in this exchange
    int answers = 0;
    bool swallows = false;
    bool closes = false;
    [[nodiscard]] bool rests() const { return answers >= asks && answered.isBetween(); }
  };

  [[nodiscard]] PGconn* control() const { return control_.get(); }
  [[nodiscard]] std::filesystem::path folderOf(std::size_t host) const {
    return folder_.file("host-" + std::to_string(host + 1));
  }

  void dropSchema() {
    const std::string text = "SET client_min_messages = error; DROP SCHEMA IF EXISTS " + schema_ + " CASCADE";
    ::PQclear(::PQexec(control(), text.c_str()));
  }

  void listen(std::size_t host) {
    std::filesystem::create_directory(folderOf(host));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (folderOf(host) / ".s.PGSQL.5432").string();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    Handle socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      wire::failed(path);
    if (::listen(socket.number(), 16) != 0) wire::failed(path);
    listeners_.push_back(std::move(socket));
  }

  [[nodiscard]] Handle reach() const {
    addrinfo* found = nullptr;
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(::PQhost(control()), ::PQport(control()), &hints, &found) != 0) return Handle();
    Handle socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const bool connected = ::connect(socket.number(), found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    return connected ? std::move(socket) : Handle();
  }

  void forward() {
    for (;;) {
      std::vector<pollfd> all{{stopped_.number(), POLLIN, 0}};
      for (const Handle& each : listeners_) all.push_back({each.number(), POLLIN, 0});
      for (const Line& each : lines_) {
        all.push_back({each.client.number(), POLLIN, 0});
        all.push_back({each.server.number(), POLLIN, 0});
      }
      if (::poll(all.data(), all.size(), -1) < 0) continue;
      if (all.front().revents != 0) return;
      std::size_t at = 1 + listeners_.size();
      for (Line& each : lines_) {
        if (all[at++].revents != 0) fromClient(each);
        if (all[at++].revents != 0 && !each.closes) fromServer(each);
      }
      lines_.remove_if([](const Line& each) { return each.closes; });
      for (std::size_t host = 0; host < listeners_.size(); ++host) {
        if (all[1 + host].revents != 0) accept(host);
      }
    }
  }

  void accept(std::size_t host) {
    Handle client(::accept4(listeners_[host].number(), nullptr, nullptr, SOCK_CLOEXEC));
    Handle server = reach();
    if (client.number() >= 0 && server.number() >= 0)
      lines_.push_back({.host = host, .client = std::move(client), .server = std::move(server)});
  }

  void fromClient(Line& line) {
    const ssize_t size = ::recv(line.client.number(), buffer_.data(), buffer_.size(), 0);
    line.closes = size <= 0;
    if (line.closes) return;
    if (line.rests()) {
      line.asks = 0;
      line.answers = 0;
      const Fault fault = beginExchange(line.host);
      line.closes = fault == Fault::requestLost;
      line.swallows = fault == Fault::responseLost;
      if (line.closes) return;
    }
    // A startup, a Sync and a simple Query are each answered with a ReadyForQuery.
    line.asked.read(buffer_.data(), static_cast<std::size_t>(size),
                    [&](char type) { line.asks += type == '\0' || type == 'S' || type == 'Q' ? 1 : 0; });
    line.closes = !send(line.server, static_cast<std::size_t>(size));
  }

  void fromServer(Line& line) {
    const ssize_t size = ::recv(line.server.number(), buffer_.data(), buffer_.size(), 0);
    line.closes = size <= 0;
    if (line.closes) return;
    line.answered.read(buffer_.data(), static_cast<std::size_t>(size),
                       [&](char type) { line.answers += type == 'Z' ? 1 : 0; });
    if (line.swallows) {
      line.closes = line.rests();
    } else {
      line.closes = !send(line.client, static_cast<std::size_t>(size));
    }
  }

  [[nodiscard]] bool send(const Handle& to, std::size_t size) const {
    for (std::size_t sent = 0; sent < size;) {
      const ssize_t part = ::send(to.number(), buffer_.data() + sent, size - sent, MSG_NOSIGNAL);
      if (part <= 0) return false;
      sent += static_cast<std::size_t>(part);
    }
    return true;
  }

  /// What is to happen to it.
  Fault beginExchange(std::size_t host) {
    const std::scoped_lock lock(mutex_);
    if (host != armed_.host || armed_.at == 0) return Fault::none;
    return --armed_.at == 0 ? armed_.fault : Fault::none;
  }

  Connection control_;
  testing::TempDir folder_;
  std::string schema_;
  std::vector<Handle> listeners_;
  std::list<Line> lines_;
  std::array<char, 65536> buffer_{};
  std::mutex mutex_;
  Armed armed_;
  Handle stop_;
  Handle stopped_;
  std::thread thread_;
};

Server::Server(std::size_t hosts) : wires_(std::make_unique<Wires>(hosts)) {}
Server::~Server() = default;

std::shared_ptr<Storage> Server::open() const {
  return postgresStorage(wires_->direct());
}

std::shared_ptr<Storage> Server::openFor(std::size_t host) const {
  return postgresStorage(wires_->through(host));
}

void Server::arm(std::size_t host, Fault fault, std::size_t at) {
  wires_->arm(host, fault, at);
}

void Server::disarm() {
  wires_->arm(0, Fault::none, 0);
}

}  // namespace messenger::simulation
