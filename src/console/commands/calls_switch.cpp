#include <chrono>

#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr std::int64_t usualMinutes = 30;
constexpr std::int64_t mostMinutes = std::chrono::minutes{std::chrono::days{3650}}.count();

OptionSpec nowOption(const std::string& help) {
  return {"now", OptionKind::flag, {}, help};
}

When whenOf(const Arguments& arguments) {
  return arguments.has("now") ? When::now : When::queued;
}

std::string_view verb(When when) noexcept {
  return when == When::now ? "completed" : "dispatched";
}

Outcome checkActivity(Invocation& call) {
  if (!callingIsEnabled(call)) return {};
  const When when = whenOf(call.arguments);
  std::size_t active = 0;
  {
    const SweepProgress progress(call);
    active = call.messenger->host().checkActivity(when);
  }
  support::JsonWriter json;
  json.beginObject().key("active_calls").value(static_cast<std::uint64_t>(active));
  json.key("checks").value(active == 0 ? "none" : verb(when)).endObject();
  call.screen.document(json.text());
  call.screen.line(active == 0
                       ? "No matching active calls found."
                       : fmt::format("{} active calls found. Call activity checks {}!", active, verb(when)));
  if (active > 0 && when == When::now) call.screen.note(call.program.sweepNote);
  return {};
}

Outcome down(Invocation& call) {
  if (!callingIsEnabled(call)) return {};
  const When when = whenOf(call.arguments);
  const std::chrono::minutes duration{call.arguments.number("duration").value_or(usualMinutes)};
  const TimePoint until = saturatingAdd(call.now(), duration);
  Result<std::size_t> active = 0;
  {
    const SweepProgress progress(call);
    active = call.messenger->host().callsDown(duration, when);
  }
  if (!active)
    return fail(ExitCode::failed, std::string{toString(active.error().reason)}, active.error().text());
  support::JsonWriter json;
  json.beginObject().key("active_calls").value(static_cast<std::uint64_t>(*active));
  json.key("ends").value(*active == 0 ? "none" : verb(when));
  json.key("down_minutes").value(static_cast<std::int64_t>(duration.count()));
  json.key("down_until").value(support::toText(until)).endObject();
  call.screen.document(json.text());
  call.screen.line(*active == 0 ? "No active calls to end found."
                                : fmt::format("{} active calls found. End calls {}!", *active, verb(when)));
  call.screen.line(fmt::format("Call system is now down for {} minutes.", duration.count()));
  if (*active > 0 && when == When::now) call.screen.note(call.program.sweepNote);
  return {};
}

Outcome up(Invocation& call) {
  if (!callingIsEnabled(call)) return {};
  const bool wasDown = call.messenger->host().callsUp();
  support::JsonWriter json;
  json.beginObject().key("was_down").value(wasDown).endObject();
  call.screen.document(json.text());
  call.screen.line(wasDown ? "Call system is now online." : "Call system is already online.");
  return {};
}

}  // namespace

std::vector<Command> switchCommands() {
  const std::string disabled =
      "Does nothing while calling is disabled (MESSENGER_CALLING_ENABLED, Config::calling.enabled).";
  Command check;
  check.name = "calls:check-activity";
  check.summary = "evict participants who send no heartbeats";
  check.description = {
      "Checks the active calls older than a minute. Participants without a heartbeat for the TTL (60 s) are "
      "evicted; a call that empties ends. Without --now a job is stored for a worker.",
      "--now evicts nobody before this program could receive heartbeats for that time, or the storage shows "
      "that other processes could.",
      disabled};
  check.options = {nowOption("check before returning, instead of leaving it to a worker")};
  check.run = checkActivity;

  Command takeDown;
  takeDown.name = "calls:down";
  takeDown.summary = "end all calls and refuse new ones for a while";
  takeDown.description = {
      "From now on no call can be started, in any process on this storage, until the time is over or "
      "calls:up is run. Every active call ends: by a job for a worker, or with --now before this command "
      "returns.",
      "The rooms of ended calls are destroyed by the worker of a program that has the video driver.",
      disabled};
  takeDown.options = {{"duration", OptionKind::number, "MINUTES",
                       fmt::format("for how long, 1 to {} ({})", mostMinutes, usualMinutes), 1, mostMinutes},
                      nowOption("end the calls before returning, instead of leaving it to a worker")};
  takeDown.run = down;

  Command bringUp;
  bringUp.name = "calls:up";
  bringUp.summary = "allow calls again after calls:down";
  bringUp.description = {disabled};
  bringUp.run = up;
  return {takeDown, bringUp, check};
}

}  // namespace messenger::console
