#pragma once

#include <string_view>

#include "console/command.hpp"

namespace messenger::inline v0::console {

/// The name without the `messenger:` with which Artisan commands of the Laravel package begin, so that
/// whoever is used to them is understood: `messenger:calls:down`.
[[nodiscard]] std::string_view withoutArtisanPrefix(std::string_view name) noexcept;

/// The command of that name; also by its Artisan name, unless that is the name of another one.
[[nodiscard]] const Command* findCommand(const Program& program, std::string_view name);

void printVersion(const Program& program, Screen& screen);
void printList(const Program& program, Screen& screen);
void printHelp(const Program& program, const Command& command, Screen& screen);

/// Adds `list` and `help [COMMAND]`.
void addHelpCommands(Program& program);

}  // namespace messenger::console
