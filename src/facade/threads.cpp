#include "messenger/threads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "facade/threads_impl.hpp"
#include "rules/call_rules.hpp"
#include "rules/member_removed.hpp"
#include "support/text.hpp"

namespace messenger::inline v0 {
namespace {

constexpr std::size_t maxText = 255;

std::optional<Refusal> whyNotText(const char* field, const std::string& text, bool mayBeEmpty) {
  if (text.empty() && !mayBeEmpty) {
    return Refusal{Reason::invalidInput, fmt::format("{} must not be empty.", field)};
  }
  if (auto why = support::whyNotPlainText(text, maxText)) {
    return Refusal{Reason::invalidInput, fmt::format("{} {}.", field, *why)};
  }
  return std::nullopt;
}

std::optional<Refusal> whyNotUser(const UserId& user) {
  if (auto why = rules::whyNotType(user)) return why;
  return whyNotText("user.id", user.id, /*mayBeEmpty=*/false);
}

std::optional<Refusal> whyNotMember(const ThreadMember& member) {
  if (auto why = whyNotUser(member.user)) return why;
  return whyNotText("member.name", member.name, /*mayBeEmpty=*/true);
}

std::optional<Refusal> whyNotThread(const NewThread& thread) {
  if (auto why = whyNotText("thread.id", thread.thread.id.value(), /*mayBeEmpty=*/false)) return why;
  if (auto why = whyNotText("subject", thread.thread.subject, /*mayBeEmpty=*/true)) return why;
  std::set<UserId> users;
  for (const ThreadMember& member : thread.members) {
    if (auto why = whyNotMember(member)) return why;
    if (!users.insert(member.user).second) return Refusal{Reason::invalidInput, "members must differ."};
  }
  return std::nullopt;
}

}  // namespace

Result<Thread> Threads::Impl::create(NewThread thread, const std::optional<ThreadId>& id) {
  MessengerImpl& owner = messenger;
  thread.thread.id = id ? *id : ThreadId{owner.ids.next(owner.context.clock.now().wall)};
  thread.thread.members = thread.members.size();
  if (auto why = whyNotThread(thread)) return refuse(std::move(*why));
  if (!store.createThread(thread)) return refuse(Reason::threadExists);
  return std::move(thread.thread);
}

Result<Thread> Threads::Impl::update(const ThreadId& id, const ThreadStore::ThreadUpdate& update) {
  auto thread = store.updateThread(id, update);
  if (!thread) return refuse(Reason::threadNotFound);
  return std::move(*thread);
}

Result<void> Threads::Impl::remove(const ThreadId& thread, const UserId& user) {
  const CallStore::LoadRequest request{.thread = thread, .user = user, .membership = true};
  for (;;) {
    const auto done = messenger.engine.run(request, [&](const CallStore::Loaded& loaded, rules::Now now) {
      return rules::removeMember(loaded, user, messenger.context.rules, now);
    });
    if (!done) return refuse(done.error());
    if (done->kind == actions::Done::Kind::committed) return {};
    switch (store.removeMember(thread, user)) {
      case ThreadStore::RemoveMember::removed:
        return {};
      case ThreadStore::RemoveMember::notMember:
        return refuse(Reason::userNotFound);
      case ThreadStore::RemoveMember::callActive:
        break;  // it began just now
    }
  }
}

Threads::Threads(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Threads::Impl& Threads::here() const {
  impl_->messenger.home.require();
  return *impl_;
}
Threads::~Threads() = default;

Result<Thread> Threads::createPrivate(const ThreadMember& one, const ThreadMember& other,
                                      const std::optional<ThreadId>& id) {
  NewThread thread;
  thread.thread.type = ThreadType::privateThread;
  thread.members = {one, other};
  return here().create(std::move(thread), id);
}

Result<Thread> Threads::createGroup(const std::string& subject, const std::vector<ThreadMember>& members,
                                    const std::optional<ThreadId>& id) {
  NewThread thread;
  thread.thread.type = ThreadType::group;
  thread.thread.subject = subject;
  thread.members = members;
  return here().create(std::move(thread), id);
}

Result<Thread> Threads::setSubject(const ThreadId& thread, const std::string& subject) {
  if (auto why = whyNotText("subject", subject, /*mayBeEmpty=*/true)) return refuse(std::move(*why));
  return here().update(thread, {.subject = subject});
}

Result<Thread> Threads::setLocked(const ThreadId& thread, bool locked) {
  return here().update(thread, {.locked = locked});
}

Result<Thread> Threads::setCalling(const ThreadId& thread, bool calling) {
  return here().update(thread, {.calling = calling});
}

Result<ThreadMember> Threads::putMember(const ThreadId& thread, const ThreadMember& member) {
  if (auto why = whyNotMember(member)) return refuse(std::move(*why));
  switch (here().store.putMember(thread, member)) {
    case ThreadStore::PutMember::noThread:
      return refuse(Reason::threadNotFound);
    case ThreadStore::PutMember::full:
      return refuse(Reason::invalidInput, "a private thread has two members.");
    case ThreadStore::PutMember::stored:
      break;
  }
  auto stored = here().store.findMember(thread, member.user);
  if (!stored) return member;
  return *std::move(stored);
}

Result<void> Threads::removeMember(const ThreadId& thread, const UserId& user) {
  auto removed = here().remove(thread, user);
  if (removed) here().messenger.announceRemoved(thread, user);
  return removed;
}

Result<void> Threads::setUserName(const UserId& user, const std::string& name) {
  if (auto why = whyNotUser(user)) return refuse(std::move(*why));
  if (auto why = whyNotText("name", name, /*mayBeEmpty=*/true)) return refuse(std::move(*why));
  here().store.putUser(user, name);
  return {};
}

std::optional<Thread> Threads::find(const ThreadId& thread) const {
  return here().store.findThread(thread);
}

std::optional<ThreadMember> Threads::findMember(const ThreadId& thread, const UserId& user) const {
  return here().store.findMember(thread, user);
}

std::vector<ThreadMember> Threads::members(const ThreadId& thread) const {
  return here().store.members(thread);
}

}  // namespace messenger
