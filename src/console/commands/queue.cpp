#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"
#include "console/time_words.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::console {
namespace {

void writeJob(support::JsonWriter& json, const Job& job) {
  json.beginObject().key("id").value(job.id.value()).key("type").value(toString(job.type));
  json.key("queue").value(job.queue).key("call_id");
  job.call ? json.value(job.call->value()) : json.null();
  json.key("attempts").value(job.attempts).key("created_at").value(support::toText(job.createdAt));
  writeText(json, "last_error", job.lastError);
  json.endObject();
}

Outcome failed(Invocation& call) {
  const std::size_t limit = limitOf(call.arguments);
  std::vector<Job> jobs = call.messenger->jobs().failed(0, limit + 1);
  const bool more = jobs.size() > limit;
  if (more) jobs.resize(limit);
  support::JsonWriter json;
  json.beginObject().key("jobs").beginArray();
  Table table({"JOB", "TYPE", "QUEUE", "CALL", "TRIES", "STORED", "ERROR"});
  for (const Job& each : jobs) {
    writeJob(json, each);
    table.add({{printable(each.id.value()), Tone::strong},
               {std::string{toString(each.type)}},
               {printable(each.queue)},
               {each.call ? printable(each.call->value()) : "-"},
               {std::to_string(each.attempts)},
               {moment(each.createdAt, call.now())},
               {printable(each.lastError.value_or("-")), Tone::bad}});
  }
  json.endArray().key("more").value(more).endObject();
  call.screen.document(json.text());
  if (call.screen.json()) return {};
  if (jobs.empty()) {
    call.screen.line("No failed jobs.");
    return {};
  }
  table.print(call.screen);
  if (more) call.screen.note(fmt::format("There are more than {}; --limit=N shows more of them.", limit));
  call.screen.note(fmt::format(
      "\"{0} queue:retry ID\" runs one again, \"{0} queue:retry --all\" all of them.", call.program.name));
  return {};
}

Outcome checkRetry(const Arguments& arguments) {
  const bool named = !arguments.argument().value_or("").empty();
  if (named && arguments.has("all")) {
    return fail(ExitCode::usage, "conflictingOptions", "Both an ID and --all are given.",
                "Give one of them.");
  }
  if (!named && !arguments.has("all")) {
    return fail(ExitCode::usage, "missingArgument", "Say which job to retry: its ID, or --all.",
                "queue:failed shows the failed jobs.");
  }
  return {};
}

Outcome retry(Invocation& call) {
  const bool all = call.arguments.has("all");
  const std::optional<JobId> job = all ? std::nullopt : std::optional{JobId{*call.arguments.argument()}};
  const std::size_t retried = call.messenger->jobs().retry(job);
  if (job && retried == 0) {
    return fail(ExitCode::notFound, "jobNotFound",
                "There is no failed job " + printable(job->value(), 80) + ".",
                "queue:failed shows the failed jobs.");
  }
  support::JsonWriter json;
  json.beginObject().key("retried").value(static_cast<std::uint64_t>(retried)).endObject();
  call.screen.document(json.text());
  call.screen.line(retried == 0   ? "No failed jobs."
                   : retried == 1 ? "1 job waits for a worker again."
                                  : fmt::format("{} jobs wait for a worker again.", retried));
  return {};
}

Outcome status(Invocation& call) {
  const JobCounts counts = call.messenger->jobs().counts();
  const bool down = call.messenger->host().callsAreDown();
  const Config& config = call.messenger->config();
  support::JsonWriter json;
  json.beginObject().key("queue").value(config.calling.subscriber.channel);
  json.key("waiting").value(static_cast<std::uint64_t>(counts.waiting));
  json.key("running").value(static_cast<std::uint64_t>(counts.running));
  json.key("unreadable").value(static_cast<std::uint64_t>(counts.unreadable));
  json.key("failed").value(static_cast<std::uint64_t>(counts.failed)).key("next_at");
  std::optional<TimePoint> nextAt;
  if (counts.nextAt) nextAt = call.messenger->host().wallTimeOf(*counts.nextAt);
  nextAt ? json.value(support::toText(*nextAt)) : json.null();
  json.key("calling_enabled").value(config.calling.enabled).key("calls_down").value(down).endObject();
  call.screen.document(json.text());
  if (call.screen.json()) return {};
  const auto number = [](std::size_t count, Tone tone) {
    return Cell{std::to_string(count), count == 0 ? Tone::plain : tone};
  };
  printFields(call.screen,
              {{"queue", {printable(config.calling.subscriber.channel), Tone::strong}},
               {"waiting", number(counts.waiting, Tone::warning)},
               {"running", number(counts.running, Tone::good)},
               {"failed", number(counts.failed, Tone::bad)},
               {"next job", {nextAt ? moment(*nextAt, call.now()) : "-"}},
               {"calling", !config.calling.enabled ? Cell{"disabled in this configuration", Tone::warning}
                           : down                  ? Cell{"down for maintenance", Tone::warning}
                                                   : Cell{"online", Tone::good}}},
              call.screen.width());
  if (counts.unreadable > 0) {
    call.screen.note(
        fmt::format("{} of those waiting cannot be read by this version; \"messenger db:check\" "
                    "names what it is.",
                    counts.unreadable));
  }
  return {};
}

}  // namespace

std::vector<Command> queueCommands() {
  Command showStatus;
  showStatus.name = "queue:status";
  showStatus.summary = "show how many jobs wait, run and have failed";
  showStatus.description = {"Of the queue of this configuration (MESSENGER_CALLING_SUBSCRIBER_CHANNEL)."};
  showStatus.run = status;

  Command showFailed;
  showFailed.name = "queue:failed";
  showFailed.summary = "show the failed jobs";
  showFailed.options = {limitOption()};
  showFailed.run = failed;

  Command retryFailed;
  retryFailed.name = "queue:retry";
  retryFailed.summary = "give failed jobs all their attempts again";
  retryFailed.description = {"The job waits for a worker; this command runs nothing."};
  retryFailed.arguments = {{"ID", false, "the id of the failed job"}};
  retryFailed.options = {{"all", OptionKind::flag, {}, "every failed job"}};
  retryFailed.check = checkRetry;
  retryFailed.run = retry;
  return {showStatus, showFailed, retryFailed};
}

}  // namespace messenger::console
