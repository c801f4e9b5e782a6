#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include "console/arguments.hpp"
#include "messenger/console/console.hpp"

namespace messenger::inline v0::console {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

std::size_t terminalWidth() {
  constexpr std::size_t usual = 80;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const auto told = parseWholeNumber(environment("COLUMNS"));
  return told && *told > 0 && *told < 10000 ? static_cast<std::size_t>(*told) : usual;
}

}  // namespace

ConsoleOptions ConsoleOptions::forTerminal() {
  const std::string term = environment("TERM");
  const bool capable = !term.empty() && term != "dumb";
  const bool colours = capable && environment("NO_COLOR").empty();
  const bool outIsTerminal = ::isatty(STDOUT_FILENO) == 1;
  const bool errIsTerminal = ::isatty(STDERR_FILENO) == 1;
  ConsoleOptions options;
  options.colour = colours && outIsTerminal;
  options.errorColour = colours && errIsTerminal;
  options.width = outIsTerminal ? terminalWidth() : 0;
  options.progress = capable && errIsTerminal;
  options.signals = true;
  return options;
}

}  // namespace messenger::console
