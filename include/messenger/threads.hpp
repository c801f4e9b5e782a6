#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/model/thread.hpp"
#include "messenger/result.hpp"

namespace messenger {

class ThreadStore;

/// The default thread directory, for hosts without their own table of conversations. Returned by
/// `Messenger::threads`.
///
/// Ids must have 1 to 255 bytes (not characters: `é` has two bytes, an emoji four or more), names and
/// subjects 0 to 255, of valid UTF-8 without control and format characters (docs/security.md says which, and
/// why the joiners of Persian names and emoji are none). User types must be valid (`UserId::isType`).
/// Anything else is refused with invalidInput; `detail` names the field and says what is wrong. A member that
/// was stored with another type can be read and removed. Thread-safe.
class Threads {
 public:
  class Impl;
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

  // Refuse: threadNotFound, invalidInput.
  Result<Thread> setSubject(const ThreadId& thread, const std::string& subject);
  Result<Thread> setLocked(const ThreadId& thread, bool locked);
  Result<Thread> setCalling(const ThreadId& thread, bool calling);

  /// Adds a member, or replaces their flags. An empty name keeps the user's name. Refuses: threadNotFound,
  /// invalidInput (also for a third member of a private thread).
  Result<ThreadMember> putMember(const ThreadId& thread, const ThreadMember& member);

  /// Takes a member off the thread and out of its active call, in one transaction, and announces
  /// MemberRemoved. Refuses, and announces nothing: threadNotFound, userNotFound (no member).
  Result<void> removeMember(const ThreadId& thread, const UserId& user);

  /// Names a user, or renames them. Refuses: invalidInput.
  Result<void> setUserName(const UserId& user, const std::string& name);

  [[nodiscard]] std::optional<Thread> find(const ThreadId& thread) const;
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread, const UserId& user) const;
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const;

 private:
  [[nodiscard]] Impl& here() const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace messenger
