#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/thread_store.hpp"

namespace messenger::tests {

/// Hands every operation on to another thread store, and counts them. One that answers several questions at
/// once counts as one.
class CountedThreads final : public ThreadStore {
 public:
  explicit CountedThreads(ThreadStore& inner) : inner_(inner) {}

  std::size_t take() { return count_.exchange(0); }

  bool createThread(const NewThread& thread) override { return counted().createThread(thread); }
  std::optional<Thread> updateThread(const ThreadId& thread, const ThreadUpdate& update) override {
    return counted().updateThread(thread, update);
  }
  PutMember putMember(const ThreadId& thread, const ThreadMember& member) override {
    return counted().putMember(thread, member);
  }
  RemoveMember removeMember(const ThreadId& thread, const UserId& user) override {
    return counted().removeMember(thread, user);
  }
  void putUser(const UserId& user, const std::string& name) override { counted().putUser(user, name); }
  void eraseUser(const UserId& user) override { counted().eraseUser(user); }

  [[nodiscard]] std::optional<Thread> findThread(const ThreadId& thread) const override {
    return counted().findThread(thread);
  }
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread,
                                                       const UserId& user) const override {
    return counted().findMember(thread, user);
  }
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const override {
    return counted().members(thread);
  }
  [[nodiscard]] std::vector<ThreadId> threadsOf(const UserId& user) const override {
    return counted().threadsOf(user);
  }
  [[nodiscard]] std::optional<std::string> findUserName(const UserId& user) const override {
    return counted().findUserName(user);
  }
  [[nodiscard]] std::optional<Membership> findMembership(const ThreadId& thread,
                                                         const UserId& user) const override {
    return counted().findMembership(thread, user);
  }
  [[nodiscard]] std::optional<Roster> findRoster(const ThreadId& thread) const override {
    return counted().findRoster(thread);
  }
  [[nodiscard]] std::vector<Membership> findMemberships(const std::vector<ThreadId>& threads,
                                                        const UserId& user) const override {
    return counted().findMemberships(threads, user);
  }
  [[nodiscard]] std::vector<std::optional<std::string>> findUserNames(
      const std::vector<UserId>& users) const override {
    return counted().findUserNames(users);
  }

 private:
  [[nodiscard]] ThreadStore& counted() const {
    ++count_;
    return inner_;
  }

  ThreadStore& inner_;
  mutable std::atomic<std::size_t> count_ = 0;
};

}  // namespace messenger::tests
