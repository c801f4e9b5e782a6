#pragma once

#include <vector>

#include "actions/delivery.hpp"
#include "actions/listening.hpp"
#include "messenger/config.hpp"
#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "support/id_generator.hpp"
#include "support/wake_up.hpp"

namespace messenger::actions {

/// What every action works with. Owned by the facade, which outlives all of them.
struct Context {
  const Config& config;
  Storage& storage;
  ThreadDirectory& threads;
  Presence& presence;
  Clock& clock;
  Logger& logger;
  support::IdGenerator& ids;
  Delivery& delivery;
  Listening& listening;
  support::WakeUp& jobsStored;  ///< notified when a job was stored
  InstanceId instance;
};

}  // namespace messenger::actions
