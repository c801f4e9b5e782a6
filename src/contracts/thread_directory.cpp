#include "messenger/contracts/thread_directory.hpp"

#include <utility>

namespace messenger::inline v0 {

std::optional<Membership> ThreadDirectory::findMembership(const ThreadId& thread, const UserId& user) const {
  auto found = findThread(thread);
  if (!found) return std::nullopt;
  Membership membership{std::move(*found), findMember(thread, user)};
  if (membership.member && membership.thread.isPrivate()) {
    for (ThreadMember& each : members(thread)) {
      if (each.user != user) membership.other = std::move(each);
    }
  }
  return membership;
}

std::optional<Roster> ThreadDirectory::findRoster(const ThreadId& thread) const {
  auto found = findThread(thread);
  if (!found) return std::nullopt;
  return Roster{std::move(*found), members(thread)};
}

std::vector<Membership> ThreadDirectory::findMemberships(const std::vector<ThreadId>& threads,
                                                         const UserId& user) const {
  std::vector<Membership> found;
  found.reserve(threads.size());
  for (const ThreadId& thread : threads) {
    if (auto membership = findMembership(thread, user)) found.push_back(std::move(*membership));
  }
  return found;
}

std::vector<std::optional<std::string>> ThreadDirectory::findUserNames(
    const std::vector<UserId>& users) const {
  std::vector<std::optional<std::string>> names;
  names.reserve(users.size());
  for (const UserId& user : users) names.push_back(findUserName(user));
  return names;
}

}  // namespace messenger
