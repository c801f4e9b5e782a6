#pragma once

#include <memory>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Keeps a listener subscribed. Resource type: move-only.
///
/// Destroying it (or `cancel`) unsubscribes and waits until the listener is not running, unless it is called
/// from inside that listener; afterwards the listener is never called again. Do not do so while holding a
/// lock that the listener takes. May outlive the Messenger. Thread-safe against emissions; a single
/// Subscription is confined to one OS thread at a time.
class [[nodiscard]] MESSENGER_EXPORT Subscription {
 public:
  /// The subscription itself; made by the library.
  class State {
   public:
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    virtual ~State() = default;
    /// Ends it, and waits for a running listener as `Subscription::cancel` does.
    virtual void cancel() noexcept = 0;
  };

  Subscription() noexcept = default;
  /// For the library, which makes subscriptions.
  explicit Subscription(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
  Subscription(Subscription&&) noexcept = default;
  /// Cancels the one that was held.
  Subscription& operator=(Subscription&& other) noexcept {
    if (this != &other) {
      cancel();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription() { cancel(); }

  /// Unsubscribes now. A second call does nothing.
  void cancel() noexcept {
    if (const auto state = std::move(state_)) state->cancel();
  }

  /// Keeps the listener subscribed for as long as the Messenger lives.
  void detach() noexcept { state_.reset(); }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace messenger
