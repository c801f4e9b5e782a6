#include "console/cli/database.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "console/cli/copy.hpp"
#include "console/cli/database_state.hpp"
#include "console/layout.hpp"
#include "support/json_writer.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr std::int64_t usualWait = 5;
constexpr std::int64_t longestWait = 3600;

/// By an option, or else by an environment variable; empty when by neither.
std::string given(const Arguments& arguments, const char* option, const char* variable) {
  std::string value = arguments.text(option).value_or("");
  if (const char* set = std::getenv(variable); value.empty() && set != nullptr) value = set;
  return value;
}

Outcome migrate(Invocation& call) {
  const Expected<DatabaseOptions> options = Database::locate(call.arguments);
  if (!options) return tl::unexpected(options.error());
  const DatabaseState before = inspectDatabase(*options);
  if (Outcome folder = requireFolder(*options); !folder) return folder;
  if (before.kind == DatabaseState::Kind::ours && before.version > before.latest) {
    return tooNew(*options, before);
  }
  // Not checked here: a SQLite file without tables gets the library's tables; any other foreign file is
  // refused and left, and so is a schema with tables of the same names.
  static_cast<void>(openStorage(*options));
  const bool made = before.kind != DatabaseState::Kind::ours;
  const bool changed = made || before.version != before.latest;
  support::JsonWriter json;
  json.beginObject().key("database").value(nameOf(*options)).key("created").value(made);
  json.key("version_before");
  made ? json.null() : json.value(before.version);
  json.key("version").value(before.latest).endObject();
  call.screen.document(json.text());
  call.screen.line(
      made      ? fmt::format("Made the database {} (version {}).", shownName(*options), before.latest)
      : changed ? fmt::format("Brought {} from version {} to version {}.", shownName(*options),
                              before.version, before.latest)
                : fmt::format("{} is up to date (version {}).", shownName(*options), before.latest));
  return {};
}

Outcome check(Invocation& call) {
  const Expected<DatabaseOptions> options = Database::locate(call.arguments);
  if (!options) return tl::unexpected(options.error());
  if (Outcome usable = requireUsable(*options); !usable) return usable;
  call.screen.progress("Reading the whole database");
  const std::vector<std::string> findings = checkDatabase(*options);
  call.screen.clearProgress();
  if (findings.empty()) {
    support::JsonWriter json;
    json.beginObject().key("database").value(nameOf(*options)).key("sound").value(true).endObject();
    call.screen.document(json.text());
    call.screen.line(shownName(*options) + " is sound.");
    return {};
  }
  std::string all;
  for (const std::string& each : findings) {
    const std::string finding = printable(each, 1000);
    call.screen.line("- " + finding);
    all += (all.empty() ? "" : "; ") + finding;
  }
  return fail(
      ExitCode::database, "databaseDamaged",
      call.screen.json() ? all : fmt::format("{} problems in {}.", findings.size(), shownName(*options)),
      kindOf(*options) == DatabaseKind::sqlite
          ? "Keep a copy of the file and of its -wal before anything else."
          : "Make a backup before anything else.");
}

}  // namespace

std::vector<OptionSpec> Database::options() {
  return {
      {"database", OptionKind::text, "DATABASE",
       "a file, or postgresql://HOST/NAME (MESSENGER_DATABASE); a password belongs into PGPASSWORD, as "
       "others see the command line"},
      {"schema", OptionKind::text, "NAME",
       "the schema of a PostgreSQL database (MESSENGER_DATABASE_SCHEMA, or messenger)"},
      {"pooled", OptionKind::flag, "", "the URL leads to a pooler in transaction mode, such as PgBouncer"},
      {"presence", OptionKind::text, "PRESENCE",
       "what the hosts share their heartbeats by, where they do: redis://HOST (MESSENGER_PRESENCE)"},
      {"wait", OptionKind::number, "SECONDS",
       fmt::format("how long to wait for a busy database, 0 to {} ({})", longestWait, usualWait), 0,
       longestWait}};
}

Expected<DatabaseOptions> Database::locate(const Arguments& arguments) {
  const std::string url = given(arguments, "database", "MESSENGER_DATABASE");
  if (!url.empty()) return locate(url, arguments);
  return fail(ExitCode::usage, "databaseNotGiven", "No database was given.",
              "Give --database=DATABASE, or set MESSENGER_DATABASE.");
}

Expected<DatabaseOptions> Database::locate(const std::string& url, const Arguments& arguments,
                                           const char* schemaOption) {
  DatabaseOptions options;
  options.url = url;
  if (const std::string schema = given(arguments, schemaOption, "MESSENGER_DATABASE_SCHEMA");
      !schema.empty()) {
    options.schema = schema;
  }
  options.timeLimit = std::chrono::seconds{arguments.number("wait").value_or(usualWait)};
  options.connections = 2;
  options.pooled = arguments.has("pooled");
  try {
    static_cast<void>(nameOf(options));
  } catch (const std::invalid_argument& error) {
    return fail(ExitCode::usage, "badDatabase", sentence(error.what()),
                "Are --database and --schema (or MESSENGER_DATABASE and MESSENGER_DATABASE_SCHEMA) right?");
  }
  return options;
}

Expected<Messenger*> Database::open(const Arguments& arguments) {
  const Expected<DatabaseOptions> options = locate(arguments);
  if (!options) return tl::unexpected(options.error());
  Config config;
  try {
    config = Config::fromEnvironment();
    config.validate();
  } catch (const std::invalid_argument& error) {
    return fail(ExitCode::usage, "badEnvironment", printable(error.what(), 500), "Nothing was done.");
  }
  config.calling.subscriber.queued = true;
  config.presence.receivesHeartbeats = false;
  if (Outcome usable = requireUsable(*options); !usable) return tl::unexpected(usable.error());
  Dependencies dependencies;
  try {
    dependencies.presence = openPresence(given(arguments, "presence", "MESSENGER_PRESENCE"));
  } catch (const std::invalid_argument& error) {
    return fail(ExitCode::usage, "badPresence", sentence(error.what()),
                "Is --presence (or MESSENGER_PRESENCE) right?");
  }
  dependencies.storage = openStorage(*options);
  messenger_ = std::make_unique<Messenger>(config, dependencies);
  return messenger_.get();
}

std::vector<Command> databaseCommands() {
  Command migrating;
  migrating.name = "db:migrate";
  migrating.summary = "create the database, or bring its tables up to date";
  migrating.description = {
      "The only command that creates a file or tables. What is foreign or newer is refused and left as it "
      "was. On PostgreSQL it needs a role that may make tables."};
  migrating.needsMessenger = false;
  migrating.run = migrate;

  Command checking;
  checking.name = "db:check";
  checking.summary = "look for damage in the database";
  checking.description = {
      "The rules that hold between rows: nobody in an ended call, no room without a job to destroy it, no "
      "row "
      "that this version cannot read; and SQLite's own checks. Reads the whole database while others go on "
      "working, and changes nothing. Exit code 4 when something was found."};
  checking.needsMessenger = false;
  checking.run = check;
  return {migrating, checking, copyCommand()};
}

}  // namespace messenger::console
