#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "messenger/contracts/thread_store.hpp"
#include "support/mutex.hpp"

namespace messenger::memory {

/// Threads and members in memory. Has a lock of its own: no transaction spans calls and threads. Thread-safe.
class MemoryThreadStore final : public ThreadStore {
 public:
  bool createThread(const NewThread& thread) override EXCLUDES(mutex_);
  bool updateThread(const Thread& thread) override EXCLUDES(mutex_);
  bool putMember(const ThreadId& thread, const ThreadMember& member) override EXCLUDES(mutex_);
  bool removeMember(const ThreadId& thread, const UserId& user) override EXCLUDES(mutex_);
  void putUser(const UserId& user, const std::string& name) override EXCLUDES(mutex_);

  [[nodiscard]] std::optional<Thread> findThread(const ThreadId& thread) const override EXCLUDES(mutex_);
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread,
                                                       const UserId& user) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const override EXCLUDES(mutex_);
  [[nodiscard]] std::vector<ThreadId> threadsOf(const UserId& user) const override EXCLUDES(mutex_);
  [[nodiscard]] std::optional<std::string> findUserName(const UserId& user) const override EXCLUDES(mutex_);

 private:
  struct Row {
    Thread thread;
    std::map<UserId, ThreadMember> members;  ///< without names: those are in `names_`
  };

  void put(Row& row, ThreadMember member) REQUIRES(mutex_);
  [[nodiscard]] ThreadMember named(ThreadMember member) const REQUIRES(mutex_);

  mutable support::Mutex mutex_;
  std::unordered_map<ThreadId, Row> threads_ GUARDED_BY(mutex_);
  std::unordered_map<UserId, std::string> names_ GUARDED_BY(mutex_);
  std::unordered_map<UserId, std::set<ThreadId>> threadsOf_ GUARDED_BY(mutex_);
};

}  // namespace messenger::memory
