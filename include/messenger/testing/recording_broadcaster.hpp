#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/broadcaster.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// Keeps what was broadcast. Thread-safe.
class MESSENGER_EXPORT RecordingBroadcaster final : public Broadcaster {
 public:
  /// All broadcasts in the order in which they came, including those it threw for.
  [[nodiscard]] std::vector<Broadcast> all() const;
  /// Those of one event, e.g. `call.ended`.
  [[nodiscard]] std::vector<Broadcast> named(const std::string& event) const;
  /// Returns all broadcasts and clears the record.
  [[nodiscard]] std::vector<Broadcast> take();
  /// Clears the record.
  void clear();

  /// From now on every broadcast throws a std::runtime_error with this text; empty: no longer.
  void failWith(std::optional<std::string> what);

  void broadcast(const Broadcast& broadcast) override;

 private:
  mutable std::mutex mutex_;
  std::vector<Broadcast> broadcasts_;
  std::optional<std::string> failure_;
};

}  // namespace messenger::testing
