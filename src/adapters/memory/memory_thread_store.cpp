#include "adapters/memory/memory_storage.hpp"

namespace messenger::inline v0::memory {

using support::Lock;

bool MemoryThreadStore::createThread(const NewThread& thread) {
  const Lock lock(tables_.mutex);
  return tables_.threads.create(thread);
}

std::optional<Thread> MemoryThreadStore::updateThread(const ThreadId& thread, const ThreadUpdate& update) {
  const Lock lock(tables_.mutex);
  return tables_.threads.update(thread, update);
}

ThreadStore::PutMember MemoryThreadStore::putMember(const ThreadId& thread, const ThreadMember& member) {
  const Lock lock(tables_.mutex);
  return tables_.threads.put(thread, member);
}

ThreadStore::RemoveMember MemoryThreadStore::removeMember(const ThreadId& thread, const UserId& user) {
  const Lock lock(tables_.mutex);
  if (!tables_.threads.find(thread, user)) return RemoveMember::notMember;
  if (tables_.calls.findActive(thread) != nullptr) return RemoveMember::callActive;
  tables_.threads.remove(thread, user);
  return RemoveMember::removed;
}

void MemoryThreadStore::putUser(const UserId& user, const std::string& name) {
  const Lock lock(tables_.mutex);
  tables_.threads.name(user, name);
}

void MemoryThreadStore::eraseUser(const UserId& user) {
  const Lock lock(tables_.mutex);
  tables_.threads.erase(user);
}

std::optional<Thread> MemoryThreadStore::findThread(const ThreadId& thread) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.find(thread);
}

std::optional<ThreadMember> MemoryThreadStore::findMember(const ThreadId& thread, const UserId& user) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.find(thread, user);
}

std::vector<ThreadMember> MemoryThreadStore::members(const ThreadId& thread) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.members(thread);
}

std::vector<ThreadId> MemoryThreadStore::threadsOf(const UserId& user) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.threadsOf(user);
}

std::optional<std::string> MemoryThreadStore::findUserName(const UserId& user) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.nameOf(user);
}

std::optional<Membership> MemoryThreadStore::findMembership(const ThreadId& thread,
                                                            const UserId& user) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.membership(thread, user);
}

std::optional<Roster> MemoryThreadStore::findRoster(const ThreadId& thread) const {
  const Lock lock(tables_.mutex);
  return tables_.threads.roster(thread);
}

}  // namespace messenger::memory
