#include "messenger/jobs/async_worker.hpp"

#include <utility>

#include "jobs/async_worker_impl.hpp"

namespace messenger::inline v0 {

AsyncWorker::AsyncWorker(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
AsyncWorker::AsyncWorker(AsyncWorker&& other) noexcept = default;

AsyncWorker& AsyncWorker::operator=(AsyncWorker&& other) noexcept {
  if (this != &other) {
    release();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

AsyncWorker::~AsyncWorker() {
  release();
}

void AsyncWorker::release() noexcept {
  if (!impl_) return;
  try {
    if (impl_->isHere()) {
      impl_->stopUnlessAsked();
    } else {  // it cannot be taken apart in a child
      static_cast<void>(new std::shared_ptr<Impl>(impl_));
    }
  } catch (...) {  // the loop takes no work any more
  }
}

void AsyncWorker::stop(std::function<void()> stopped) {
  if (impl_ && impl_->isHere()) impl_->stop(std::move(stopped));
}

}  // namespace messenger
