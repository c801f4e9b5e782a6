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
namespace messenger::console {

[[nodiscard]] std::vector<Command> callCommands();      ///< calls:list, calls:show
[[nodiscard]] std::vector<Command> switchCommands();    ///< calls:check-activity, calls:down, calls:up
[[nodiscard]] std::vector<Command> queueCommands();     ///< queue:failed, queue:retry, queue:status
[[nodiscard]] std::vector<Command> workCommands();      ///< queue:work
[[nodiscard]] std::vector<Command> scheduleCommands();  ///< schedule:run

/// All of them.
[[nodiscard]] std::vector<Command> operatorCommands();

/// `--limit=N` of the listing commands, and what it is when it is not given.
inline constexpr std::int64_t usualLimit = 50;
[[nodiscard]] OptionSpec limitOption();
[[nodiscard]] std::size_t limitOf(const Arguments& arguments);

/// `key` with the text, or with null.
void writeText(support::JsonWriter& json, std::string_view key, const std::optional<std::string>& text);

/// Whether the three commands that look at the switch may go on; says that calling is disabled when not.
[[nodiscard]] bool callingIsEnabled(Invocation& call);

/// Counts on the progress line what a sweep does while it runs, and holds off Ctrl-C until it is through.
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
