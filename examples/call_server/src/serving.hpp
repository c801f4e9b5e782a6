#pragma once

#include <messenger/contracts/logger.hpp>
#include <messenger/messenger.hpp>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <utility>

#include "connections.hpp"
#include "hub.hpp"
#include "metrics.hpp"
#include "settings.hpp"
#include "site.hpp"

namespace call_server {

/// Shared by all connections, and outlives them.
struct Serving {
  const Limits limits;
  Site& site;
  Hub& hub;
  const messenger::Messenger& messenger;
  Metrics& metrics;
  messenger::Logger& logger;
  Connections connections;       ///< of everyone
  Connections adminConnections;  ///< so that a crowd does not keep the operators out
  boost::asio::thread_pool blocking;
  std::atomic<std::size_t> waiting{0};
  std::atomic<bool> stopping{false};

  [[nodiscard]] Connections& connectionsOf(Listener listener) noexcept {
    return listener == Listener::admin ? adminConnections : connections;
  }

  /// Runs it on an OS thread that may wait for the storage. False: too many requests wait for one.
  template <class Work>
  [[nodiscard]] bool runBlocking(Work work) {
    if (waiting.fetch_add(1) >= limits.waitingRequests) {
      waiting.fetch_sub(1);
      return false;
    }
    boost::asio::post(blocking, [this, work = std::move(work)]() mutable {
      waiting.fetch_sub(1);
      work();
    });
    return true;
  }
};

}  // namespace call_server
