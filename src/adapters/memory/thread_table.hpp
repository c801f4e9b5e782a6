#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "messenger/contracts/thread_store.hpp"

namespace messenger::inline v0::memory {

/// Threads, members, names, and the revisions of threads. Confined: the mutex of Tables guards it.
class ThreadTable {
 public:
  bool create(const NewThread& thread);
  std::optional<Thread> update(const ThreadId& thread, const ThreadStore::ThreadUpdate& update);
  ThreadStore::PutMember put(const ThreadId& thread, const ThreadMember& member);
  /// Raises the thread's revision if they were a member.
  void remove(const ThreadId& thread, const UserId& user);
  /// Off all threads, and without a name.
  void erase(const UserId& user);
  void name(const UserId& user, const std::string& name);

  [[nodiscard]] std::optional<Thread> find(const ThreadId& thread) const;
  [[nodiscard]] std::optional<ThreadMember> find(const ThreadId& thread, const UserId& user) const;
  [[nodiscard]] std::optional<Membership> membership(const ThreadId& thread, const UserId& user) const;
  [[nodiscard]] std::optional<Roster> roster(const ThreadId& thread) const;
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const;
  [[nodiscard]] std::vector<ThreadId> threadsOf(const UserId& user) const;
  [[nodiscard]] std::optional<std::string> nameOf(const UserId& user) const;

  /// Also of threads that are in another directory.
  [[nodiscard]] std::int64_t revision(const ThreadId& thread) const;
  void raiseRevision(const ThreadId& thread) { ++revisions_[thread]; }

 private:
  struct Row {
    Thread thread;
    std::map<UserId, ThreadMember> members;  ///< without names: those are in `names_`
  };

  void put(Row& row, ThreadMember member);
  [[nodiscard]] ThreadMember named(ThreadMember member) const;

  std::unordered_map<ThreadId, Row> threads_;
  std::unordered_map<UserId, std::string> names_;
  std::unordered_map<UserId, std::set<ThreadId>> threadsOf_;
  std::unordered_map<ThreadId, std::int64_t> revisions_;
};

}  // namespace messenger::memory
