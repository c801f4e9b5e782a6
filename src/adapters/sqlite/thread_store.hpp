#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/sqlite/connection_pool.hpp"
#include "messenger/contracts/thread_store.hpp"

namespace messenger::inline v0::sqlite {

/// The thread directory in the same file as the calls.
class SqliteThreadStore final : public ThreadStore {
 public:
  explicit SqliteThreadStore(ConnectionPool& pool) noexcept : pool_(pool) {}

  bool createThread(const NewThread& thread) override;
  std::optional<Thread> updateThread(const ThreadId& thread, const ThreadUpdate& update) override;
  PutMember putMember(const ThreadId& thread, const ThreadMember& member) override;
  RemoveMember removeMember(const ThreadId& thread, const UserId& user) override;
  void putUser(const UserId& user, const std::string& name) override;
  void eraseUser(const UserId& user) override;

  [[nodiscard]] std::optional<Thread> findThread(const ThreadId& thread) const override;
  [[nodiscard]] std::optional<ThreadMember> findMember(const ThreadId& thread,
                                                       const UserId& user) const override;
  [[nodiscard]] std::vector<ThreadMember> members(const ThreadId& thread) const override;
  [[nodiscard]] std::vector<ThreadId> threadsOf(const UserId& user) const override;
  [[nodiscard]] std::optional<std::string> findUserName(const UserId& user) const override;

  [[nodiscard]] std::optional<Membership> findMembership(const ThreadId& thread,
                                                         const UserId& user) const override;
  [[nodiscard]] std::optional<Roster> findRoster(const ThreadId& thread) const override;
  [[nodiscard]] std::vector<Membership> findMemberships(const std::vector<ThreadId>& threads,
                                                        const UserId& user) const override;
  [[nodiscard]] std::vector<std::optional<std::string>> findUserNames(
      const std::vector<UserId>& users) const override;

 private:
  ConnectionPool& pool_;
};

}  // namespace messenger::sqlite
