#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "support/mutex.hpp"

namespace messenger::inline v0::janus {

/// A session of the HTTP API and a handle in it.
struct Attached {
  std::uint64_t session = 0;
  std::uint64_t handle = 0;

  friend bool operator==(const Attached&, const Attached&) = default;
};

/// The handles in use, one for each plugin. Thread-safe.
class AttachedPlugins {
 public:
  /// `session` 0: there is none.
  [[nodiscard]] Attached find(const std::string& plugin) const MESSENGER_EXCLUDES(mutex_);
  void store(const std::string& plugin, const Attached& attached) MESSENGER_EXCLUDES(mutex_);
  /// Does nothing when another OS thread has renewed it meanwhile.
  void forget(const std::string& plugin, const Attached& stale) MESSENGER_EXCLUDES(mutex_);

 private:
  mutable support::Mutex mutex_;
  std::map<std::string, Attached> attached_ MESSENGER_GUARDED_BY(mutex_);
};

}  // namespace messenger::janus
