#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "messenger/contracts/storage.hpp"
#include "messenger/messenger.hpp"

namespace messenger::bench {

/// Groups of three in which calls are started, and the users of each.
struct Groups {
  std::vector<ThreadId> threads;
  UserId owner{"user", "100001"};
  UserId guest{"user", "100002"};
  UserId third{"user", "100003"};
};

/// Makes that many groups, all of the same three users.
Groups makeGroups(Storage& storage, std::size_t count);

enum class JobMode : std::uint8_t {
  deferred,     ///< pumped by hand, one job right after the verb that caused it
  synchronous,  ///< run by the verb
};

/// Whole calls through the facade: start, SetupCall, join, leave, end, TeardownCall. Thread-safe.
class OurLifecycle {
 public:
  OurLifecycle(std::shared_ptr<Storage> storage, JobMode mode, std::shared_ptr<Metrics> metrics = nullptr);

  /// One call in that group. Throws std::runtime_error when a step does not do what it should.
  void one(const ThreadId& thread, const Groups& groups);

  [[nodiscard]] Messenger& messenger() noexcept { return messenger_; }

 private:
  void runJob();

  JobMode mode_;
  Messenger messenger_;
};

}  // namespace messenger::bench
