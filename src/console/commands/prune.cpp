#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "console/commands/commands.hpp"

namespace messenger::inline v0::console {
namespace {

/// `90d` or `36h`.
std::optional<std::chrono::hours> parseAge(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char unit = text.back();
  const auto number = parseWholeNumber(text.substr(0, text.size() - 1));
  constexpr std::int64_t most = 1'000'000'000;
  if (!number || *number < 0 || *number > most || (unit != 'd' && unit != 'h')) return std::nullopt;
  return std::chrono::hours{unit == 'd' ? *number * 24 : *number};
}

Expected<std::chrono::hours> ageOf(const Arguments& arguments) {
  const auto text = arguments.text("older-than");
  if (!text) {
    return fail(ExitCode::usage, "missingOption", "calls:prune needs an age.",
                "For example --older-than=90d for 90 days, or 36h.");
  }
  if (const auto age = parseAge(*text)) return *age;
  return fail(ExitCode::usage, "badValue",
              "--older-than must be a whole number with d for days or h for hours, such as 90d.");
}

/// Deletes in steps and shows the progress, until nothing is left or Ctrl-C.
Result<std::size_t> pruneAll(Invocation& call, std::chrono::hours age, std::size_t all) {
  constexpr std::size_t step = 500;
  const StopWatch stop(call.options);
  std::size_t pruned = 0;
  while (!stop.stopped()) {
    auto batch = call.messenger->host().prune(age, step);
    if (!batch) return batch;
    pruned += *batch;
    if (*batch < step) break;
    if (call.options.progress) call.screen.progress(fmt::format("{} of {} calls deleted", pruned, all));
  }
  call.screen.clearProgress();
  return pruned;
}

Outcome run(Invocation& call) {
  const auto age = ageOf(call.arguments);
  if (!age) return tl::unexpected<Failure>(age.error());
  const auto refusal = [](const Refusal& why) {
    return fail(ExitCode::usage, std::string{toString(why.reason)}, why.text());
  };
  const auto all = call.messenger->host().prunable(*age);
  if (!all) return refusal(all.error());
  const bool dryRun = call.arguments.has("dry-run");
  std::size_t pruned = 0;
  if (!dryRun) {
    const auto done = pruneAll(call, *age, *all);
    if (!done) return refusal(done.error());
    pruned = *done;
  }
  support::JsonWriter json;
  json.beginObject().key("older_than_hours").value(static_cast<std::int64_t>(age->count()));
  json.key("found").value(static_cast<std::uint64_t>(*all));
  json.key("deleted").value(static_cast<std::uint64_t>(pruned)).endObject();
  call.screen.document(json.text());
  call.screen.line(dryRun ? fmt::format("{} calls would be deleted.", *all)
                          : fmt::format("{} calls deleted.", pruned));
  return {};
}

}  // namespace

std::vector<Command> pruneCommands() {
  Command prune;
  prune.name = "calls:prune";
  prune.summary = "delete calls that ended long ago";
  prune.description = {
      "Deletes calls that ended longer ago than --older-than, with their participants: those whose room is "
      "gone and that have no job left. Works in small steps, so that running calls do not wait; Ctrl-C stops "
      "after the current one, and what is deleted stays deleted.",
      "Config::retention (MESSENGER_RETENTION_ENDED_CALLS) does the same from the Scheduler."};
  prune.options = {{"older-than", OptionKind::text, "AGE", "90d for days or 36h for hours; at least 1h"},
                   {"dry-run", OptionKind::flag, {}, "only say how many calls would be deleted"}};
  prune.check = [](const Arguments& arguments) -> Outcome {
    if (auto age = ageOf(arguments); !age) return tl::unexpected<Failure>(std::move(age).error());
    return {};
  };
  prune.run = run;
  return {prune};
}

}  // namespace messenger::console
