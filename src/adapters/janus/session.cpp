#include "adapters/janus/session.hpp"

namespace messenger::inline v0::janus {

Attached AttachedPlugins::find(const std::string& plugin) const {
  const support::Lock lock(mutex_);
  const auto found = attached_.find(plugin);
  return found == attached_.end() ? Attached{} : found->second;
}

void AttachedPlugins::store(const std::string& plugin, const Attached& attached) {
  const support::Lock lock(mutex_);
  attached_[plugin] = attached;
}

void AttachedPlugins::forget(const std::string& plugin, const Attached& stale) {
  const support::Lock lock(mutex_);
  const auto found = attached_.find(plugin);
  if (found != attached_.end() && found->second == stale) attached_.erase(found);
}

}  // namespace messenger::janus
