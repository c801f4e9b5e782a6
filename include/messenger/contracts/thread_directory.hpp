#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messenger/model/ids.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger {

/// The host's conversations and who is in them, as the library reads them. Implement it over the tables you
/// have; or use the default one that comes with the storage (`Messenger::threads`).
///
/// Every verb reads it, so it should answer in microseconds or cache. Called from any thread, with no lock
/// held and outside every transaction: implementations must be thread-safe. It must not call back into the
/// Messenger. An exception from `messenger::Error` passes through the verb to the caller, who finds nothing
/// changed.
///
/// When a member is removed, tell the library: `Messenger::memberRemoved`.
class ThreadDirectory {
 public:
  ThreadDirectory() = default;
  ThreadDirectory(const ThreadDirectory&) = delete;
  ThreadDirectory& operator=(const ThreadDirectory&) = delete;
  virtual ~ThreadDirectory() = default;

  /// The thread, or nothing when there is none of that id.
  [[nodiscard]] virtual std::optional<Thread> findThread(const ThreadId& thread) const = 0;

  /// The user's membership, or nothing when not a member (or no such thread).
  [[nodiscard]] virtual std::optional<ThreadMember> findMember(const ThreadId& thread,
                                                               const UserId& user) const = 0;

  /// All members, for telling them; empty when there is no such thread.
  [[nodiscard]] virtual std::vector<ThreadMember> members(const ThreadId& thread) const = 0;

  /// The threads that a user is a member of, in any order.
  [[nodiscard]] virtual std::vector<ThreadId> threadsOf(const UserId& user) const = 0;

  /// What others see of a user, member or not; nothing when unknown.
  [[nodiscard]] virtual std::optional<std::string> findUserName(const UserId& user) const = 0;
};

}  // namespace messenger
