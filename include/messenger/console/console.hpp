#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "messenger/console/command.hpp"
#include "messenger/contracts/clock.hpp"

namespace messenger {

class Messenger;

namespace console {

/// How a Console speaks. The defaults suit a pipe or a test: no colours, no progress, no signals, tables as
/// wide as they are.
struct ConsoleOptions {
  /// The name in usage lines and hints.
  std::string program = "messenger";
  /// Colours (ANSI) in what is written to `out`, and to `err`.
  bool colour = false;
  bool errorColour = false;
  /// Columns of the terminal that `out` is; a table that does not fit becomes a list. Zero: no limit.
  std::size_t width = 0;
  /// Whether `err` is a terminal: long work shows how far it is on one line that it rewrites.
  bool progress = false;
  /// While `queue:work`, `schedule:run --watch`, the `--now` sweeps and the commands of a host run, take over
  /// SIGINT and SIGTERM: the first stops after the work in hand, the second ends the process at once with 128
  /// + the signal's number. The handlers that were there before come back afterwards. At most one Console of
  /// a process may do so at a time.
  bool signals = false;
  /// Asked about ten times a second by the same commands, on the thread that called `run`: true is as good
  /// as a first Ctrl-C. May be empty; must not throw.
  std::function<bool()> stopRequested;
  /// Commands beside those of the library.
  std::vector<HostCommand> commands;
  /// What "3 min ago" is reckoned from; null for the machine's.
  std::shared_ptr<Clock> clock;

  /// For standard output and standard error as they are: width and colours when they are terminals (none with
  /// NO_COLOR, TERM=dumb or no TERM), signals on.
  [[nodiscard]] static ConsoleOptions forTerminal();
};

/// Runs the operator's commands (`calls:down`, `queue:work`, …; `list` shows them) on a host's Messenger.
///
/// With `--json`, `out` gets exactly one JSON document, whether the command succeeded (`ok` 0) or not (an
/// object with `error`); `err` then gets progress only.
///
/// Confined: one `run` at a time. The Messenger must outlive it.
class Console {
 public:
  /// Throws std::invalid_argument for a command of the host's without a fit name or anything to run.
  explicit Console(Messenger& messenger, ConsoleOptions options = {});

  /// Runs one command line, without the program's name in front: `{"calls:down", "--duration=5"}`; none is
  /// `list`. Results go to `out`, errors and progress to `err`; both are flushed. Returns an ExitCode as int.
  /// A wrong command line has changed nothing. Does not throw for what the command met: messenger::Error and
  /// refusals become messages; only std::bad_alloc and the like come out. May block for as long as the
  /// command works: `queue:work` until it is stopped.
  int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

 private:
  Messenger& messenger_;
  ConsoleOptions options_;
};

/// One line for a host's `main`: runs the command line on standard output and standard error, with
/// `ConsoleOptions::forTerminal` and the program's name from `argv[0]`. Returns what `main` returns.
int runMain(Messenger& messenger, int argc, const char* const* argv, std::vector<HostCommand> commands = {});

}  // namespace console
}  // namespace messenger
