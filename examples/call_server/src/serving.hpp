#pragma once

#include <messenger/contracts/logger.hpp>
#include <messenger/messenger.hpp>

#include <atomic>

#include "background.hpp"
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
  Lane plain;                    ///< requests that need no storage
  Lane reading;  ///< requests that only read it, so a lock of somebody else does not hold them up
  Lane writing;  ///< all others
  Lane asking;   ///< requests that ask the media server
  std::atomic<bool> stopping{false};

  [[nodiscard]] Connections& connectionsOf(Listener listener) noexcept {
    return listener == Listener::admin ? adminConnections : connections;
  }

  [[nodiscard]] Lane& laneFor(Site::Needs needs) noexcept {
    switch (needs) {
      case Site::Needs::nothing:
        return plain;
      case Site::Needs::reading:
        return reading;
      case Site::Needs::mediaServer:
        return asking;
      case Site::Needs::writing:
        break;
    }
    return writing;
  }
};

}  // namespace call_server
