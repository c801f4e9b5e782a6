#pragma once

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
        steps_(owner_->context, owner_->runner, options, std::move(pause)) {}

  jobs::WorkerSteps* operator->() noexcept { return &steps_; }

 private:
  std::shared_ptr<MessengerImpl> owner_;
  jobs::WorkerSteps steps_;
};

}  // namespace messenger
