#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/contracts/executor.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// A Broadcaster that has `broadcaster` called on `loop`, later: it need not be thread-safe, and the verb
/// does not wait for it. For one call the order is kept. What it throws reaches the loop, not
/// BroadcastFailed.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Broadcaster> postingBroadcaster(
    std::shared_ptr<Executor> loop, std::shared_ptr<Broadcaster> broadcaster);

/// A listener for `Messenger::on…` that has `listener` called on `loop`, later, with a copy of the event. For
/// one call the order is kept. What it throws reaches the loop. Events that wait there come also after the
/// Subscription has ended: let `listener` keep what it refers to.
template <class Listener>
[[nodiscard]] auto postTo(std::shared_ptr<Executor> loop, Listener listener) {
  // Shared, so that each event does not copy it.
  return [loop = std::move(loop), listener = std::make_shared<Listener>(std::move(listener))](
             const auto& event) { loop->post([listener, event] { (*listener)(event); }); };
}

}  // namespace messenger
