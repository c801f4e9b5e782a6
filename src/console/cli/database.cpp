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

std::string nameOf(const SqliteOptions& options) {
  return printable(options.path.string(), 300);
}

tl::unexpected<Failure> notOurs(const SqliteOptions& options) {
  return fail(ExitCode::database, "databaseNotOurs", nameOf(options) + " is not a messenger database.",
              "It was left as it was. Is --database (or MESSENGER_DATABASE) right?");
}

tl::unexpected<Failure> tooNew(const SqliteOptions& options, const SqliteFile& file) {
  return fail(ExitCode::database, "databaseTooNew",
              fmt::format("{} is of version {}, and this program knows versions up to {}.", nameOf(options),
                          file.version, file.latest),
              "It was left as it was. Use the program that came with the newer library.");
}

std::string migrateHint(const SqliteOptions& options, std::string_view what) {
  return fmt::format("\"messenger db:migrate --database={}\" {}.", nameOf(options), what);
}

Outcome requireFolder(const SqliteOptions& options) {
  std::error_code ignored;
  const std::filesystem::path folder = options.path.parent_path();
  if (std::filesystem::is_directory(folder, ignored)) return {};
  return fail(ExitCode::database, "folderMissing",
              "There is no folder " + printable(folder.string(), 300) + ", so there is no database in it.",
              "Is --database (or MESSENGER_DATABASE) right?");
}

/// Empty when the file belongs to the library and has this version.
Outcome requireUsable(const SqliteOptions& options) {
  const SqliteFile file = inspectSqliteFile(options);
  switch (file.kind) {
    case SqliteFileKind::missing:
      if (Outcome folder = requireFolder(options); !folder) return folder;
      return fail(ExitCode::database, "databaseMissing", "There is no file " + nameOf(options) + ".",
                  migrateHint(options, "makes a new database there"));
    case SqliteFileKind::empty:
      return fail(ExitCode::database, "databaseEmpty", nameOf(options) + " is empty.",
                  migrateHint(options, "makes it a database"));
    case SqliteFileKind::foreign:
      return notOurs(options);
    case SqliteFileKind::ours:
      break;
  }
  if (file.version > file.latest) return tooNew(options, file);
  if (file.version < file.latest) {
    return fail(
        ExitCode::database, "databaseTooOld",
        fmt::format("{} is of version {}, and this program needs version {}.", nameOf(options), file.version,
                    file.latest),
        migrateHint(options,
                    "brings it up to date; programs with the older library can then no longer open it"));
  }
  return {};
}

Outcome migrate(Invocation& call) {
  const Expected<SqliteOptions> options = Database::locate(call.arguments);
  if (!options) return tl::unexpected(options.error());
  const SqliteFile before = inspectSqliteFile(*options);
  if (Outcome folder = requireFolder(*options); !folder) return folder;
  if (before.kind == SqliteFileKind::ours && before.version > before.latest) return tooNew(*options, before);
  // Not checked here: a SQLite file without tables gets the library's tables; any other foreign file is
  // refused and left.
  static_cast<void>(sqliteStorage(*options));
  const bool made = before.kind != SqliteFileKind::ours;
  const bool changed = made || before.version != before.latest;
  support::JsonWriter json;
  json.beginObject().key("database").value(options->path.string()).key("created").value(made);
  json.key("version_before");
  made ? json.null() : json.value(before.version);
  json.key("version").value(before.latest).endObject();
  call.screen.document(json.text());
  call.screen.line(made ? fmt::format("Made the database {} (version {}).", nameOf(*options), before.latest)
                   : changed
                       ? fmt::format("Brought {} from version {} to version {}.", nameOf(*options),
                                     before.version, before.latest)
                       : fmt::format("{} is up to date (version {}).", nameOf(*options), before.latest));
  return {};
}

Outcome check(Invocation& call) {
  const Expected<SqliteOptions> options = Database::locate(call.arguments);
  if (!options) return tl::unexpected(options.error());
  if (Outcome usable = requireUsable(*options); !usable) return usable;
  call.screen.progress("Reading the whole database");
  const std::vector<std::string> findings = checkSqliteFile(*options);
  call.screen.clearProgress();
  if (findings.empty()) {
    support::JsonWriter json;
    json.beginObject().key("database").value(options->path.string()).key("sound").value(true).endObject();
    call.screen.document(json.text());
    call.screen.line(nameOf(*options) + " is sound.");
    return {};
  }
  std::string all;
  for (const std::string& each : findings) {
    const std::string finding = printable(each, 1000);
    call.screen.line("- " + finding);
    all += (all.empty() ? "" : "; ") + finding;
  }
  return fail(ExitCode::database, "databaseDamaged",
              call.screen.json() ? all : fmt::format("{} problems in {}.", findings.size(), nameOf(*options)),
              "Keep a copy of the file and of its -wal before anything else.");
}

}  // namespace

std::vector<OptionSpec> Database::options() {
  return {{"database", OptionKind::text, "FILE", "the SQLite file (MESSENGER_DATABASE)"},
          {"wait", OptionKind::number, "SECONDS",
           fmt::format("how long to wait for a busy database, 0 to {} ({})", longestWait, usualWait), 0,
           longestWait}};
}

Expected<SqliteOptions> Database::locate(const Arguments& arguments) {
  std::string path = arguments.text("database").value_or("");
  if (const char* set = std::getenv("MESSENGER_DATABASE"); path.empty() && set != nullptr) path = set;
  if (path.empty()) {
    return fail(ExitCode::usage, "databaseNotGiven", "No database was given.",
                "Give --database=FILE, or set MESSENGER_DATABASE.");
  }
  SqliteOptions options;
  options.path = std::filesystem::absolute(path);
  options.busyTimeout = std::chrono::seconds{arguments.number("wait").value_or(usualWait)};
  return options;
}

Expected<Messenger*> Database::open(const Arguments& arguments) {
  const Expected<SqliteOptions> options = locate(arguments);
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
  messenger_ = std::make_unique<Messenger>(config, sqliteStorage(*options));
  return messenger_.get();
}

std::vector<Command> databaseCommands() {
  Command migrating;
  migrating.name = "db:migrate";
  migrating.summary = "create the database, or bring its tables up to date";
  migrating.description = {
      "The only command that creates a file. A foreign or newer file is refused and left as it was."};
  migrating.needsMessenger = false;
  migrating.run = migrate;

  Command checking;
  checking.name = "db:check";
  checking.summary = "look for damage in the database";
  checking.description = {
      "SQLite's own checks, and the rules that hold between rows: nobody in an ended call, no room without a "
      "job to "
      "destroy it, no row that this version cannot read. Reads the whole file while others go on working, "
      "and changes nothing. Exit code 4 when "
      "something "
      "was found."};
  checking.needsMessenger = false;
  checking.run = check;
  return {migrating, checking};
}

}  // namespace messenger::console
