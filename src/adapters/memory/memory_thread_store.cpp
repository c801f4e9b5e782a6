#include "adapters/memory/memory_thread_store.hpp"

#include <utility>

namespace messenger::memory {

using support::Lock;

void MemoryThreadStore::put(Row& row, ThreadMember member) {
  std::string& name = names_[member.user];
  if (!member.name.empty()) name = std::exchange(member.name, {});
  threadsOf_[member.user].insert(row.thread.id);
  const UserId user = member.user;
  row.members.insert_or_assign(user, std::move(member));
  row.thread.members = row.members.size();
}

ThreadMember MemoryThreadStore::named(ThreadMember member) const {
  const auto found = names_.find(member.user);
  if (found != names_.end()) member.name = found->second;
  return member;
}

bool MemoryThreadStore::createThread(const NewThread& thread) {
  const Lock lock(mutex_);
  const auto [at, added] = threads_.try_emplace(thread.thread.id);
  if (!added) return false;
  Row& row = at->second;
  row.thread = thread.thread;
  row.thread.members = 0;
  for (const ThreadMember& member : thread.members) put(row, member);
  return true;
}

bool MemoryThreadStore::updateThread(const Thread& thread) {
  const Lock lock(mutex_);
  const auto found = threads_.find(thread.id);
  if (found == threads_.end()) return false;
  Thread& row = found->second.thread;
  row.subject = thread.subject;
  row.calling = thread.calling;
  row.locked = thread.locked;
  return true;
}

bool MemoryThreadStore::putMember(const ThreadId& thread, const ThreadMember& member) {
  const Lock lock(mutex_);
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return false;
  put(found->second, member);
  return true;
}

bool MemoryThreadStore::removeMember(const ThreadId& thread, const UserId& user) {
  const Lock lock(mutex_);
  const auto found = threads_.find(thread);
  if (found == threads_.end() || found->second.members.erase(user) == 0) return false;
  found->second.thread.members = found->second.members.size();
  threadsOf_[user].erase(thread);
  return true;
}

void MemoryThreadStore::putUser(const UserId& user, const std::string& name) {
  const Lock lock(mutex_);
  names_.insert_or_assign(user, name);
}

std::optional<Thread> MemoryThreadStore::findThread(const ThreadId& thread) const {
  const Lock lock(mutex_);
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  return found->second.thread;
}

std::optional<ThreadMember> MemoryThreadStore::findMember(const ThreadId& thread, const UserId& user) const {
  const Lock lock(mutex_);
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return std::nullopt;
  const auto member = found->second.members.find(user);
  if (member == found->second.members.end()) return std::nullopt;
  return named(member->second);
}

std::vector<ThreadMember> MemoryThreadStore::members(const ThreadId& thread) const {
  const Lock lock(mutex_);
  std::vector<ThreadMember> result;
  const auto found = threads_.find(thread);
  if (found == threads_.end()) return result;
  result.reserve(found->second.members.size());
  for (const auto& [user, member] : found->second.members) result.push_back(named(member));
  return result;
}

std::vector<ThreadId> MemoryThreadStore::threadsOf(const UserId& user) const {
  const Lock lock(mutex_);
  const auto found = threadsOf_.find(user);
  if (found == threadsOf_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::optional<std::string> MemoryThreadStore::findUserName(const UserId& user) const {
  const Lock lock(mutex_);
  const auto found = names_.find(user);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

}  // namespace messenger::memory
