#include "messenger/jobs/worker.hpp"

#include "jobs/worker_impl.hpp"

namespace messenger {

Worker::Worker(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Worker::Worker(Worker&& other) noexcept = default;

Worker& Worker::operator=(Worker&& other) noexcept {
  if (this != &other) {
    stop();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Worker::~Worker() {
  stop();
}

void Worker::stop() noexcept {
  if (impl_) impl_->stop();
}

void Worker::requestStop() noexcept {
  if (impl_) impl_->requestStop();
}

bool Worker::drain(std::chrono::milliseconds atMost) {
  return !impl_ || impl_->drain(atMost);
}

}  // namespace messenger
