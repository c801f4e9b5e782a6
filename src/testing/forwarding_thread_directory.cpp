#include "messenger/testing/forwarding_thread_directory.hpp"

#include <stdexcept>
#include <utility>

namespace messenger::inline v0::testing {

ForwardingThreadDirectory::ForwardingThreadDirectory(std::shared_ptr<const ThreadDirectory> inner)
    : inner_(std::move(inner)) {
  if (!inner_) throw std::invalid_argument("a forwarding thread directory needs a directory");
}

std::optional<Thread> ForwardingThreadDirectory::findThread(const ThreadId& thread) const {
  onQuestion("findThread");
  return inner_->findThread(thread);
}

std::optional<ThreadMember> ForwardingThreadDirectory::findMember(const ThreadId& thread,
                                                                  const UserId& user) const {
  onQuestion("findMember");
  return inner_->findMember(thread, user);
}

std::vector<ThreadMember> ForwardingThreadDirectory::members(const ThreadId& thread) const {
  onQuestion("members");
  return inner_->members(thread);
}

std::vector<ThreadId> ForwardingThreadDirectory::threadsOf(const UserId& user) const {
  onQuestion("threadsOf");
  return inner_->threadsOf(user);
}

std::optional<std::string> ForwardingThreadDirectory::findUserName(const UserId& user) const {
  onQuestion("findUserName");
  return inner_->findUserName(user);
}

std::optional<Membership> ForwardingThreadDirectory::findMembership(const ThreadId& thread,
                                                                    const UserId& user) const {
  onQuestion("findMembership");
  return inner_->findMembership(thread, user);
}

std::optional<Roster> ForwardingThreadDirectory::findRoster(const ThreadId& thread) const {
  onQuestion("findRoster");
  return inner_->findRoster(thread);
}

std::vector<Membership> ForwardingThreadDirectory::findMemberships(const std::vector<ThreadId>& threads,
                                                                   const UserId& user) const {
  onQuestion("findMemberships");
  return inner_->findMemberships(threads, user);
}

std::vector<std::optional<std::string>> ForwardingThreadDirectory::findUserNames(
    const std::vector<UserId>& users) const {
  onQuestion("findUserNames");
  return inner_->findUserNames(users);
}

void ForwardingThreadDirectory::onQuestion(std::string_view) const {}

}  // namespace messenger::testing
