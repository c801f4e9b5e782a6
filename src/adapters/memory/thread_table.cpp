#include "adapters/memory/thread_table.hpp"

#include <utility>

namespace messenger::inline v0::memory {

void ThreadTable::put(Row& row, ThreadMember member) {
  std::string& name = names_[member.user];
  if (!member.name.empty()) name = std::exchange(member.name, {});
  threadsOf_[member.user].insert(row.thread.id);
  const UserId user = member.user;
  row.members.insert_or_assign(user, std::move(member));
  row.thread.members = row.members.size();
}

ThreadMember ThreadTable::named(ThreadMember member) const {
  const auto found = names_.find(member.user);
  if (found != names_.end()) member.name = found->second;
  return member;
}

bool ThreadTable::create(const NewThread& thread) {
  const auto [at, added] = threads_.try_emplace(thread.thread.id);
  if (!added) return false;
  Row& row = at->second;
  row.thread = thread.thread;
  row.thread.members = 0;
  for (const ThreadMember& member : thread.members) put(row, member);
  return true;
}

std::optional<Thread> ThreadTable::update(const ThreadId& thread, const ThreadStore::ThreadUpdate& update) {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  Thread& row = found->second.thread;
  if (update.subject) row.subject = *update.subject;
  if (update.calling) row.calling = *update.calling;
  if (update.locked) row.locked = *update.locked;
  return row;
}

ThreadStore::PutMember ThreadTable::put(const ThreadId& thread, const ThreadMember& member) {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return ThreadStore::PutMember::noThread;
  Row& row = found->second;
  const bool isNew = !row.members.contains(member.user);
  if (row.thread.isPrivate() && isNew && row.members.size() >= 2) return ThreadStore::PutMember::full;
  put(row, member);
  return ThreadStore::PutMember::stored;
}

void ThreadTable::remove(const ThreadId& thread, const UserId& user) {
  const auto found = threads_.find(thread);
  if (found == threads_.end() || found->second.members.erase(user) == 0) return;
  found->second.thread.members = found->second.members.size();
  threadsOf_[user].erase(thread);
  raiseRevision(thread);
}

void ThreadTable::erase(const UserId& user) {
  const auto found = threadsOf_.find(user);
  if (found != threadsOf_.end()) {
    const auto threads = found->second;
    for (const ThreadId& each : threads) remove(each, user);
    threadsOf_.erase(user);
  }
  names_.erase(user);
}

void ThreadTable::name(const UserId& user, const std::string& name) {
  names_.insert_or_assign(user, name);
}

std::optional<Thread> ThreadTable::find(const ThreadId& thread) const {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  return found->second.thread;
}

std::optional<ThreadMember> ThreadTable::find(const ThreadId& thread, const UserId& user) const {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  const auto member = found->second.members.find(user);
  if (member == found->second.members.end()) return std::nullopt;
  return named(member->second);
}

std::optional<Membership> ThreadTable::membership(const ThreadId& thread, const UserId& user) const {
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  const Row& row = found->second;
  Membership membership{row.thread, find(thread, user)};
  if (!membership.member || !row.thread.isPrivate()) return membership;
  for (const auto& [other, member] : row.members) {
    if (other != user) membership.other = named(member);
  }
  return membership;
}

std::optional<Roster> ThreadTable::roster(const ThreadId& thread) const {
  auto found = find(thread);
  if (!found) return std::nullopt;
  return Roster{std::move(*found), members(thread)};
}

std::vector<ThreadMember> ThreadTable::members(const ThreadId& thread) const {
  std::vector<ThreadMember> result;
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return result;
  result.reserve(found->second.members.size());
  for (const auto& [user, member] : found->second.members) result.push_back(named(member));
  return result;
}

std::vector<ThreadId> ThreadTable::threadsOf(const UserId& user) const {
  const auto found = threadsOf_.find(user);
  if (found == threadsOf_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::optional<std::string> ThreadTable::nameOf(const UserId& user) const {
  const auto found = names_.find(user);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

std::int64_t ThreadTable::revision(const ThreadId& thread) const {
  const auto found = revisions_.find(thread);
  return found == revisions_.end() ? 0 : found->second;
}

}  // namespace messenger::memory
