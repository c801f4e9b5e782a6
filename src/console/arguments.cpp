#include "console/arguments.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "console/layout.hpp"
#include "console/suggest.hpp"

namespace messenger::inline v0::console {
namespace {

tl::unexpected<Failure> unknownOption(const std::string& name, const std::vector<OptionSpec>& options) {
  std::vector<std::string> names;
  names.reserve(options.size());
  for (const OptionSpec& each : options) names.push_back("--" + each.name);
  const std::string near = nearest(name, names);
  return fail(ExitCode::usage, "unknownOption", "There is no option " + inQuotes(name) + " here.",
              near.empty() ? "" : "Did you mean " + near + "?");
}

}  // namespace

std::string inQuotes(std::string_view typed) {
  constexpr std::string_view rest = "://";
  const std::size_t scheme = typed.find(rest);
  if (scheme == std::string_view::npos) return '"' + printable(typed, 80) + '"';
  return '"' + printable(typed.substr(0, scheme + rest.size()), 80) + "...\"";
}

std::string shown(const OptionSpec& option) {
  return "--" + option.name + (option.placeholder.empty() ? "" : "=" + option.placeholder);
}

std::optional<std::string> Arguments::text(std::string_view option) const {
  const auto found = values_.find(option);
  return found == values_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::int64_t> Arguments::number(std::string_view option) const {
  const auto found = numbers_.find(option);
  return found == numbers_.end() ? std::nullopt : std::optional{found->second};
}

Expected<std::optional<std::string>> ArgumentReader::readCommand(const std::vector<OptionSpec>& options) {
  while (next_ < tokens_.size()) {
    const std::string& token = tokens_[next_++];
    if (token == "--") continue;
    if (token.size() < 2 || token.front() != '-') return token;
    if (Outcome read = readOption(token, options); !read) return tl::unexpected(read.error());
  }
  return std::optional<std::string>{};
}

Outcome ArgumentReader::readRest(const std::vector<OptionSpec>& options,
                                 const std::vector<ArgumentSpec>& specs) {
  bool onlyArguments = false;
  while (next_ < tokens_.size()) {
    const std::string& token = tokens_[next_++];
    if (!onlyArguments && token == "--") {
      onlyArguments = true;
    } else if (!onlyArguments && token.size() > 1 && token.front() == '-') {
      if (Outcome read = readOption(token, options); !read) return read;
    } else if (arguments_.arguments_.size() == specs.size()) {
      return fail(ExitCode::usage, "tooManyArguments", "One argument too many: " + inQuotes(token) + ".",
                  "Options begin with two dashes.");
    } else {
      arguments_.arguments_.push_back(token);
    }
  }
  for (std::size_t i = 0; i < specs.size() && !arguments_.has("help"); ++i) {
    if (specs[i].required && arguments_.argument(i).value_or("").empty())
      return fail(ExitCode::usage, "missingArgument", specs[i].name + " is missing: " + specs[i].help + ".");
  }
  return {};
}

Outcome ArgumentReader::readOption(const std::string& token, const std::vector<OptionSpec>& options) {
  if (token == "-h") return store({"help", OptionKind::flag, {}, {}}, {});
  if (token == "-V") return store({"version", OptionKind::flag, {}, {}}, {});
  const std::size_t equals = token.find('=');
  const std::string name = token.substr(0, equals);
  const auto spec = std::find_if(options.begin(), options.end(),
                                 [&](const OptionSpec& each) { return "--" + each.name == name; });
  if (spec == options.end()) return unknownOption(name, options);
  if (arguments_.has(spec->name)) {
    return fail(ExitCode::usage, "repeatedOption", name + " is given twice.", "Give it once.");
  }
  if (spec->kind == OptionKind::flag) {
    if (equals != std::string::npos) {
      return fail(ExitCode::usage, "badValue", name + " takes no value.", "Write it as " + name + ".");
    }
    return store(*spec, {});
  }
  if (equals != std::string::npos) return store(*spec, token.substr(equals + 1));
  if (next_ == tokens_.size()) return store(*spec, {});
  return store(*spec, tokens_[next_++]);
}

Outcome ArgumentReader::store(const OptionSpec& spec, const std::string& value) {
  if (spec.kind != OptionKind::flag && value.empty()) {
    return fail(ExitCode::usage, "missingValue", "--" + spec.name + " has no value.",
                "Write it as " + shown(spec) + ".");
  }
  if (spec.kind == OptionKind::number) {
    const std::optional<std::int64_t> number = parseWholeNumber(value);
    if (!number || *number < spec.minimum || *number > spec.maximum) {
      return fail(ExitCode::usage, "badValue",
                  fmt::format("--{} must be a whole number from {} to {}, not {}.", spec.name, spec.minimum,
                              spec.maximum, inQuotes(value)));
    }
    arguments_.numbers_[spec.name] = *number;
  }
  arguments_.values_[spec.name] = value;
  return {};
}

std::optional<std::int64_t> parseWholeNumber(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace messenger::console
