#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace messenger {

class Messenger;

namespace console {

/// What `Console::run` returns, and the process with it. Promised: never renumbered.
enum class ExitCode : std::uint8_t {
  ok = 0,
  failed = 1,        ///< the command could not do its work; the message says why
  usage = 2,         ///< wrong command line or environment; nothing was done
  notFound = 3,      ///< no call, no job with that id; nothing was done
  database = 4,      ///< missing, not ours, of another version, busy, damaged, or not to be reached
  interrupted = 130  ///< stopped at once by a second Ctrl-C (SIGTERM: 143)
};

/// Why a command line did not do its work, and what the operator can do about it.
struct Failure {
  ExitCode code = ExitCode::failed;
  std::string
      reason;  ///< stable, for scripts: the `error.reason` of --json; empty: the command has said it all
  std::string message;  ///< a sentence
  std::string hint;     ///< what to do; may be empty
};

/// What a HostCommand works with and speaks through, while it runs. Thread-safe, but for `stopRequested`,
/// which is for the thread that runs the command.
class CommandCall {
 public:
  CommandCall() = default;
  CommandCall(const CommandCall&) = delete;
  CommandCall& operator=(const CommandCall&) = delete;
  virtual ~CommandCall() = default;

  [[nodiscard]] virtual Messenger& messenger() = 0;
  /// Whether this flag was given.
  [[nodiscard]] virtual bool has(std::string_view flag) const = 0;

  /// A line of the result, for people; with --json nothing. Control characters in it become '?'.
  virtual void line(std::string_view text) = 0;
  /// The result with --json, one JSON document; otherwise nothing. Once at most.
  virtual void document(std::string_view json) = 0;
  /// A remark beside the result, on `err`; with --json nothing.
  virtual void note(std::string_view text) = 0;
  /// What is being done just now: rewrites one line, where `err` is a terminal.
  virtual void progress(std::string_view text) = 0;
  /// Whether to finish early: Ctrl-C, SIGTERM, or what the host said.
  [[nodiscard]] virtual bool stopRequested() const = 0;
};

/// A command that a host or a component adds to a Console: `--json` and `--help` come with it.
struct HostCommand {
  struct Flag {
    std::string name;  ///< without the dashes: `dry-run`
    std::string help;
  };

  std::string name;                      ///< a-z 0-9 : - and not one that is there already
  std::string summary;                   ///< one line, without a full stop
  std::vector<std::string> description;  ///< paragraphs
  std::vector<Flag> flags;
  /// Nothing: it went well. messenger::Error may come out, and becomes a message.
  std::function<std::optional<Failure>(CommandCall&)> run;
};

}  // namespace console
}  // namespace messenger
