#pragma once

#include <cstddef>
#include <mutex>
#include <variant>
#include <vector>

#include "messenger/messenger.hpp"

namespace messenger::tests {

/// Keeps every event of a Messenger, in the order in which they came. Thread-safe.
class EventLog {
 public:
  void listenTo(Messenger& messenger) {
    subscription_ = messenger.onEvent([this](const Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
    });
  }

  [[nodiscard]] std::vector<Event> all() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  template <class E>
  [[nodiscard]] std::vector<E> of() const {
    const std::lock_guard lock(mutex_);
    std::vector<E> found;
    for (const Event& event : events_) {
      if (const E* each = std::get_if<E>(&event)) found.push_back(*each);
    }
    return found;
  }

  template <class E>
  [[nodiscard]] std::size_t count() const {
    return of<E>().size();
  }

  void clear() {
    const std::lock_guard lock(mutex_);
    events_.clear();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
  Subscription subscription_;
};

}  // namespace messenger::tests
