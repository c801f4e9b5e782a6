#include "messenger/jobs/worker.hpp"

#include "jobs/worker_impl.hpp"

namespace messenger::inline v0 {

Worker::Worker(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Worker::Worker(Worker&& other) noexcept = default;

Worker& Worker::operator=(Worker&& other) noexcept {
  if (this != &other) {
    release();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Worker::~Worker() {
  release();
}

void Worker::release() noexcept {
  stop();
  if (impl_ && !impl_->isHere()) static_cast<void>(impl_.release());  // it cannot be taken apart in a child
}

void Worker::stop() noexcept {
  if (impl_ && impl_->isHere()) impl_->stop();
}

void Worker::requestStop() noexcept {
  if (impl_ && impl_->isHere()) impl_->requestStop();
}

bool Worker::drain(std::chrono::milliseconds atMost) {
  if (!impl_) return true;
  impl_->requireHere();
  return impl_->drain(atMost);
}

}  // namespace messenger
