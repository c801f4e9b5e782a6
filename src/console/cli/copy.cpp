#include "console/cli/copy.hpp"

#include <string>

#include <fmt/format.h>

#include "console/cli/database.hpp"
#include "console/cli/database_state.hpp"
#include "console/signals.hpp"
#include "support/json_writer.hpp"

namespace messenger::inline v0::console {
namespace {

/// Whether a copy can be made there: what is not empty is found later.
Outcome requireTarget(const DatabaseOptions& options) {
  const DatabaseState::Kind kind = inspectDatabase(options).kind;
  const bool isNew = kind == DatabaseState::Kind::missing || kind == DatabaseState::Kind::empty;
  return isNew ? requireFolder(options) : requireUsable(options);
}

Outcome print(Invocation& call, const DatabaseOptions& from, const DatabaseOptions& to,
              const DatabaseCopy& copy) {
  support::JsonWriter json;
  json.beginObject().key("from").value(nameOf(from)).key("to").value(nameOf(to)).key("rows").beginObject();
  Table table({"TABLE", "ROWS"});
  for (const auto& [name, rows] : copy.rows) {
    json.key(name).value(static_cast<std::uint64_t>(rows));
    table.add({{name, Tone::strong}, {std::to_string(rows)}});
  }
  json.endObject().endObject();
  call.screen.document(json.text());
  if (call.screen.json()) return {};
  table.print(call.screen);
  call.screen.line(fmt::format("Copied {} to {}, and compared every row.", shownName(from), shownName(to)));
  return {};
}

Outcome copy(Invocation& call) {
  const Arguments& arguments = call.arguments;
  const Expected<DatabaseOptions> from = Database::locate(*arguments.argument(0), arguments);
  if (!from) return tl::unexpected(from.error());
  const Expected<DatabaseOptions> to = Database::locate(*arguments.argument(1), arguments,
                                                        arguments.has("to-schema") ? "to-schema" : "schema");
  if (!to) return tl::unexpected(to.error());
  if (nameOf(*from) == nameOf(*to)) {
    return fail(ExitCode::usage, "sameDatabase", "FROM and TO are the same database.", "Nothing was done.");
  }
  if (Outcome usable = requireUsable(*from); !usable) return usable;
  if (Outcome usable = requireTarget(*to); !usable) return usable;
  const StopWatch stop(call.options);
  const DatabaseCopy copied = copyDatabase(*from, *to, [&](const CopyStep& step) {
    call.screen.progress(fmt::format("{} {}: {} of {} rows", step.compares ? "Comparing" : "Copying",
                                     step.table, step.done, step.total));
    return !stop.stopped();
  });
  call.screen.clearProgress();
  switch (copied.status) {
    case DatabaseCopy::Status::notEmpty:
      return fail(ExitCode::database, "databaseNotEmpty", shownName(*to) + " is not empty.",
                  "It was left as it was. Copy to a file, or a schema, that is not there yet.");
    case DatabaseCopy::Status::stopped:
      return fail(ExitCode::failed, "stopped", "Stopped before the end.", "Nothing was copied.");
    case DatabaseCopy::Status::done:
      break;
  }
  return print(call, *from, *to, copied);
}

}  // namespace

Command copyCommand() {
  Command copying;
  copying.name = "db:copy";
  copying.summary = "copy a whole database to another one, such as SQLite to PostgreSQL";
  copying.description = {
      "Everything that is in FROM is written to TO in one transaction, read again and compared before that "
      "is "
      "committed. When it is stopped or fails, TO is as empty as before. Makes the tables there; a TO that "
      "is not "
      "empty is refused.",
      "FROM is read at one moment. Stop all hosts first: what they write during the copy is not in it."};
  copying.arguments = {{"FROM", true, "the database to copy, as --database names one"},
                       {"TO", true, "an empty one, or one that is not there yet"}};
  copying.options = {
      {"to-schema", OptionKind::text, "NAME", "the schema of TO, where it is not that of --schema"}};
  copying.needsMessenger = false;
  copying.check = [](const Arguments& arguments) -> Outcome {
    if (!arguments.has("database")) return {};
    return fail(ExitCode::usage, "conflictingOptions", "db:copy takes FROM and TO, and no --database.",
                "Leave out --database.");
  };
  copying.run = copy;
  return copying;
}

}  // namespace messenger::console
