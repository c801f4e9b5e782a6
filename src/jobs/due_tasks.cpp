#include "jobs/due_tasks.hpp"

#include <algorithm>

#include "actions/actions.hpp"
#include "actions/log.hpp"

namespace messenger::jobs {
namespace {

/// Being later than this means that the process stood still, and may have missed a client's beat (one in two
/// is 30 s).
constexpr std::chrono::seconds stallTolerance{10};

/// Heartbeats that came between reading the clock and reading the presence are written twice rather than
/// never.
constexpr std::chrono::seconds overlap{1};

}  // namespace

DueTasks::DueTasks(actions::Context& context, std::function<void()> check)
    : context_(context), check_(std::move(check)) {}

DueTasks::Due DueTasks::takeDue(Moment now) {
  const Config::Presence& presence = context_.config.presence;
  const bool flushes = presence.writeBehind.count() > 0 && presence.listens;
  Due due;
  const support::Lock lock(mutex_);
  if (!started_) {
    started_ = true;
    nextFlush_ = now.steady;
    nextCheck_ = now.steady + presence.checkInterval;
    lastFlush_ = now.steady - presence.ttl;
  }
  const SteadyPoint earliest = flushes ? std::min(nextFlush_, nextCheck_) : nextCheck_;
  if (now.steady > earliest + stallTolerance) context_.listening.restart(now);
  if (flushes && now.steady >= nextFlush_) {
    due.flush = true;
    due.window = std::chrono::ceil<Duration>(now.steady - lastFlush_) + overlap;
    lastFlush_ = now.steady;
    nextFlush_ = now.steady + presence.writeBehind;
  }
  if (now.steady >= nextCheck_) {
    due.check = true;
    nextCheck_ = now.steady + presence.checkInterval;
  }
  const SteadyPoint next = flushes ? std::min(nextFlush_, nextCheck_) : nextCheck_;
  due.next = std::chrono::ceil<std::chrono::milliseconds>(next - now.steady);
  return due;
}

std::chrono::milliseconds DueTasks::run() {
  const Moment now = context_.clock.now();
  context_.listening.observe(now);
  const Due due = takeDue(now);
  if (due.flush) flushWithin(due.window);
  if (due.check) {
    try {
      check_();
    } catch (const std::exception& error) {
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("the activity check failed: {}", error.what()));
    }
  }
  return due.next;
}

void DueTasks::flush() {
  if (context_.config.presence.writeBehind.count() == 0 || !context_.config.presence.listens) return;
  const SteadyPoint now = context_.clock.now().steady;
  Duration window = context_.config.presence.ttl;
  {
    const support::Lock lock(mutex_);
    if (started_) window = std::chrono::ceil<Duration>(now - lastFlush_) + overlap;
    lastFlush_ = now;
  }
  flushWithin(window);
}

void DueTasks::flushWithin(Duration window) {
  try {
    actions::flushPresence(context_, window);
  } catch (const std::exception& error) {
    actions::logSafely(context_.logger, LogLevel::error,
                       fmt::format("heartbeats were not written: {}", error.what()));
    // What was heard in this window is written with the next one.
    const support::Lock lock(mutex_);
    lastFlush_ -= window;
  }
}

}  // namespace messenger::jobs
