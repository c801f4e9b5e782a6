#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "facade/messenger_impl.hpp"
#include "jobs/worker_steps.hpp"

namespace messenger::inline v0 {

/// A Worker without OS threads, for tests that choose each of its steps.
class SteppedWorker {
 public:
  SteppedWorker(Jobs& of, const WorkerOptions& options, jobs::Persistence::Pause pause)
      : owner_(of.here().shared_from_this()),
        steps_(owner_->context, owner_->runner, options, stops_, std::move(pause)) {}

  jobs::WorkerSteps* operator->() noexcept { return &steps_; }

 private:
  std::shared_ptr<MessengerImpl> owner_;
  const std::atomic<bool> stops_ = false;
  jobs::WorkerSteps steps_;
};

}  // namespace messenger
