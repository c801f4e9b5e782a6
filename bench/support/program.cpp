#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "bench/support/report.hpp"

namespace messenger::bench {
namespace {

void printHelp(const Program& program) {
  fmt::print(
      "{}\n\nUsage: {} [options]\n\n"
      "  --runs N      repetitions of each side, in turns (default {})\n"
      "  --size N      {} (default {})\n"
      "  --only TEXT   only parts whose name contains this: {}\n"
      "  --folder DIR  where database files are made (default: the system's folder for temporary files)\n"
      "  --json        one JSON object instead of the table; times in nanoseconds\n"
      "  --help        this text\n\n"
      "Times are medians for one operation; the floor ran in the same process, in turns with ours.\n"
      "Compare the ratio, not the times: they are the machine's. 'cpu ratio' is that of processor time.\n",
      program.about, program.name, program.runs, program.sizeIs, program.size, program.parts);
}

std::size_t number(std::string_view name, std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
    throw std::invalid_argument(fmt::format("{} takes a whole number from 1 on, not '{}'", name, text));
  }
  return value;
}

/// Nothing when help was asked for.
std::optional<Options> parse(const std::vector<std::string>& arguments, const Program& program) {
  Options options{program.runs, program.size, false, {}, std::filesystem::temp_directory_path()};
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& name = arguments[at];
    const auto value = [&]() -> const std::string& {
      if (at + 1 == arguments.size()) throw std::invalid_argument(name + " takes a value");
      return arguments[++at];
    };
    if (name == "--help" || name == "-h") return std::nullopt;
    if (name == "--json") {
      options.json = true;
    } else if (name == "--runs") {
      options.runs = number(name, value());
    } else if (name == "--size") {
      options.size = number(name, value());
    } else if (name == "--only") {
      options.only = value();
    } else if (name == "--folder") {
      options.folder = value();
    } else {
      throw std::invalid_argument("unknown option " + name);
    }
  }
  return options;
}

}  // namespace

int runProgram(int argc, char** argv, const Program& program, const std::function<void(Report&)>& body) {
  constexpr int misused = 2;
  try {
    const auto options = parse({argv + 1, argv + argc}, program);
    if (!options) {
      printHelp(program);
      return 0;
    }
    Report report(*options);
    body(report);
    report.print(program);
    return 0;
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "{}: {}\n", program.name, error.what());
    return misused;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program.name, error.what());
    return 1;
  }
}

}  // namespace messenger::bench
