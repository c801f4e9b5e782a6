#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <ostream>

#include <fmt/format.h>

#include "console/command.hpp"
#include "console/help.hpp"
#include "console/layout.hpp"
#include "console/suggest.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/errors.hpp"
#include "messenger/version.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::console {
namespace {

/// --json counts even when the rest of the line is wrong, because its user parses the answer.
bool wantsJson(const std::vector<std::string>& tokens) {
  const auto end = std::find(tokens.begin(), tokens.end(), "--");
  return std::find(tokens.begin(), end, "--json") != end;
}

std::vector<OptionSpec> joined(const std::vector<OptionSpec>& some, const std::vector<OptionSpec>& others) {
  std::vector<OptionSpec> all = some;
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

tl::unexpected<Failure> unknownCommand(const Program& program, const std::string& typed) {
  const std::string name{withoutArtisanPrefix(typed)};
  std::vector<std::string> names;
  std::string family;
  for (const Command& each : program.commands) {
    names.push_back(each.name);
    if (!name.empty() && each.name.rfind(name + ':', 0) == 0) {
      family += (family.empty() ? "" : ", ") + each.name;
    }
  }
  const std::string near = nearest(name, names);
  std::string hint = !family.empty() ? "There are " + family + ". "
                     : near.empty()  ? ""
                                     : "Did you mean " + near + "? ";
  hint += "\"" + program.name + " list\" shows all commands.";
  return fail(ExitCode::usage, "unknownCommand", "There is no command " + inQuotes(typed) + ".", hint);
}

/// Turns an exception into a Failure.
Failure failureOf(const std::exception& error) {
  std::string text = printable(support::textOf(error), 1000);
  if (text.empty() || text.back() != '.') text += '.';
  if (dynamic_cast<const StorageBusy*>(&error) != nullptr) {
    return {ExitCode::database, "storageBusy", text, "The same command may succeed later."};
  }
  if (dynamic_cast<const StorageUnavailable*>(&error) != nullptr) {
    return {ExitCode::database, "storageUnavailable", text, {}};
  }
  if (dynamic_cast<const StorageIncompatible*>(&error) != nullptr) {
    return {ExitCode::database, "storageIncompatible", text, "The database was left as it was."};
  }
  if (dynamic_cast<const StorageUnreadable*>(&error) != nullptr) {
    return {ExitCode::database, "storageUnreadable", text, "A newer library may have written this."};
  }
  if (dynamic_cast<const StorageCorrupt*>(&error) != nullptr) {
    return {ExitCode::database, "storageCorrupt", text,
            "The library cannot have written this data; db:check looks for more."};
  }
  if (dynamic_cast<const StorageError*>(&error) != nullptr) {
    return {ExitCode::database, "storageRefused", text, "The storage refused it, and was left as it was."};
  }
  return {ExitCode::failed, "failed", text, {}};
}

Outcome dispatch(const Program& program, const ConsoleOptions& options,
                 const std::vector<std::string>& tokens, Screen& screen) {
  ArgumentReader reader(tokens);
  const std::vector<OptionSpec> everywhere = joined(program.options, commonOptions());
  const auto name = reader.readCommand(everywhere);
  if (!name) return tl::unexpected(name.error());
  if (!*name && reader.arguments().has("version")) {
    printVersion(program, screen);
    return {};
  }
  if (!*name) {
    printList(program, screen);
    return {};
  }
  const Command* command = findCommand(program, **name);
  if (command == nullptr) return unknownCommand(program, **name);
  if (Outcome read = reader.readRest(joined(command->options, everywhere), command->arguments); !read) {
    Failure failure = read.error();
    failure.hint += (failure.hint.empty() ? "" : " ") +
                    fmt::format("\"{} help {}\" shows how it is used.", program.name, command->name);
    return tl::unexpected(failure);
  }
  const Arguments& arguments = reader.arguments();
  if (arguments.has("help")) {
    printHelp(program, *command, screen);
    return {};
  }
  if (command->check) {
    if (Outcome checked = command->check(arguments); !checked) return checked;
  }
  Invocation invocation{program, options, arguments, screen};
  if (command->needsMessenger) {
    const Expected<Messenger*> opened = program.open(arguments);
    if (!opened) return tl::unexpected(opened.error());
    invocation.messenger = *opened;
  }
  return command->run(invocation);
}

}  // namespace

TimePoint Invocation::now() const {
  if (options.clock) return options.clock->now().wall;
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

const std::vector<OptionSpec>& commonOptions() {
  static const std::vector<OptionSpec> all{
      {"json", OptionKind::flag, {}, "one JSON document on standard output, also for errors"},
      {"help", OptionKind::flag, {}, "how a command is used (-h)"},
      {"version", OptionKind::flag, {}, "the version of the library (-V)"}};
  return all;
}

std::string versionText() {
  return std::string{libraryVersionText()};
}

ExitCode runProgram(const Program& program, const ConsoleOptions& options,
                    const std::vector<std::string>& tokens, std::ostream& out, std::ostream& err) {
  Screen screen(out, err, options, wantsJson(tokens));
  Outcome outcome;
  try {
    outcome = dispatch(program, options, tokens, screen);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    outcome = tl::unexpected(failureOf(error));
  } catch (...) {  // a command of the host's
    outcome = fail(ExitCode::failed, "failed", "The command threw " + support::whatWasThrown() + '.');
  }
  if (!outcome && !outcome.error().reason.empty()) screen.fail(outcome.error());
  if (!screen.finish()) {
    err << "Error: the result could not be written.\n" << std::flush;
    return ExitCode::failed;
  }
  return outcome ? ExitCode::ok : outcome.error().code;
}

}  // namespace messenger::console
