#include "messenger/jobs/scheduler.hpp"

#include "jobs/scheduler_impl.hpp"

namespace messenger::inline v0 {

void Scheduler::Impl::Shared::run() {
  support::Lock lock(mutex);
  while (!stopping) {
    lock.unlock();
    const auto next = tasks.run();
    lock.lock();
    changed.wait_for(lock.native(), next, [this]() MESSENGER_NO_THREAD_SAFETY_ANALYSIS { return stopping; });
  }
  lock.unlock();
  tasks.flushLast();
}

Scheduler::Impl::Impl(std::shared_ptr<const void> owner, jobs::DueTasks& tasks)
    : shared_(new Shared{std::move(owner), tasks, {}, {}, false}) {
  thread_ = std::thread([shared = shared_] { shared->run(); });
}

Scheduler::Impl::~Impl() {
  stop();
  if (thread_.joinable()) thread_.detach();  // only when destroyed from within one of its own tasks
}

void Scheduler::Impl::stop() noexcept {
  {
    const support::Lock lock(shared_->mutex);
    shared_->stopping = true;
  }
  shared_->changed.notify_all();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

Scheduler::Scheduler(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Scheduler::Scheduler(Scheduler&& other) noexcept = default;

Scheduler& Scheduler::operator=(Scheduler&& other) noexcept {
  if (this != &other) {
    release();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Scheduler::~Scheduler() {
  release();
}

void Scheduler::release() noexcept {
  stop();
  if (impl_ && !impl_->isHere()) static_cast<void>(impl_.release());  // it cannot be taken apart in a child
}

void Scheduler::stop() noexcept {
  if (impl_ && impl_->isHere()) impl_->stop();
}

}  // namespace messenger
