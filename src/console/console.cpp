#include "messenger/console/console.hpp"

#include <filesystem>
#include <iostream>

#include "console/command.hpp"
#include "console/commands/commands.hpp"
#include "console/help.hpp"
#include "console/host_command.hpp"

namespace messenger::inline v0::console {

Console::Console(Messenger& messenger, ConsoleOptions options)
    : messenger_(messenger), options_(std::move(options)) {
  for (const HostCommand& each : options_.commands) requireFit(each, options_.commands);
}

int Console::run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) {
  Program program;
  program.name = options_.program;
  program.commands = operatorCommands();
  for (const HostCommand& each : options_.commands) program.commands.push_back(asCommand(each));
  addHelpCommands(program);
  program.open = [this](const Arguments&) -> Expected<Messenger*> { return &messenger_; };
  return static_cast<int>(runProgram(program, options_, arguments, out, err));
}

int runMain(Messenger& messenger, int argc, const char* const* argv, std::vector<HostCommand> commands) {
  ConsoleOptions options = ConsoleOptions::forTerminal();
  options.commands = std::move(commands);
  std::vector<std::string> arguments;
  if (argc > 0) {
    options.program = std::filesystem::path{argv[0]}.filename().string();
    arguments.assign(argv + 1, argv + argc);
  }
  return Console(messenger, std::move(options)).run(arguments, std::cout, std::cerr);
}

}  // namespace messenger::console
