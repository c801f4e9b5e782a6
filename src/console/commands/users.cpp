#include <fmt/format.h>

#include "console/commands/commands.hpp"

namespace messenger::inline v0::console {
namespace {

Outcome erase(Invocation& call) {
  const auto user = userOf(call.arguments);
  if (!user) return tl::unexpected<Failure>(user.error());
  const std::size_t calls = call.messenger->host().eraseUser(*user);
  support::JsonWriter json;
  json.beginObject().key("calls").value(static_cast<std::uint64_t>(calls)).endObject();
  call.screen.document(json.text());
  call.screen.line(calls == 1 ? "The user is erased, also in 1 call."
                              : fmt::format("The user is erased, also in {} calls.", calls));
  return {};
}

}  // namespace

std::vector<Command> userCommands() {
  Command erasing;
  erasing.name = "users:erase";
  erasing.summary = "forget a user: out of calls and threads, another id in their place";
  erasing.description = {
      "Takes the user out of active calls, off the threads that are stored here, and puts a random id in "
      "their "
      "place in all calls. It cannot be undone, so it needs --yes. Once nothing acts for the user any more, "
      "and "
      "before your own directory forgets who their threads were.",
      "After a failure, run it again."};
  erasing.arguments = {{"USER", true, "the user, as TYPE:ID"}};
  erasing.options = {{"yes", OptionKind::flag, {}, "do it"}};
  erasing.check = [](const Arguments& arguments) -> Outcome {
    if (arguments.has("yes")) return {};
    return fail(ExitCode::usage, "missingOption", "users:erase cannot be undone.", "Add --yes to do it.");
  };
  erasing.run = erase;
  return {erasing};
}

}  // namespace messenger::console
