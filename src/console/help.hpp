#pragma once

#include <string_view>

#include "console/command.hpp"

namespace messenger::console {

[[nodiscard]] const Command* findCommand(const Program& program, std::string_view name);

void printVersion(const Program& program, Screen& screen);
void printList(const Program& program, Screen& screen);
void printHelp(const Program& program, const Command& command, Screen& screen);

/// Adds `list` and `help [COMMAND]`.
void addHelpCommands(Program& program);

}  // namespace messenger::console
