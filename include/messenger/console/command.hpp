#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

class Messenger;

namespace console {

/// What `Console::run` returns, to be the exit code of the process. Promised: never renumbered.
enum class ExitCode : std::uint8_t {
  ok = 0,
  failed = 1,        ///< the command could not do its work; the message says why
  usage = 2,         ///< wrong command line or environment; nothing was done
  notFound = 3,      ///< no call or job with that id; nothing was done
  database = 4,      ///< missing, foreign, of another version, busy, damaged, or unreachable
  interrupted = 130  ///< stopped at once by a second Ctrl-C (SIGTERM: 143)
};

/// Why a command failed, and what the operator can do about it.
struct MESSENGER_EXPORT Failure {
  ExitCode code = ExitCode::failed;  ///< what the process ends with
  std::string reason;                ///< `error.reason` of --json, stable; empty: already reported
  std::string message;               ///< a sentence
  std::string hint;                  ///< what to do; may be empty
};

/// What a HostCommand uses while it runs: the Messenger, its flags and its output. Thread-safe, except
/// `stopRequested`, which is for the OS thread that runs the command.
class MESSENGER_EXPORT CommandCall {
 public:
  CommandCall() = default;
  CommandCall(const CommandCall&) = delete;
  CommandCall& operator=(const CommandCall&) = delete;
  virtual ~CommandCall() = default;

  /// The one that the command was opened for. It lives until the command has returned.
  [[nodiscard]] virtual Messenger& messenger() = 0;
  /// Whether this flag was given.
  [[nodiscard]] virtual bool has(std::string_view flag) const = 0;

  // Control and format characters in what is printed become '?', and are escaped in a document.

  /// Prints a line of the result for people; nothing with --json.
  virtual void line(std::string_view text) = 0;
  /// Prints the result as one JSON document with --json; otherwise nothing. Call it at most once.
  virtual void document(std::string_view json) = 0;
  /// Prints a remark on `err`; nothing with --json.
  virtual void note(std::string_view text) = 0;
  /// Shows what is being done, on one line that it rewrites, when `err` is a terminal.
  virtual void progress(std::string_view text) = 0;
  /// Whether to finish early: because of Ctrl-C, SIGTERM or `ConsoleOptions::stopRequested`.
  [[nodiscard]] virtual bool stopRequested() const = 0;
};

/// A command that a host or a component adds to a Console. `--json` and `--help` are added to it.
struct HostCommand {
  /// A flag that takes no value.
  struct Flag {
    std::string name;  ///< without the dashes: `dry-run`
    std::string help;  ///< one line for `--help`
  };

  std::string name;                      ///< a-z 0-9 : - and not the name of another command
  std::string summary;                   ///< one line, without a full stop
  std::vector<std::string> description;  ///< paragraphs
  std::vector<Flag> flags;               ///< beside `--json` and `--help`
  /// Empty: success. It may throw messenger::Error, which becomes a message.
  std::function<std::optional<Failure>(CommandCall&)> run;
};

}  // namespace console
}  // namespace messenger
