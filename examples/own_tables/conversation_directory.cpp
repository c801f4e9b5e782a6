#include "conversation_directory.hpp"

#include <messenger/errors.hpp>

#include <charconv>

using namespace messenger;

namespace {

/// An id that is not a number is not found, whatever a client sends.
std::optional<std::int64_t> numberOf(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || std::to_string(number) != text) return {};
  return number;
}

std::optional<std::int64_t> numberOf(const UserId& user) {
  return user.type == "user" ? numberOf(user.id) : std::nullopt;
}

// [member]
ThreadMember asMember(const HostDatabase::Member& row) {
  ThreadMember member;
  member.user = userIdOf(row.user);
  member.name = row.name;
  member.admin = row.role == "owner";
  member.startCalls = row.role == "moderator";
  member.pending = !row.accepted;
  member.notificationsMuted = row.muted;
  return member;
}
// [/member]

/// Exceptions of the host's own database become errors of the contract, with their cause nested.
template <class Read>
auto translated(Read&& read) {
  try {
    return read();
  } catch (const std::exception&) {
    std::throw_with_nested(StorageUnavailable("the conversations cannot be read"));
  }
}

}  // namespace

ThreadId threadIdOf(std::int64_t conversation) {
  return ThreadId{std::to_string(conversation)};
}
UserId userIdOf(std::int64_t user) {
  return {"user", std::to_string(user)};
}

std::optional<Thread> ConversationDirectory::findThread(const ThreadId& thread) const {
  return translated([&]() -> std::optional<Thread> {
    const auto id = numberOf(thread.value());
    const auto row = id ? database_.findConversation(*id) : std::nullopt;
    if (!row) return std::nullopt;
    Thread found;
    found.id = thread;
    found.type = row->direct ? ThreadType::privateThread : ThreadType::group;
    found.subject = row->title;
    found.locked = row->archived;
    found.members = static_cast<std::size_t>(row->members);
    return found;
  });
}

std::optional<ThreadMember> ConversationDirectory::findMember(const ThreadId& thread,
                                                              const UserId& user) const {
  return translated([&]() -> std::optional<ThreadMember> {
    const auto conversation = numberOf(thread.value());
    const auto id = numberOf(user);
    const auto row = conversation && id ? database_.findMember(*conversation, *id) : std::nullopt;
    if (!row) return std::nullopt;
    return asMember(*row);
  });
}

std::vector<ThreadMember> ConversationDirectory::members(const ThreadId& thread) const {
  return translated([&] {
    std::vector<ThreadMember> found;
    const auto conversation = numberOf(thread.value());
    if (!conversation) return found;
    for (const auto& row : database_.members(*conversation)) found.push_back(asMember(row));
    return found;
  });
}

std::vector<ThreadId> ConversationDirectory::threadsOf(const UserId& user) const {
  return translated([&] {
    std::vector<ThreadId> found;
    const auto id = numberOf(user);
    if (!id) return found;
    for (const std::int64_t each : database_.conversationsOf(*id)) found.push_back(threadIdOf(each));
    return found;
  });
}

std::optional<std::string> ConversationDirectory::findUserName(const UserId& user) const {
  return translated([&] {
    const auto id = numberOf(user);
    return id ? database_.displayName(*id) : std::nullopt;
  });
}
