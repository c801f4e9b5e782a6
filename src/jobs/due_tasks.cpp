#include "jobs/due_tasks.hpp"

#include <algorithm>

#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {
namespace {

/// A longer delay means that the process stood still and may have missed heartbeats, which come every 30 s.
constexpr std::chrono::seconds stallTolerance{10};

/// How often old calls are looked for; after a full batch at the next opportunity.
constexpr std::chrono::minutes pruneInterval{10};

constexpr SteadyPoint never = SteadyPoint::max();

}  // namespace

DueTasks::DueTasks(actions::Context& context, actions::Heartbeats& heartbeats, Tasks tasks)
    : context_(context),
      heartbeats_(heartbeats),
      tasks_(std::move(tasks)),
      nextFlush_(context.window.reports() ? context.clock.steady() : never),
      nextCheck_(saturatingAdd(context.clock.steady(), context.config.presence.checkInterval)),
      nextPrune_(context.config.retention.endedCalls.count() > 0 ? nextCheck_ : never) {}

DueTasks::Due DueTasks::takeDue(Moment now) {
  const Config::Presence& presence = context_.config.presence;
  Due due;
  const support::Lock lock(mutex_);
  if (now.steady > saturatingAdd(std::min(nextFlush_, nextCheck_), stallTolerance)) {
    context_.window.restart(now.steady);
  }
  const auto take = [&](SteadyPoint& next, std::chrono::milliseconds interval) {
    if (now.steady < next) return false;
    next = saturatingAdd(now.steady, interval);
    return true;
  };
  due.flush = take(nextFlush_, presence.writeBehind);
  due.check = take(nextCheck_, presence.checkInterval);
  due.prune = take(nextPrune_, pruneInterval);
  const SteadyPoint next = std::min({nextFlush_, nextCheck_, nextPrune_});
  due.next = std::chrono::ceil<std::chrono::milliseconds>(saturatingDifference(next, now.steady));
  return due;
}

std::chrono::milliseconds DueTasks::run() {
  const Due due = takeDue(context_.clock.now());
  if (due.flush) report(&actions::Heartbeats::report);
  if (due.check) check();
  if (due.prune) prune();
  actions::reportUnreadable(context_);
  return due.next;
}

void DueTasks::check() noexcept {
  try {
    tasks_.check();
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "the activity check failed",
                       {{"error", support::whatWasThrown()}});
  }
}

void DueTasks::prune() noexcept {
  try {
    if (!tasks_.prune()) return;
    const support::Lock lock(mutex_);
    nextPrune_ = context_.clock.steady();
  } catch (...) {
    actions::logSafely(context_.logger, LogLevel::error, "old calls could not be pruned",
                       {{"error", support::whatWasThrown()}});
  }
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
    actions::logSafely(context_.logger, LogLevel::error, "heartbeats could not be reported",
                       {{"error", support::whatWasThrown()}});
  }
}

}  // namespace messenger::jobs
