#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/contracts/thread_directory.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// Forwards every question to another directory: override the few that should differ, or `onQuestion` for all
/// of them. As thread-safe as the other one.
class MESSENGER_EXPORT ForwardingThreadDirectory : public ThreadDirectory {
 public:
  /// Throws std::invalid_argument without a directory.
  explicit ForwardingThreadDirectory(std::shared_ptr<const ThreadDirectory> inner);

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

 protected:
  /// Called before each question, with its name (`findThread`, …): to count it, to do something at that
  /// moment, or to throw. Does nothing by default.
  virtual void onQuestion(std::string_view name) const;

  /// The other directory.
  [[nodiscard]] const ThreadDirectory& inner() const noexcept { return *inner_; }

 private:
  std::shared_ptr<const ThreadDirectory> inner_;
};

}  // namespace messenger::testing
