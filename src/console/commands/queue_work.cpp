#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>

#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"
#include "console/time_words.hpp"
#include "messenger/errors.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr std::chrono::milliseconds glance{100};

/// Prints each job after it is settled. Called on the workers' OS threads.
class Report {
 public:
  explicit Report(Invocation& call) : call_(call) {}

  void add(const JobRun& run) MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    ++counts_[static_cast<std::size_t>(run.outcome)];
    if (call_.screen.json()) {
      if (runs_.size() == mostRuns) runs_.pop_front();
      runs_.push_back(run);
      return;
    }
    // Fits 80 columns for a first attempt.
    const std::string outcome = padded(toString(run.outcome), 6);
    std::string line = fmt::format("{}  {}  {:<18}  {}", absolute(call_.now()),
                                   call_.screen.paint(toneOf(run.outcome), outcome), toString(run.type),
                                   run.call ? printable(run.call->value()) : "-");
    if (run.attempt > 1) line += fmt::format("  attempt {}", run.attempt);
    call_.screen.line(line);
  }

  void showProgress() MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    call_.screen.progress(summary());
  }

  /// `why`: empty, once, stopped, unreadable.
  void finish(std::string_view why) MESSENGER_EXCLUDES(mutex_) {
    const support::Lock lock(mutex_);
    support::JsonWriter json;
    json.beginObject().key("stopped").value(why);
    for (const JobOutcome each : outcomes)
      json.key(toString(each)).value(static_cast<std::uint64_t>(count(each)));
    json.key("runs").beginArray();
    for (const JobRun& each : runs_) {
      json.beginObject()
          .key("id")
          .value(each.id.value())
          .key("type")
          .value(toString(each.type))
          .key("call_id");
      each.call ? json.value(each.call->value()) : json.null();
      json.key("attempt").value(each.attempt).key("outcome").value(toString(each.outcome)).endObject();
    }
    json.endArray().endObject();
    call_.screen.document(json.text());
    call_.screen.line(total() > 0        ? summary() + '.'
                      : why == "stopped" ? "No job was run."
                                         : "No job was available.");
  }

 private:
  static constexpr std::array<JobOutcome, 4> outcomes{JobOutcome::done, JobOutcome::retry, JobOutcome::failed,
                                                      JobOutcome::lost};
  /// A worker may run for months: so --json shows only the last ones.
  static constexpr std::size_t mostRuns = 1000;

  static Tone toneOf(JobOutcome outcome) noexcept {
    if (outcome == JobOutcome::done) return Tone::good;
    return outcome == JobOutcome::failed ? Tone::bad : Tone::warning;
  }

  [[nodiscard]] std::size_t count(JobOutcome outcome) const MESSENGER_REQUIRES(mutex_) {
    return counts_[static_cast<std::size_t>(outcome)];
  }

  [[nodiscard]] std::size_t total() const MESSENGER_REQUIRES(mutex_) {
    std::size_t sum = 0;
    for (const std::size_t each : counts_) sum += each;
    return sum;
  }

  [[nodiscard]] std::string summary() const MESSENGER_REQUIRES(mutex_) {
    std::string text = fmt::format("{} done, {} to be retried, {} failed", count(JobOutcome::done),
                                   count(JobOutcome::retry), count(JobOutcome::failed));
    if (count(JobOutcome::lost) > 0)
      text += fmt::format(", {} taken over by others", count(JobOutcome::lost));
    return text;
  }

  Invocation& call_;
  support::Mutex mutex_;
  std::array<std::size_t, outcomes.size()> counts_ MESSENGER_GUARDED_BY(mutex_){};
  std::deque<JobRun> runs_ MESSENGER_GUARDED_BY(mutex_);
};

