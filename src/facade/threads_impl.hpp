#pragma once

#include "facade/messenger_impl.hpp"
#include "messenger/contracts/thread_store.hpp"
#include "messenger/threads.hpp"

namespace messenger::inline v0 {

/// The implementation of Threads. Owned by MessengerImpl, so its reference to it never dangles.
class Threads::Impl {
 public:
  Impl(MessengerImpl& owner, ThreadStore& threads) : messenger(owner), store(threads) {}

  Result<Thread> create(NewThread thread, const std::optional<ThreadId>& id);

  Result<Thread> update(const ThreadId& id, const ThreadStore::ThreadUpdate& update);

  /// Off the thread and out of its active call, in one step.
  Result<void> remove(const ThreadId& thread, const UserId& user);

  MessengerImpl& messenger;
  ThreadStore& store;
};

}  // namespace messenger
