// Command lines made of whatever comes: a line for each argument. Each ends with one of the exit codes and
// prints only what may reach a terminal; with --json exactly one document.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/console/console.hpp"
#include "messenger/messenger.hpp"
#include "support/text.hpp"

namespace messenger {
namespace {

void require(bool holds, const char* what, std::string_view more = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(more.size()), more.data());
  std::abort();
}

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

console::HostCommand echo() {
  console::HostCommand command;
  command.name = "app:echo";
  command.summary = "say what was given";
  command.flags = {{"loud", "say it loudly"}};
  command.run = [](console::CommandCall& call) -> std::optional<console::Failure> {
    call.document("{}");
    call.line(call.has("loud") ? "LOUD" : "quiet");
    return std::nullopt;
  };
  return command;
}

/// No driver: `queue:work` then refuses, and starts no OS thread.
std::unique_ptr<Messenger> withOneCall() {
  Config config;
  config.calling.enabled = true;
  Dependencies dependencies;
  dependencies.storage = memoryStorage();
  dependencies.logger = nullLogger();
  auto made = std::make_unique<Messenger>(config, std::move(dependencies));
  const UserId alice{"user", "alice"};
  const auto thread = made->threads().createPrivate({alice, "Alice"}, {{"user", "bob"}, "Bob"});
  require(made->startCall(thread->id, alice).has_value(), "a call starts");
  return made;
}

void run(std::string_view input) {
  const auto arguments = linesOf(input);
  const auto messenger = withOneCall();
  console::ConsoleOptions options;
  options.commands = {echo()};
  options.stopRequested = [] { return true; };
  options.width = input.size() % 3 == 0 ? 0 : 40 + input.size() % 60;
  std::ostringstream out;
  std::ostringstream err;
  const int exit = console::Console(*messenger, options).run(arguments, out, err);

  constexpr std::array<int, 5> known{0, 1, 2, 3, 4};
  require(std::find(known.begin(), known.end(), exit) != known.end(), "the exit code is known");
  for (const std::string& text : {out.str(), err.str()}) {
    for (const std::string& line : linesOf(text)) {
      require(support::isPlainText(line, line.size()), "a line is plain text", line);
    }
  }
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  if (std::find(arguments.begin(), end, "--json") == end) return;
  require(nlohmann::json::accept(out.str()), "--json gives one document", out.str());
  require(err.str().empty(), "--json leaves standard error alone", err.str());
}

}  // namespace
}  // namespace messenger

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return -1;
  messenger::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
