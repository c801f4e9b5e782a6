#include "jobs/due_tasks.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {
namespace {

/// A longer delay means that the process stood still and may have missed heartbeats, which come every 30 s.
constexpr std::chrono::seconds stallTolerance{10};

}  // namespace

DueTasks::DueTasks(actions::Context& context, actions::Heartbeats& heartbeats, std::function<void()> check)
    : context_(context),
      heartbeats_(heartbeats),
      check_(std::move(check)),
      nextFlush_(context.clock.steady()),
      nextCheck_(saturatingAdd(nextFlush_, context.config.presence.checkInterval)) {}

DueTasks::Due DueTasks::takeDue(Moment now) {
  const Config::Presence& presence = context_.config.presence;
  const bool flushes = context_.window.reports();
  Due due;
  const support::Lock lock(mutex_);
  const SteadyPoint earliest = flushes ? std::min(nextFlush_, nextCheck_) : nextCheck_;
  if (now.steady > saturatingAdd(earliest, stallTolerance)) context_.window.restart(now.steady);
  if (flushes && now.steady >= nextFlush_) {
    due.flush = true;
    nextFlush_ = saturatingAdd(now.steady, presence.writeBehind);
  }
  if (now.steady >= nextCheck_) {
    due.check = true;
    nextCheck_ = saturatingAdd(now.steady, presence.checkInterval);
  }
  const SteadyPoint next = flushes ? std::min(nextFlush_, nextCheck_) : nextCheck_;
  due.next = std::chrono::ceil<std::chrono::milliseconds>(saturatingDifference(next, now.steady));
  return due;
}

std::chrono::milliseconds DueTasks::run() {
  const Due due = takeDue(context_.clock.now());
  if (due.flush) report(&actions::Heartbeats::report);
  if (due.check) {
    try {
      check_();
    } catch (...) {
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("the activity check failed: {}", support::whatWasThrown()));
    }
  }
  actions::reportUnreadable(context_);
  return due.next;
}

void DueTasks::flush() {
  if (context_.window.reports()) report(&actions::Heartbeats::report);
}

void DueTasks::flushLast() {
  if (context_.window.reports()) report(&actions::Heartbeats::reportLast);
}

void DueTasks::report(void (actions::Heartbeats::*how)()) noexcept {
  try {
    (heartbeats_.*how)();
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error,
                       fmt::format("heartbeats could not be reported: {}", support::whatWasThrown()));
  }
}

}  // namespace messenger::jobs
