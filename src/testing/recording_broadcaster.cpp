#include "messenger/testing/recording_broadcaster.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace messenger::inline v0::testing {

std::vector<Broadcast> RecordingBroadcaster::all() const {
  const std::lock_guard lock(mutex_);
  return broadcasts_;
}

std::vector<Broadcast> RecordingBroadcaster::named(const std::string& event) const {
  const std::lock_guard lock(mutex_);
  std::vector<Broadcast> result;
  std::copy_if(broadcasts_.begin(), broadcasts_.end(), std::back_inserter(result),
               [&](const Broadcast& broadcast) { return broadcast.event == event; });
  return result;
}

std::vector<Broadcast> RecordingBroadcaster::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(broadcasts_, {});
}

void RecordingBroadcaster::clear() {
  const std::lock_guard lock(mutex_);
  broadcasts_.clear();
}

void RecordingBroadcaster::failWith(std::optional<std::string> what) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(what);
}

void RecordingBroadcaster::broadcast(const Broadcast& broadcast) {
  const std::lock_guard lock(mutex_);
  broadcasts_.push_back(broadcast);
  if (failure_) throw std::runtime_error(*failure_);
}

}  // namespace messenger::testing
