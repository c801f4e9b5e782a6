#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

/// A thread, and one user's place in it.
struct Membership {
  Thread thread;                         ///< as it is now
  std::optional<ThreadMember> member{};  ///< nothing when not a member
  std::optional<ThreadMember> other{};   ///< private thread: its other member, while both are in it
};

/// A thread and everyone in it.
struct Roster {
  Thread thread;                        ///< as it is now
  std::vector<ThreadMember> members{};  ///< in any order
};

/// The host's conversations and who is in them, as the library reads them. Implement it over the tables you
/// have; or use the default one that comes with the storage (`Messenger::threads`).
///
/// Every verb asks it once, so it should answer in microseconds or cache. Called from any thread, with no
/// lock held and outside every transaction: implementations must be thread-safe. It must not call back into
/// the Messenger. An exception from `messenger::Error` passes through the verb to the caller, who finds
/// nothing changed.
///
/// When a member is removed, tell the library afterwards: `Messenger::memberRemoved`.
class MESSENGER_EXPORT ThreadDirectory {
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

  // Several of the above in one question. Override them where one query answers it; the defaults ask one by
  // one.

  /// The thread and the user's place in it; nothing when there is no such thread. Every verb asks this, or
  /// findRoster.
  [[nodiscard]] virtual std::optional<Membership> findMembership(const ThreadId& thread,
                                                                 const UserId& user) const;

  /// The thread and everyone in it; nothing when there is no such thread. Asked instead of findMembership by
  /// what may notify the whole thread: the start of a call, and its end. Of a user whom it does not list
  /// findMembership is asked too.
  [[nodiscard]] virtual std::optional<Roster> findRoster(const ThreadId& thread) const;

  /// The user's membership of each of these threads, in the order given; threads that do not exist are left
  /// out.
  [[nodiscard]] virtual std::vector<Membership> findMemberships(const std::vector<ThreadId>& threads,
                                                                const UserId& user) const;

  /// The names of these users, in the order given.
  [[nodiscard]] virtual std::vector<std::optional<std::string>> findUserNames(
      const std::vector<UserId>& users) const;
};

}  // namespace messenger
