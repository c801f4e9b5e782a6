#pragma once

#include "facade/messenger_impl.hpp"
#include "messenger/contracts/thread_store.hpp"
#include "messenger/threads.hpp"

namespace messenger {

/// What stands behind Threads. Owned by the Messenger's Impl, so the reference back never dangles.
class Threads::Impl {
 public:
  Impl(Messenger::Impl& owner, ThreadStore& threads) : messenger(owner), store(threads) {}

  Result<Thread> create(NewThread thread, const std::optional<ThreadId>& id);

  /// Reads the thread, changes it, stores it.
  template <class Change>
  Result<Thread> update(const ThreadId& id, Change&& change) {
    auto thread = store.findThread(id);
    if (!thread) return refuse(Reason::threadNotFound);
    change(*thread);
    if (!store.updateThread(*thread)) return refuse(Reason::threadNotFound);
    return std::move(*thread);
  }

  Messenger::Impl& messenger;
  ThreadStore& store;
};

}  // namespace messenger
