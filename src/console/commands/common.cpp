#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"

namespace messenger::inline v0::console {

std::vector<Command> operatorCommands() {
  std::vector<Command> all;
  for (auto family : {callCommands, switchCommands, queueCommands, workCommands, scheduleCommands,
                      pruneCommands, userCommands}) {
    std::vector<Command> commands = family();
    std::move(commands.begin(), commands.end(), std::back_inserter(all));
  }
  return all;
}

Expected<UserId> userOf(const Arguments& arguments) {
  const std::string text = *arguments.argument();
  const std::optional<UserId> user = UserId::parse(text);
  if (user) return *user;
  return fail(ExitCode::usage, "invalidInput", printable(text, 80) + " names no user.",
              "A user is given as TYPE:ID, for example user:42.");
}

OptionSpec limitOption() {
  constexpr std::int64_t most = 10000;
  return {"limit", OptionKind::number, "N", fmt::format("show at most N, 1 to {} ({})", most, usualLimit), 1,
          most};
}

std::size_t limitOf(const Arguments& arguments) {
  return static_cast<std::size_t>(arguments.number("limit").value_or(usualLimit));
}

void writeText(support::JsonWriter& json, std::string_view key, const std::optional<std::string>& text) {
  json.key(key);
  text ? json.value(*text) : json.null();
}

bool callingIsEnabled(Invocation& call) {
  if (call.messenger->config().calling.enabled) return true;
  constexpr std::string_view text = "Call system currently disabled.";
  constexpr std::string_view hint =
      "Calling is off in this configuration; MESSENGER_CALLING_ENABLED=true turns it on. Nothing was done.";
  support::JsonWriter json;
  json.beginObject().key("disabled").value(true).key("message").value(text).key("hint").value(hint);
  json.endObject();
  call.screen.document(json.text());
  call.screen.line(text);
  call.screen.note(hint);
  return false;
}

SweepProgress::SweepProgress(Invocation& call) : screen_(call.screen), stop_(call.options) {
  if (!call.options.progress) return;
  const auto show = [this] {
    screen_.progress(fmt::format("{} participants evicted, {} calls ended", left_.load(), ended_.load()));
  };
  subscriptions_.push_back(call.messenger->onCallLeft([this, show](const CallLeft&) {
    ++left_;
    show();
  }));
  subscriptions_.push_back(call.messenger->onCallEnded([this, show](const CallEnded&) {
    ++ended_;
    show();
  }));
}

SweepProgress::~SweepProgress() {
  subscriptions_.clear();
  screen_.clearProgress();
}

}  // namespace messenger::console
