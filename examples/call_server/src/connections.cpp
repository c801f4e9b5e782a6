#include "connections.hpp"

#include <utility>
#include <vector>

namespace call_server {

Connections::Place Connections::admit() {
  const std::lock_guard lock{mutex_};
  if (count_ >= most_) return nullptr;
  changed_(++count_);
  return {static_cast<void*>(this), [this](void*) { leave(); }};
}

void Connections::leave() {
  // Called with the lock held: the waiter destroys this object when none is left.
  const std::lock_guard lock{mutex_};
  changed_(--count_);
  fewer_.notify_all();
}

void Connections::add(const Stoppable* key, std::weak_ptr<Stoppable> connection) {
  const std::lock_guard lock{mutex_};
  all_.emplace(key, std::move(connection));
}

void Connections::remove(const Stoppable* key) {
  const std::lock_guard lock{mutex_};
  all_.erase(key);
}

void Connections::stopAll() {
  std::vector<std::shared_ptr<Stoppable>> held;
  {
    const std::lock_guard lock{mutex_};
    for (const auto& [key, each] : all_) {
      if (auto connection = each.lock()) held.push_back(std::move(connection));
    }
  }
  for (const auto& connection : held) connection->stopSoon();
}

bool Connections::waitForNone(std::chrono::milliseconds atMost) {
  std::unique_lock lock{mutex_};
  return fewer_.wait_for(lock, atMost, [this] { return count_ == 0; });
}

std::size_t Connections::count() const {
  const std::lock_guard lock{mutex_};
  return count_;
}

}  // namespace call_server
