#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "messenger/console/command.hpp"
#include "messenger/contracts/clock.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

class Messenger;

namespace console {

/// How a Console prints. The defaults suit a pipe or a test: no colours, no progress, no signals, no limit on
/// the width of tables.
struct MESSENGER_EXPORT ConsoleOptions {
  /// The name in usage lines and hints.
  std::string program = "messenger";
  /// ANSI colours on `out`, and on `err`.
  bool colour = false;
  bool errorColour = false;  ///< the same on `err`
  /// Columns of the terminal; a table that does not fit becomes a list. Zero: no limit.
  std::size_t width = 0;
  /// Whether `err` is a terminal: long work then shows its progress on one line that it rewrites.
  bool progress = false;
  /// While `queue:work`, `schedule:run --watch`, the `--now` sweeps and the commands of a host run, take over
  /// SIGINT and SIGTERM: the first one stops the command after the current work, the second one ends the
  /// process at once with 128 + the signal's number. The previous handlers are restored afterwards. At most
  /// one Console of a process may do so at a time.
  bool signals = false;
  /// Called about ten times a second by the same commands, on the OS thread that called `run`. True has the
  /// effect of a first Ctrl-C. May be empty; must not throw.
  std::function<bool()> stopRequested;
  /// Further commands.
  std::vector<HostCommand> commands;
  /// The clock for texts like "3 min ago"; null for the machine's.
  std::shared_ptr<Clock> clock;

  /// The options for standard output and standard error: width and colours when they are terminals (no
  /// colours with NO_COLOR, TERM=dumb or no TERM), signals on.
  [[nodiscard]] static ConsoleOptions forTerminal();
};

/// Runs the operator's commands (`calls:down`, `queue:work`, …; `list` shows them) on a host's Messenger.
///
/// With `--json`, `out` gets exactly one JSON document, whether the command succeeded (`ok` 0) or not (an
/// object with `error`); `err` then gets progress only.
///
/// Confined: one `run` at a time. The Messenger must outlive it.
class MESSENGER_EXPORT Console {
 public:
  /// Throws std::invalid_argument for a HostCommand with an invalid name or without a function to run.
  explicit Console(Messenger& messenger, ConsoleOptions options = {});

  /// Runs one command line, without the program's name: `{"calls:down", "--duration=5"}`. An empty one runs
  /// `list`. Results go to `out`, errors and progress to `err`; both are flushed. Returns an ExitCode as int.
  /// A wrong command line has changed nothing. Errors and refusals of the Messenger become messages; only
  /// exceptions like std::bad_alloc are thrown. Blocks until the command has finished: `queue:work` until it
  /// is stopped.
  int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

 private:
  Messenger& messenger_;
  ConsoleOptions options_;
};

/// One line for a host's `main`: runs the command line on standard output and standard error, with
/// `ConsoleOptions::forTerminal` and the program's name from `argv[0]`. Returns what `main` returns.
MESSENGER_EXPORT int runMain(Messenger& messenger, int argc, const char* const* argv,
                             std::vector<HostCommand> commands = {});

}  // namespace console
}  // namespace messenger
