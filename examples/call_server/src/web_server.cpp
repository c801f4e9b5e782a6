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
#include "log.hpp"
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
                 .adminConnections{settings.limits.adminConnections, [](std::size_t) {}},
                 .plain = Lane(laneOf(settings)),
                 .reading = Lane(laneOf(settings)),
                 .writing = Lane(laneOf(settings)),
                 .asking = Lane(laneOf(settings))},
        io_(static_cast<int>(settings.threads)) {}

  ~Impl() { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Ports start() {
    Ports ports;
    ports.everyone = listen(Listener::everyone, settings_.address, settings_.port);
    ports.admin = listen(Listener::admin, settings_.adminAddress, settings_.adminPort);
    for (const auto& each : doors_) {
      asio::post(each->acceptor.get_executor(), [this, door = each.get()] { acceptNext(*door); });
    }
    work_.emplace(io_.get_executor());
    for (std::size_t i = 0; i < settings_.threads; ++i) threads_.emplace_back([this] { serve(); });
    late_ = std::make_unique<Periodic>(lookForLate, [this] { refuseLate(Lane::Clock::now()); });
    return ports;
  }

  void refuseLate(Lane::Clock::time_point now) {
    for (Lane* lane : lanes()) lane->refuseLate(now);
  }

  void stop() {
    if (serving_.stopping.exchange(true)) return;
    serving_.site.stopping();
    for (const auto& each : doors_) {
      asio::post(each->acceptor.get_executor(), [door = each.get()] {
        error_code ignored;
        door->acceptor.close(ignored);
        door->pause.cancel();
      });
    }
    serving_.hub.closeAll();
    const std::array all{&serving_.connections, &serving_.adminConnections};
    for (Connections* each : all) each->stopAll();
    // Shares of the time for the whole stop; what comes after this needs some, too.
    const auto whole = settings_.limits.stopping;
    for (Lane* lane : lanes()) lane->setPatience(whole / 10);
    const auto deadline = std::chrono::steady_clock::now() + whole * 6 / 10;
    for (Connections* each : all) {
      each->waitForNone(
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()));
    }
    if (late_) late_->stop();
    for (Lane* lane : lanes()) lane->stop();
    io_.stop();
    for (std::thread& each : threads_) each.join();
    threads_.clear();
    work_.reset();
    doors_.clear();
  }

  [[nodiscard]] std::size_t connections() const {
    return serving_.connections.count() + serving_.adminConnections.count();
  }

 private:
  /// Accepts connections for one address.
  struct Door {
    Listener listener;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
  };

  [[nodiscard]] std::array<Lane*, 4> lanes() noexcept {
    return {&serving_.plain, &serving_.reading, &serving_.writing, &serving_.asking};
  }

  void serve() {
    while (true) {
      try {
        io_.run();
        return;
      } catch (const std::exception& error) {
        note(serving_.logger, LogLevel::error, "a connection failed", {{"error", textOf(error)}});
      }
    }
  }

  /// Returns the port.
  std::uint16_t listen(Listener listener, const std::string& address, std::uint16_t port) {
    const auto strand = asio::make_strand(io_);
    auto door = std::make_unique<Door>(Door{listener, tcp::acceptor{strand}, asio::steady_timer{strand}});
    try {
      const tcp::endpoint endpoint{asio::ip::make_address(address), port};
      door->acceptor.open(endpoint.protocol());
      door->acceptor.set_option(asio::socket_base::reuse_address(true));
      door->acceptor.bind(endpoint);
      door->acceptor.listen();
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error("cannot listen on " + address + ':' + std::to_string(port) + ": " +
                               error.code().message() +
                               (listener == Listener::admin ? " (choose another --admin-port)" : ""));
    }
    doors_.push_back(std::move(door));
    return doors_.back()->acceptor.local_endpoint().port();
  }

  void acceptNext(Door& door) {
    door.acceptor.async_accept(asio::make_strand(io_),
                               [this, &door](const error_code& error, tcp::socket socket) {
                                 if (serving_.stopping || error == asio::error::operation_aborted) return;
                                 if (error) return isPassing(error) ? acceptLater(door) : acceptNext(door);
                                 take(std::move(socket), door.listener);
                                 acceptNext(door);
                               });
  }

  void acceptLater(Door& door) {
    door.pause.expires_after(std::chrono::milliseconds{100});
    door.pause.async_wait([this, &door](const error_code& error) {
      if (!error) acceptNext(door);
    });
  }

  void take(tcp::socket socket, Listener listener) {
    error_code ignored;
    auto place = serving_.connectionsOf(listener).admit();
    if (!place) {
      serving_.metrics.refusedConnection();
      socket.non_blocking(true, ignored);
      socket.write_some(asio::buffer(fullHouse), ignored);
      socket.shutdown(tcp::socket::shutdown_both, ignored);
      return;
    }
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<HttpSession>(std::move(socket), serving_, std::move(place), listener)->start();
  }

  const Settings& settings_;
  Serving serving_;
  /// Lives as long as the server: a push during the stop may hold the last reference to a WebSocket.
  asio::io_context io_;
  std::vector<std::unique_ptr<Door>> doors_;
  /// Also while all running requests are on OS threads that wait for the storage.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  std::vector<std::thread> threads_;
  std::unique_ptr<Periodic> late_;  ///< refuses requests that wait too long
};

WebServer::WebServer(const Settings& settings, Site& site, Hub& hub, const messenger::Messenger& messenger,
                     Metrics& metrics, messenger::Logger& logger)
    : impl_(std::make_unique<Impl>(settings, site, hub, messenger, metrics, logger)) {}

WebServer::~WebServer() = default;

WebServer::Ports WebServer::start() {
  return impl_->start();
}

void WebServer::stop() {
  impl_->stop();
}

void WebServer::refuseLate(Lane::Clock::time_point now) {
  impl_->refuseLate(now);
}

std::size_t WebServer::connections() const {
  return impl_->connections();
}

}  // namespace call_server
