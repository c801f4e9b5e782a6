#include "web_server.hpp"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http_session.hpp"
#include "serving.hpp"
#include "thrown.hpp"

namespace call_server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using messenger::LogLevel;

constexpr std::string_view fullHouse =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\nConnection: "
    "close\r\n"
    "Content-Length: 73\r\n\r\n"
    R"({"message":"The server has too many connections.","reason":"serverFull"})"
    "\n";

constexpr std::chrono::milliseconds lookForLate{100};

Lane::Size laneOf(const Settings& settings) {
  return {.threads = settings.blocking,
          .mostWaiting = settings.limits.waitingRequests,
          .patience = settings.limits.queueing};
}

/// Whether the system had no file descriptor or memory for it, which may pass.
bool isPassing(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory || error == error_code{ENFILE, boost::system::system_category()};
}

}  // namespace

class WebServer::Impl {
 public:
  Impl(const Settings& settings, Site& site, Hub& hub, const messenger::Messenger& messenger,
       Metrics& metrics, messenger::Logger& logger)
      : settings_(settings),
        serving_{.limits = settings.limits,
                 .site = site,
                 .hub = hub,
                 .messenger = messenger,
                 .metrics = metrics,
                 .logger = logger,
                 .connections{settings.limits.connections,
                              [&metrics](std::size_t count) { metrics.setConnections(count); }},
                 .plain = Lane(laneOf(settings)),
                 .reading = Lane(laneOf(settings)),
                 .writing = Lane(laneOf(settings))},
        io_(static_cast<int>(settings.threads)) {}

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t start() {
    acceptor_.emplace(asio::make_strand(io_));
    pause_.emplace(acceptor_->get_executor());
    try {
      const tcp::endpoint endpoint{asio::ip::make_address(settings_.address), settings_.port};
      acceptor_->open(endpoint.protocol());
      acceptor_->set_option(asio::socket_base::reuse_address(true));
      acceptor_->bind(endpoint);
      acceptor_->listen();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + settings_.address + ':' +
                               std::to_string(settings_.port) + ": " + error.code().message());
    }
    const std::uint16_t port = acceptor_->local_endpoint().port();
    asio::post(acceptor_->get_executor(), [this] { acceptNext(); });
    work_.emplace(io_.get_executor());
    for (std::size_t i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { serve(); });
    late_ = std::make_unique<Periodic>(lookForLate, [this] {
      for (Lane* lane : lanes()) lane->refuseLate(Lane::Clock::now());
    });
    return port;
  }

  void stop() {
    if (serving_.stopping.exchange(true)) return;
    serving_.site.stopping();
    if (acceptor_) {
      asio::post(acceptor_->get_executor(), [this] {
        error_code ignored;
        acceptor_->close(ignored);
        pause_->cancel();
      });
    }
    serving_.hub.closeAll();
    serving_.connections.stopAll();
    // Shares of the time for the whole stop; what comes after this needs some, too.
    const auto whole = settings_.limits.stopping;
    for (Lane* lane : lanes()) lane->setPatience(whole / 10);
    serving_.connections.waitForNone(whole * 6 / 10);
    if (late_) late_->stop();
    for (Lane* lane : lanes()) lane->stop();
    io_.stop();
    for (std::thread& each : threads_) each.join();
    threads_.clear();
    work_.reset();
    pause_.reset();
    acceptor_.reset();
  }

  [[nodiscard]] std::size_t connections() const { return serving_.connections.count(); }

 private:
  [[nodiscard]] std::array<Lane*, 3> lanes() noexcept {
    return {&serving_.plain, &serving_.reading, &serving_.writing};
  }

  void serve() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        serving_.logger.log(LogLevel::error, std::string{"a connection failed: "} + textOf(error));
      }
    }
  }

  void acceptNext() {
    acceptor_->async_accept(asio::make_strand(io_), [this](const error_code& error, tcp::socket socket) {
      if (serving_.stopping || error == asio::error::operation_aborted) return;
      if (error) return isPassing(error) ? acceptLater() : acceptNext();
      take(std::move(socket));
      acceptNext();
    });
  }

  void acceptLater() {
    pause_->expires_after(std::chrono::milliseconds{100});
    pause_->async_wait([this](const error_code& error) {
      if (!error) acceptNext();
    });
  }

  void take(tcp::socket socket) {
    error_code ignored;
    auto place = serving_.connections.admit();
    if (!place) {
      serving_.metrics.refusedConnection();
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(fullHouse), ignored);
      socket.shutdown(tcp::socket::shutdown_both, ignored);
      return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<HttpSession>(std::move(socket), serving_, std::move(place))->start();
  }

  const Settings& settings_;
  Serving serving_;
  /// Lives as long as the server: a push during the stop may hold the last reference to a WebSocket.
  asio::io_context io_;
  std::optional<tcp::acceptor> acceptor_;
  std::optional<asio::steady_timer> pause_;
  /// Also while all running requests are on OS threads that wait for the storage.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Periodic> late_;  ///< refuses requests that wait too long
};

WebServer::WebServer(const Settings& settings, Site& site, Hub& hub, const messenger::Messenger& messenger,
                     Metrics& metrics, messenger::Logger& logger)
    : impl_(std::make_unique<Impl>(settings, site, hub, messenger, metrics, logger)) {}

WebServer::~WebServer() = default;

std::uint16_t WebServer::start() {
  return impl_->start();
}

void WebServer::stop() {
  impl_->stop();
}

std::size_t WebServer::connections() const {
  return impl_->connections();
}

}  // namespace call_server
