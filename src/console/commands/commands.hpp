#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/command.hpp"
#include "console/signals.hpp"
#include "messenger/messenger.hpp"
#include "support/json_writer.hpp"

/// The operator's commands by family; each `.cpp` beside this file holds one family.
namespace messenger::inline v0::console {

[[nodiscard]] std::vector<Command> callCommands();    ///< calls:list, calls:show, calls:ringing, calls:missed
[[nodiscard]] std::vector<Command> switchCommands();  ///< calls:check-activity, calls:down, calls:up
[[nodiscard]] std::vector<Command> queueCommands();   ///< queue:failed, queue:retry, queue:status
[[nodiscard]] std::vector<Command> workCommands();    ///< queue:work
[[nodiscard]] std::vector<Command> scheduleCommands();  ///< schedule:run
[[nodiscard]] std::vector<Command> pruneCommands();     ///< calls:prune
[[nodiscard]] std::vector<Command> userCommands();      ///< users:erase

/// All of them.
[[nodiscard]] std::vector<Command> operatorCommands();

/// `--limit=N` of the listing commands, and its default.
inline constexpr std::int64_t usualLimit = 50;
[[nodiscard]] OptionSpec limitOption();
[[nodiscard]] std::size_t limitOf(const Arguments& arguments);

/// The user that the command's argument names, as TYPE:ID.
[[nodiscard]] Expected<UserId> userOf(const Arguments& arguments);

/// `key` with the text, or with null.
void writeText(support::JsonWriter& json, std::string_view key, const std::optional<std::string>& text);

/// Whether the three commands that use the switch may continue; when not, prints that calling is disabled.
[[nodiscard]] bool callingIsEnabled(Invocation& call);

/// Shows the progress of a sweep while it runs, and delays Ctrl-C until it is done.
class SweepProgress {
 public:
  explicit SweepProgress(Invocation& call);
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;
  ~SweepProgress();

 private:
  Screen& screen_;
  StopWatch stop_;
  std::atomic<std::size_t> left_{0};
  std::atomic<std::size_t> ended_{0};
  std::vector<Subscription> subscriptions_;
};

}  // namespace messenger::console
