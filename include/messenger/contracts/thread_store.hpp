#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// A new thread with its first members.
struct NewThread {
  Thread thread;                      ///< `members` is ignored
  std::vector<ThreadMember> members;  ///< everyone in it
};

/// A directory that can also be written; `Messenger::threads` uses it. It is in the same storage as the
/// calls. The library has checked lengths, UTF-8, user types, and that a private thread has two different
/// members. Each write is one transaction that compares and sets in one step, durable like any other.
/// Thread-safe; fails as CallStore does.
class MESSENGER_EXPORT ThreadStore : public ThreadDirectory {
 public:
  /// Stores the thread and its members; the names of members become the names of these users. False: a thread
  /// with that id exists; nothing changed.
  virtual bool createThread(const NewThread& thread) = 0;

  /// Changes to a thread; empty fields stay as they are.
  struct ThreadUpdate {
    std::optional<std::string> subject{};  ///< the new name
    std::optional<bool> calling{};         ///< whether calls may be started
    std::optional<bool> locked{};          ///< whether it is read-only
  };

  /// Changes the thread and returns it as it is now; nothing when there is no such thread.
  virtual std::optional<Thread> updateThread(const ThreadId& thread, const ThreadUpdate& update) = 0;

  /// What became of a member to be put.
  enum class PutMember : std::uint8_t {
    stored,
    noThread,
    full,  ///< a private thread that has two other members
  };

  /// Adds the member, or replaces their flags. An empty name leaves the user's name as it is.
  virtual PutMember putMember(const ThreadId& thread, const ThreadMember& member) = 0;

  /// What became of a removal.
  enum class RemoveMember : std::uint8_t {
    removed,
    notMember,
    callActive,  ///< a call of the thread is active: to be done with a change of it
  };

  /// Takes the user off a thread that has no active call. Raises the thread's revision
  /// (`CallStore::raiseThreadRevision`) in the same step. With an active call the user has to leave that in
  /// the same step too: `CallChange::removesMember`. What is not `removed` has changed nothing.
  virtual RemoveMember removeMember(const ThreadId& thread, const UserId& user) = 0;

  /// Stores the user's name, or changes it.
  virtual void putUser(const UserId& user, const std::string& name) = 0;

  /// Takes the user off all threads, whose revisions it raises, and forgets the name.
  virtual void eraseUser(const UserId& user) = 0;
};

}  // namespace messenger
