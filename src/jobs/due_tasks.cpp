#include "jobs/due_tasks.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "support/thrown.hpp"

namespace messenger::jobs {
namespace {

/// A longer delay means that the process stood still and may have missed heartbeats, which come every 30 s.
constexpr std::chrono::seconds stallTolerance{10};

/// Heartbeats between reading the clock and reading the presence may be written twice, but never missed.
constexpr std::chrono::seconds overlap{1};

}  // namespace

DueTasks::DueTasks(actions::Context& context, actions::Heartbeats& heartbeats, std::function<void()> check)
    : context_(context),
      heartbeats_(heartbeats),
      check_(std::move(check)),
      nextFlush_(context.clock.steady()),
      nextCheck_(saturatingAdd(nextFlush_, context.config.presence.checkInterval)),
      lastFlush_(saturatingSubtract(nextFlush_, context.config.presence.ttl)) {}

DueTasks::Due DueTasks::takeDue(Moment now) {
  const Config::Presence& presence = context_.config.presence;
  const bool flushes = context_.window.reports();
  Due due;
  const support::Lock lock(mutex_);
  const SteadyPoint earliest = flushes ? std::min(nextFlush_, nextCheck_) : nextCheck_;
  if (now.steady > saturatingAdd(earliest, stallTolerance)) context_.window.restart(now.steady);
  if (flushes && now.steady >= nextFlush_) {
    due.flush = true;
    due.window = std::chrono::ceil<Duration>(saturatingDifference(now.steady, lastFlush_)) + overlap;
    lastFlush_ = now.steady;
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
  if (due.flush) flushWithin(due.window, &actions::Heartbeats::report);
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
  flushNow(&actions::Heartbeats::report);
}

void DueTasks::flushLast() {
  flushNow(&actions::Heartbeats::reportLast);
}

void DueTasks::flushNow(void (actions::Heartbeats::*report)(Duration)) {
  if (!context_.window.reports()) return;
  const SteadyPoint now = context_.clock.steady();
  Duration window{};
  {
    const support::Lock lock(mutex_);
    window = std::chrono::ceil<Duration>(saturatingDifference(now, lastFlush_)) + overlap;
    lastFlush_ = now;
  }
  flushWithin(window, report);
}

void DueTasks::flushWithin(Duration window, void (actions::Heartbeats::*report)(Duration)) {
  try {
    (heartbeats_.*report)(window);
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error,
                       fmt::format("heartbeats could not be reported: {}", support::whatWasThrown()));
    // Heartbeats of this window are written with the next report.
    const support::Lock lock(mutex_);
    lastFlush_ = saturatingSubtract(lastFlush_, window);
  }
}

}  // namespace messenger::jobs
