#pragma once

#include <messenger/contracts/thread_directory.hpp>

#include "host_database.hpp"

// [class]
/// The host's conversations as the library reads them: a conversation is a thread, a user id is
/// `{"user", "<number>"}`.
class ConversationDirectory final : public messenger::ThreadDirectory {
 public:
  /// The database must outlive it.
  explicit ConversationDirectory(const HostDatabase& database) : database_(database) {}

  [[nodiscard]] std::optional<messenger::Thread> findThread(const messenger::ThreadId& thread) const override;
  [[nodiscard]] std::optional<messenger::ThreadMember> findMember(
      const messenger::ThreadId& thread, const messenger::UserId& user) const override;
  [[nodiscard]] std::vector<messenger::ThreadMember> members(
      const messenger::ThreadId& thread) const override;
  [[nodiscard]] std::vector<messenger::ThreadId> threadsOf(const messenger::UserId& user) const override;
  [[nodiscard]] std::optional<std::string> findUserName(const messenger::UserId& user) const override;

 private:
  const HostDatabase& database_;
};
// [/class]

[[nodiscard]] messenger::ThreadId threadIdOf(std::int64_t conversation);
[[nodiscard]] messenger::UserId userIdOf(std::int64_t user);
