#include "console/cli/database.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "console/layout.hpp"
#include "support/json_writer.hpp"

namespace messenger::console {
namespace {

constexpr std::int64_t usualWait = 5;
constexpr std::int64_t longestWait = 3600;

std::string shownName(const DatabaseOptions& options) {
  return printable(nameOf(options), 300);
}

/// An error's text as a message.
std::string sentence(const char* what) {
  std::string text = printable(what, 500);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

constexpr const char* isItRight = "Is --database (or MESSENGER_DATABASE) right?";

tl::unexpected<Failure> notOurs(const DatabaseOptions& options) {
  return fail(ExitCode::database, "databaseNotOurs", shownName(options) + " is not a messenger database.",
              std::string{"It was left as it was. "} + isItRight);
}

tl::unexpected<Failure> tooNew(const DatabaseOptions& options, const DatabaseState& found) {
  return fail(ExitCode::database, "databaseTooNew",
              fmt::format("{} is of version {}, and this program knows versions up to {}.",
                          shownName(options), found.version, found.latest),
              "It was left as it was. Use the program that came with the newer library.");
}

/// The URL of a server is not repeated: it may contain a password.
std::string migrateHint(const DatabaseOptions& options, std::string_view what) {
  if (kindOf(options) == DatabaseKind::sqlite) {
    return fmt::format("\"messenger db:migrate --database={}\" {}.", shownName(options), what);
  }
  return fmt::format("\"messenger db:migrate\" with the same database {}.", what);
}

/// By an option, or else by an environment variable; empty when by neither.
std::string given(const Arguments& arguments, const char* option, const char* variable) {
  std::string value = arguments.text(option).value_or("");
  if (const char* set = std::getenv(variable); value.empty() && set != nullptr) value = set;
  return value;
}

Outcome requireFolder(const DatabaseOptions& options) {
  if (kindOf(options) != DatabaseKind::sqlite) return {};
  std::error_code ignored;
  const std::filesystem::path folder = databaseFile(options).parent_path();
  if (std::filesystem::is_directory(folder, ignored)) return {};
  return fail(ExitCode::database, "folderMissing",
              "There is no folder " + printable(folder.string(), 300) + ", so there is no database in it.",
              isItRight);
}

tl::unexpected<Failure> missing(const DatabaseOptions& options) {
  if (kindOf(options) == DatabaseKind::sqlite) {
    return fail(ExitCode::database, "databaseMissing", "There is no file " + shownName(options) + ".",
                migrateHint(options, "makes a new database there"));
  }
  return fail(ExitCode::database, "databaseMissing", "There are no tables in " + shownName(options) + ".",
              migrateHint(options, "makes them there"));
}

/// Empty when the database belongs to the library and has this version.
Outcome requireUsable(const DatabaseOptions& options) {
  const DatabaseState found = inspectDatabase(options);
  switch (found.kind) {
    case DatabaseState::Kind::missing:
      if (Outcome folder = requireFolder(options); !folder) return folder;
      return missing(options);
    case DatabaseState::Kind::empty:
      return fail(ExitCode::database, "databaseEmpty", shownName(options) + " is empty.",
                  migrateHint(options, "makes it a database"));
    case DatabaseState::Kind::foreign:
      return notOurs(options);
    case DatabaseState::Kind::ours:
      break;
  }
  if (found.version > found.latest) return tooNew(options, found);
  if (found.version < found.latest) {
    return fail(
        ExitCode::database, "databaseTooOld",
        fmt::format("{} is of version {}, and this program needs version {}.", shownName(options),
                    found.version, found.latest),
        migrateHint(options,
                    "brings it up to date; programs with the older library can then no longer open it"));
  }
  return {};
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
  return {{"database", OptionKind::text, "DATABASE",
           "a file, or postgresql://HOST/NAME (MESSENGER_DATABASE); a password belongs into PGPASSWORD, as "
           "others see the command line"},
          {"schema", OptionKind::text, "NAME",
           "the schema of a PostgreSQL database (MESSENGER_DATABASE_SCHEMA, or messenger)"},
          {"presence", OptionKind::text, "PRESENCE",
           "what the hosts share their heartbeats by, where they do: redis://HOST (MESSENGER_PRESENCE)"},
          {"wait", OptionKind::number, "SECONDS",
           fmt::format("how long to wait for a busy database, 0 to {} ({})", longestWait, usualWait), 0,
           longestWait}};
}

Expected<DatabaseOptions> Database::locate(const Arguments& arguments) {
  DatabaseOptions options;
  options.url = given(arguments, "database", "MESSENGER_DATABASE");
  if (options.url.empty()) {
    return fail(ExitCode::usage, "databaseNotGiven", "No database was given.",
                "Give --database=DATABASE, or set MESSENGER_DATABASE.");
  }
  if (const std::string schema = given(arguments, "schema", "MESSENGER_DATABASE_SCHEMA"); !schema.empty()) {
    options.schema = schema;
  }
  options.timeLimit = std::chrono::seconds{arguments.number("wait").value_or(usualWait)};
  options.connections = 2;
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
  return {migrating, checking};
}

}  // namespace messenger::console
