#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "console/arguments.hpp"
#include "console/failure.hpp"
#include "console/screen.hpp"
#include "console/table.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0 {
class Messenger;
}

namespace messenger::inline v0::console {

struct Program;

/// What a command works with.
struct Invocation {
  const Program& program;
  const ConsoleOptions& options;
  const Arguments& arguments;
  Screen& screen;
  Messenger* messenger = nullptr;  ///< set exactly when the command needs one

  [[nodiscard]] TimePoint now() const;
};

struct Command {
  std::string name;
  std::string summary;                   ///< one line, without a full stop
  std::vector<std::string> description;  ///< paragraphs
  std::vector<OptionSpec> options;
  std::vector<ArgumentSpec> arguments;  ///< in this order
  bool needsMessenger = true;
  /// Checks what the specs cannot express (options that exclude each other), before anything is opened. May
  /// be empty.
  std::function<Outcome(const Arguments&)> check;
  std::function<Outcome(Invocation&)> run;
};

/// A command line program: its commands, and how they get their Messenger.
struct Program {
  std::string name;
  std::vector<Command> commands;
  std::vector<OptionSpec> options;  ///< in addition to those of every program
  std::vector<Field> notes;         ///< shown at the end of `list`: environment variables
  std::string sweepNote;            ///< printed after a --now sweep that found calls; may be empty
  std::function<Expected<Messenger*>(const Arguments&)> open;
};

/// Finds, checks and runs one command, and prints its outcome.
[[nodiscard]] ExitCode runProgram(const Program& program, const ConsoleOptions& options,
                                  const std::vector<std::string>& tokens, std::ostream& out,
                                  std::ostream& err);

/// Options that every command of every program takes.
[[nodiscard]] const std::vector<OptionSpec>& commonOptions();

[[nodiscard]] std::string versionText();

}  // namespace messenger::console
