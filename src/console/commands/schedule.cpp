#include <chrono>

#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"
#include "console/time_words.hpp"
#include "messenger/errors.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::console {
namespace {

std::string sentence(std::size_t active, When when) {
  if (active == 0) return "No matching active calls found.";
  return fmt::format("{} active calls found. Call activity checks {}!", active,
                     when == When::now ? "completed" : "dispatched");
}

void writeResult(Screen& screen, std::size_t active, std::size_t rounds) {
  support::JsonWriter json;
  json.beginObject().key("active_calls").value(static_cast<std::uint64_t>(active));
  json.key("rounds").value(static_cast<std::uint64_t>(rounds)).endObject();
  screen.document(json.text());
}

/// As `Config::retention` says; a batch each time, the next run goes on.
void prune(Invocation& call) {
  const std::chrono::hours age = call.messenger->config().retention.endedCalls;
  if (age.count() == 0) return;
  const auto pruned = call.messenger->host().prune(age);
  if (pruned && *pruned > 0) call.screen.line(fmt::format("{} old calls deleted.", *pruned));
}

Outcome runOnce(Invocation& call) {
  // A program that receives heartbeats cannot evict anyone when it has just started; a long-lived worker can.
  const When when = call.messenger->config().presence.receivesHeartbeats ? When::queued : When::now;
  std::size_t active = 0;
  {
    const SweepProgress progress(call);
    active = call.messenger->host().checkActivity(when);
  }
  prune(call);  // before the result: what fails has no other document
  writeResult(call.screen, active, 1);
  call.screen.line(sentence(active, when));
  if (active > 0 && when == When::now) call.screen.note(call.program.sweepNote);
  return {};
}

Outcome watch(Invocation& call) {
  const std::chrono::milliseconds interval = call.messenger->config().presence.checkInterval;
  const StopWatch stop(call.options);
  std::size_t rounds = 0;
  std::size_t active = 0;
  call.screen.note(fmt::format("Checking every {}; Ctrl-C stops.", length(interval)));
  do {
    try {
      active = call.messenger->host().checkActivity(When::now);
      call.screen.line(absolute(call.now()) + "  " + sentence(active, When::now));
      prune(call);
    } catch (const StorageUnavailable& error) {
      // A busy or full storage is temporary, and this may run for months.
      call.screen.note(absolute(call.now()) + "  " + printable(support::textOf(error), 1000));
    }
    ++rounds;
  } while (!stop.waitFor(interval));
  writeResult(call.screen, active, rounds);
  return {};
}

Outcome run(Invocation& call) {
  if (!callingIsEnabled(call)) return {};
  return call.arguments.has("watch") ? watch(call) : runOnce(call);
}

}  // namespace

std::vector<Command> scheduleCommands() {
  Command schedule;
  schedule.name = "schedule:run";
  schedule.summary = "do the due tasks: the activity check, and pruning where it is configured";
  schedule.description = {
      "For a cron entry of every minute, where no Scheduler runs in the host. Leaves the check to a worker "
      "as calls:check-activity does, or does it here when this program is configured not to receive "
      "heartbeats.",
      "--watch repeats it, as calls:check-activity --now. Ctrl-C (or SIGTERM) finishes the current check and "
      "ends with 0."};
  schedule.options = {{"watch", OptionKind::flag, {}, "repeat until stopped, one check every interval"}};
  schedule.run = run;
  return {schedule};
}

}  // namespace messenger::console