bool isQueueName(std::string_view name) {
  return name.size() <= 64 && name.find_first_not_of(
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-") == std::string_view::npos;
}

Outcome checkWork(const Arguments& arguments) {
  if (arguments.has("once") && arguments.has("stop-when-empty")) {
    return fail(ExitCode::usage, "conflictingOptions", "Both --once and --stop-when-empty are given.",
                "Give one of them.");
  }
  if (arguments.has("once") && arguments.number("threads").value_or(1) > 1) {
    return fail(ExitCode::usage, "conflictingOptions", "--once runs one job and needs only one thread.",
                "Leave out --threads.");
  }
  if (const auto queue = arguments.text("queue"); queue && !isQueueName(*queue)) {
    return fail(ExitCode::usage, "badValue", "--queue must be 1 to 64 characters of A-Z a-z 0-9 . _ -.");
  }
  return {};
}

WorkerOptions workerOptions(const Arguments& arguments) {
  WorkerOptions options;
  options.threads = static_cast<std::size_t>(arguments.number("threads").value_or(1));
  options.queue = arguments.text("queue").value_or("");
  if (const auto tries = arguments.number("tries")) options.maxAttempts = static_cast<int>(*tries);
  if (const auto backoff = arguments.number("backoff")) options.backoff = std::chrono::seconds{*backoff};
  return options;
}

Worker startHoldingBack(Messenger& messenger, const WorkerOptions& options) {
  const SignalsHeldBack here;
  return messenger.jobs().startWorker(options);
}

/// How many jobs this version cannot read, when no others are available or running; otherwise 0, also while
/// the storage is busy. Throws when it does not answer: its jobs cannot be seen to now.
std::size_t onlyUnreadable(const Invocation& call) {
  try {
    Messenger& messenger = *call.messenger;
    const JobCounts counts = messenger.jobs().counts();
    if (counts.unreadable == 0 || counts.running > 0) return 0;
    const bool others = counts.nextAt && messenger.host().wallTimeOf(*counts.nextAt) <= call.now();
    return others ? 0 : counts.unreadable;
  } catch (const StorageBusy&) {
    return 0;
  }
}

Outcome work(Invocation& call) {
  // The null driver would record rooms as made and destroyed without asking a provider.
  if (!call.messenger->hasVideoDriver()) {
    return fail(
        ExitCode::failed, "noVideoDriver",
        "This program has no video driver, so it runs no jobs: no provider would be asked to make or to "
        "destroy a room.",
        "Run queue:work in the host application, where setVideoDriver is called. Nothing was done.");
  }
  WorkerOptions options = workerOptions(call.arguments);
  Report report(call);
  options.onRun = [&report](const JobRun& run) { report.add(run); };
  const StopWatch stop(call.options);
  // Once a signal has been answered, no worker claims another job before this OS thread has seen it too.
  options.stopRequested = [&stop] { return stop.interrupted(); };
  if (call.arguments.has("once")) {
    call.messenger->jobs().runPending(1, options);
    report.finish("once");
    return {};
  }
  const bool untilEmpty = call.arguments.has("stop-when-empty");
  bool empty = false;
  std::size_t unreadable = 0;
  Worker worker = startHoldingBack(*call.messenger, options);
  if (!untilEmpty) {
    call.screen.note(
        fmt::format("Waiting for jobs of the queue {}; Ctrl-C stops.",
                    printable(options.queue.empty() ? call.messenger->config().calling.subscriber.channel
                                                    : options.queue)));
  }
  const std::chrono::milliseconds nap = call.options.progress ? glance : std::chrono::minutes{1};
  while (!stop.stopped() && !empty && unreadable == 0) {
    if (call.options.progress) report.showProgress();
    if (untilEmpty) {
      empty = worker.drain(glance);
      if (!empty) unreadable = onlyUnreadable(call);
    } else {
      stop.waitFor(nap);
    }
  }
  worker.stop();
  // A worker continues when the storage fails, and "nothing left" would then be wrong. This throws instead.
  if (empty) static_cast<void>(call.messenger->jobs().counts());
  if (unreadable > 0) {
    call.screen.note(
        fmt::format("{} left alone: this version cannot read {}. \"messenger db:check\" names {}.",
                    unreadable == 1 ? "1 job was" : fmt::format("{} jobs were", unreadable),
                    unreadable == 1 ? "it" : "them", unreadable == 1 ? "it" : "them"));
  }
  report.finish(empty ? "empty" : unreadable > 0 ? "unreadable" : "stopped");
  return {};
}

}  // namespace

std::vector<Command> workCommands() {
  Command working;
  working.name = "queue:work";
  working.summary = "run jobs as they become available";
  working.description = {
      "Runs until it is stopped, or as --once and --stop-when-empty say. Ctrl-C (or SIGTERM) finishes the "
      "running jobs and ends with 0; a second one ends at once, and another worker takes over the running "
      "jobs after their leases.",
      "A job that fails is retried after a while; after the last attempt it is kept as failed (queue:failed, "
      "queue:retry). The command itself still succeeds.",
      "Needs a video driver (Messenger::setVideoDriver); without one nothing is run."};
  working.options = {
      {"queue", OptionKind::text, "NAME", "the queue to serve (that of the configuration, messenger)"},
      {"once", OptionKind::flag, {}, "run one job, if one is available, and stop"},
      {"stop-when-empty", OptionKind::flag, {}, "stop when no job is available"},
      {"tries", OptionKind::number, "N", "attempts for each job, 1 to 1000 (as configured)", 1, 1000},
      {"backoff", OptionKind::number, "SECONDS", "wait after the first failure, 0 to 86400 (as configured)",
       0, 86400},
      {"threads", OptionKind::number, "N", "how many jobs run at the same time, 1 to 256 (1)", 1, 256}};
  working.check = checkWork;
  working.run = work;
  return {working};
}

}  // namespace messenger::console
