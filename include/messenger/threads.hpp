#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0 {

class ThreadStore;

/// The default thread directory, for hosts without their own table of conversations. Returned by
/// `Messenger::threads`.
///
/// Ids must have 1 to 255 bytes (not characters: `é` has two bytes, an emoji four or more), names and
/// subjects 0 to 255, of valid UTF-8 without control and format characters (docs/security.md says which, and
/// why the joiners of Persian names and emoji are none). User types must be valid (`UserId::isType`).
/// Anything else is refused with invalidInput; `detail` names the field and says what is wrong. A member that
/// was stored with another type can be read and removed. Thread-safe.
class MESSENGER_EXPORT Threads {
 public:
  class MESSENGER_NO_EXPORT Impl;
  /// For the library: `Messenger::threads` returns one.
  explicit Threads(std::unique_ptr<Impl> impl) noexcept;
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads();

  /// A private thread of two members. Without `id` the library makes an id. Refuses: threadExists,
  /// invalidInput.
  [[nodiscard]] Result<Thread> createPrivate(const ThreadMember& one, const ThreadMember& other,
                                             const std::optional<ThreadId>& id = std::nullopt);

  /// A group of any number of members. Refuses: threadExists, invalidInput.
  [[nodiscard]] Result<Thread> createGroup(const std::string& subject,
                                           const std::vector<ThreadMember>& members,
                                           const std::optional<ThreadId>& id = std::nullopt);

  /// Changes a thread and returns it as it is now. Refuses: threadNotFound, invalidInput.
  /// @{
  Result<Thread> setSubject(const ThreadId& thread, const std::string& subject);
  Result<Thread> setLocked(const ThreadId& thread, bool locked);
  Result<Thread> setCalling(const ThreadId& thread, bool calling);
  /// @}

  /// Adds a member, or replaces their flags. An empty name keeps the user's name. Refuses: threadNotFound,
  /// invalidInput (also for a third member of a private thread).
  Result<ThreadMember> putMember(const ThreadId& thread, const ThreadMember& member);

  /// Takes a member off the thread and out of its active call, in one transaction, and announces
  /// MemberRemoved. Refuses, and announces nothing: threadNotFound, userNotFound (no member).
  Result<void> removeMember(const ThreadId& thread, const UserId& user);

  /// Names a user, or renames them. Refuses: invalidInput.
  Result<void> setUserName(const UserId& user, const std::string& name);

  /// The thread; nothing when there is none.
  [[nodiscard]] std::optional<Thread> find(const ThreadId& thread) const;
  /// The user's place in the thread; nothing when there is no such thread or they are no member.
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread, const UserId& user) const;
  /// Everyone in the thread; empty when there is none.
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const;

 private:
  [[nodiscard]] Impl& here() const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger
