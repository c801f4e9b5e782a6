#pragma once

#include <functional>
#include <optional>

#include "actions/delivery.hpp"
#include "actions/extras.hpp"
#include "actions/meter.hpp"
#include "actions/presence_window.hpp"
#include "messenger/config.hpp"
#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/contracts/logger.hpp"
#include "messenger/contracts/presence.hpp"
#include "messenger/contracts/storage.hpp"
#include "messenger/contracts/thread_directory.hpp"
#include "rules/decision.hpp"
#include "support/id_generator.hpp"
#include "support/wake_up.hpp"

namespace messenger::inline v0::actions {

/// What every action works with. Owned by the facade, which outlives all of them.
struct Context {
  const Config& config;
  const rules::RuleConfig rules;
  Storage& storage;
  ThreadDirectory& threads;
  const bool threadsAreInStorage;  ///< `threads` is the storage's own: one load reads both
  Presence& presence;
  Clock& clock;
  Logger& logger;
  Meter& meter;
  support::IdGenerator& ids;
  Delivery& delivery;
  PresenceWindow& window;
  support::WakeUp& jobsStored;  ///< notified when a job was stored
  const InstanceId instance;
  const Extras extras;  ///< what the host adds to payloads

  /// To be called when a commit stored or settled jobs of this call: in synchronous mode it runs the
  /// available ones. Returns the call as they left it, if any ran. Never throws.
  std::function<std::optional<Call>(const CallId&)> afterCommit;

  [[nodiscard]] rules::Now now() const {
    const Moment moment = clock.now();
    return {moment.wall, storage.timeAt(moment.steady)};
  }
};

}  // namespace messenger::actions
