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

/// A connection that can be asked to come to an end once nothing is under way. Thread-safe.
class Stoppable {
 public:
  Stoppable() = default;
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;
  virtual ~Stoppable() = default;
  virtual void stopSoon() = 0;
};

/// How many connections there are, and how to reach them when the server stops. Thread-safe.
class Connections {
 public:
  /// `changed` is told how many there are, with a lock held: it only takes note.
  Connections(std::size_t most, std::function<void(std::size_t)> changed)
      : most_(most), changed_(std::move(changed)) {}

  /// One connection's place, for as long as it lives.
  using Place = std::shared_ptr<void>;
  /// Null when there are too many already.
  [[nodiscard]] Place admit();

  void add(const Stoppable* key, std::weak_ptr<Stoppable> connection);
  void remove(const Stoppable* key);

  void stopAll();
  /// True: none is left.
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
