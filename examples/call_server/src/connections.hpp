#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace call_server {

/// A connection that can be asked to end after its current request. Thread-safe.
class Stoppable {
 public:
  Stoppable() = default;
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;
  virtual ~Stoppable() = default;
  virtual void stopSoon() = 0;
};

/// Counts the connections, and stops them with the server. Thread-safe.
class Connections {
 public:
  /// `changed` gets their number, with a lock held: it must only store it.
  Connections(std::size_t most, std::function<void(std::size_t)> changed)
      : most_(most), changed_(std::move(changed)) {}

  /// The place of one connection, held while this exists.
  using Place = std::shared_ptr<void>;
  /// Null when there are too many already.
  [[nodiscard]] Place admit();

  void add(const Stoppable* key, std::weak_ptr<Stoppable> connection);
  void remove(const Stoppable* key);

  void stopAll();
  /// Returns whether none is left.
  bool waitForNone(std::chrono::milliseconds atMost);
  [[nodiscard]] std::size_t count() const;

 private:
  void leave();

  std::size_t most_;
  std::function<void(std::size_t)> changed_;
  mutable std::mutex mutex_;
  std::condition_variable fewer_;
  std::size_t count_ = 0;
  std::unordered_map<const Stoppable*, std::weak_ptr<Stoppable>> all_;
};

}  // namespace call_server
