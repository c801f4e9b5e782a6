#include "http/names.hpp"

namespace messenger::inline v0::http {

const std::string& Names::of(const UserId& user) {
  const auto known = users_.find(user);
  if (known != users_.end()) return known->second;
  return users_.emplace(user, directory_.findUserName(user).value_or("")).first->second;
}

const ExtraFields& Names::extrasOf(const UserId& user) {
  const auto known = userExtras_.find(user);
  if (known != userExtras_.end()) return known->second;
  return userExtras_.emplace(user, extras_.ofUser(user)).first->second;
}

const std::string& Names::of(const Thread& thread, const UserId& viewer) {
  if (thread.isGroup()) return thread.subject;
  auto known = others_.find(thread.id);
  if (known == others_.end()) {
    UserId other = viewer;
    for (const ThreadMember& member : directory_.members(thread.id)) {
      users_.emplace(member.user, member.name);
      if (member.user != viewer) other = member.user;
    }
    known = others_.emplace(thread.id, std::move(other)).first;
  }
  return of(known->second);
}

}  // namespace messenger::http
