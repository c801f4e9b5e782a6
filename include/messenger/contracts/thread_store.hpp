#pragma once

#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/thread_directory.hpp"

namespace messenger {

/// A thread to be made, with its first members.
struct NewThread {
  Thread thread;  ///< `members` is ignored
  std::vector<ThreadMember> members;
};

/// A directory that can also be written: what `Messenger::threads` uses, next to the calls in the same
/// storage. The caller has checked lengths, UTF-8 and that a private thread has two different members. Each
/// write is one transaction, durable like any other. Thread-safe.
class ThreadStore : public ThreadDirectory {
 public:
  /// Stores the thread and its members; names of members are stored as their users' names. False: a thread of
  /// that id exists, nothing was changed.
  virtual bool createThread(const NewThread& thread) = 0;

  /// Replaces subject, calling and locked. False: no such thread.
  virtual bool updateThread(const Thread& thread) = 0;

  /// Adds the member, or replaces their flags. An empty name leaves the user's name as it is. False: no such
  /// thread.
  virtual bool putMember(const ThreadId& thread, const ThreadMember& member) = 0;

  /// Takes the user off the thread. False: was not a member.
  virtual bool removeMember(const ThreadId& thread, const UserId& user) = 0;

  /// Makes the user known, or renames them.
  virtual void putUser(const UserId& user, const std::string& name) = 0;
};

}  // namespace messenger
