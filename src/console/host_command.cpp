#include "console/host_command.hpp"

#include <algorithm>
#include <stdexcept>

#include "console/commands/commands.hpp"
#include "console/layout.hpp"

namespace messenger::inline v0::console {
namespace {

class CallOfHost final : public CommandCall {
 public:
  explicit CallOfHost(Invocation& call) : call_(call), stop_(call.options) {}
  ~CallOfHost() override { call_.screen.clearProgress(); }
  CallOfHost(const CallOfHost&) = delete;
  CallOfHost& operator=(const CallOfHost&) = delete;

  [[nodiscard]] Messenger& messenger() override { return *call_.messenger; }
  [[nodiscard]] bool has(std::string_view flag) const override { return call_.arguments.has(flag); }
  void line(std::string_view text) override { call_.screen.line(printable(text, unlimited)); }
  void document(std::string_view json) override { call_.screen.document(json); }
  void note(std::string_view text) override { call_.screen.note(printable(text, unlimited)); }
  void progress(std::string_view text) override { call_.screen.progress(text); }
  [[nodiscard]] bool stopRequested() const override { return stop_.stopped(); }

 private:
  Invocation& call_;
  StopWatch stop_;
};

bool isFit(std::string_view name) {
  const auto isAllowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '-';
  };
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), isAllowed);
}

bool isTaken(std::string_view name) {
  if (name == "list" || name == "help") return true;
  const std::vector<Command> ours = operatorCommands();
  return std::any_of(ours.begin(), ours.end(), [&](const Command& each) { return each.name == name; });
}

}  // namespace

void requireFit(const HostCommand& command, const std::vector<HostCommand>& all) {
  const auto alike = std::count_if(all.begin(), all.end(),
                                   [&](const HostCommand& each) { return each.name == command.name; });
  if (!isFit(command.name)) throw std::invalid_argument("HostCommand::name must consist of a-z 0-9 : -");
  if (alike > 1 || isTaken(command.name)) {
    throw std::invalid_argument("HostCommand::name: there is already a command " + command.name + " already");
  }
  if (!command.run) throw std::invalid_argument("HostCommand::run must not be empty");
}

Command asCommand(const HostCommand& command) {
  Command made;
  made.name = command.name;
  made.summary = command.summary;
  made.description = command.description;
  for (const HostCommand::Flag& flag : command.flags) {
    made.options.push_back({flag.name, OptionKind::flag, {}, flag.help});
  }
  made.run = [run = command.run](Invocation& invocation) -> Outcome {
    CallOfHost call(invocation);
    auto failure = run(call);
    if (!failure) return {};
    return tl::unexpected(std::move(*failure));
  };
  return made;
}

}  // namespace messenger::console
