#include "console/cli/database_state.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "console/layout.hpp"

namespace messenger::inline v0::console {
namespace {

constexpr const char* isItRight = "Is --database (or MESSENGER_DATABASE) right?";

/// The URL of a server is not repeated: it may contain a password.
std::string migrateHint(const DatabaseOptions& options, std::string_view what) {
  if (kindOf(options) == DatabaseKind::sqlite) {
    return fmt::format("\"messenger db:migrate --database={}\" {}.", shownName(options), what);
  }
  return fmt::format("\"messenger db:migrate\" with the same database {}.", what);
}

tl::unexpected<Failure> missing(const DatabaseOptions& options) {
  if (kindOf(options) == DatabaseKind::sqlite) {
    return fail(ExitCode::database, "databaseMissing", "There is no file " + shownName(options) + ".",
                migrateHint(options, "makes a new database there"));
  }
  return fail(ExitCode::database, "databaseMissing", "There are no tables in " + shownName(options) + ".",
              migrateHint(options, "makes them there"));
}

}  // namespace

std::string shownName(const DatabaseOptions& options) {
  return printable(nameOf(options), 300);
}

std::string sentence(const char* what) {
  std::string text = printable(what, 500);
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

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

tl::unexpected<Failure> tooOld(const DatabaseOptions& options, const DatabaseState& found) {
  return fail(
      ExitCode::database, "databaseTooOld",
      fmt::format("{} is of version {}, and this program needs version {}.", shownName(options),
                  found.version, found.latest),
      migrateHint(options,
                  "brings it up to date; programs with the older library can then no longer open it"));
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
  if (found.version < found.latest) return tooOld(options, found);
  return {};
}

}  // namespace messenger::console
