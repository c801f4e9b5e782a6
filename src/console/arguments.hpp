#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "console/failure.hpp"

namespace messenger::inline v0::console {

enum class OptionKind : std::uint8_t { flag, number, text };

/// What an option looks like and may hold.
struct OptionSpec {
  std::string name;  ///< without the dashes
  OptionKind kind = OptionKind::flag;
  std::string placeholder;  ///< `SECONDS` in `--backoff=SECONDS`; empty for a flag
  std::string help;
  std::int64_t minimum = 0;  ///< of a number
  std::int64_t maximum = 0;
};

/// What somebody typed, in quotes, for an error. Of a URL only its scheme: it may contain a password.
[[nodiscard]] std::string inQuotes(std::string_view typed);

/// As people type it: `--limit=N`.
[[nodiscard]] std::string shown(const OptionSpec& option);

struct ArgumentSpec {
  std::string name;  ///< `ID`
  bool required = true;
  std::string help;
};

/// The arguments after the command's name, checked against the specs.
class Arguments {
 public:
  [[nodiscard]] bool has(std::string_view option) const { return values_.find(option) != values_.end(); }
  [[nodiscard]] std::optional<std::string> text(std::string_view option) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view option) const;
  /// Those that are no options, from 0. Empty when it is not given.
  [[nodiscard]] std::optional<std::string> argument(std::size_t place = 0) const {
    return place < arguments_.size() ? std::optional{arguments_[place]} : std::nullopt;
  }

 private:
  friend class ArgumentReader;
  std::map<std::string, std::string, std::less<>> values_;
  std::map<std::string, std::int64_t, std::less<>> numbers_;
  std::vector<std::string> arguments_;
};

/// Takes tokens one by one. Options are `--name`, `--name=value` or `--name value`; after `--` everything is
/// an argument.
class ArgumentReader {
 public:
  explicit ArgumentReader(const std::vector<std::string>& tokens) : tokens_(tokens) {}

  /// Reads options up to the command's name. Empty: there is no name.
  Expected<std::optional<std::string>> readCommand(const std::vector<OptionSpec>& options);

  /// Reads the rest.
  Outcome readRest(const std::vector<OptionSpec>& options, const std::vector<ArgumentSpec>& specs);

  [[nodiscard]] const Arguments& arguments() const noexcept { return arguments_; }

 private:
  Outcome readOption(const std::string& token, const std::vector<OptionSpec>& options);
  Outcome store(const OptionSpec& spec, const std::string& value);

  const std::vector<std::string>& tokens_;
  std::size_t next_ = 0;
  Arguments arguments_;
};

/// A decimal whole number with nothing around it.
[[nodiscard]] std::optional<std::int64_t> parseWholeNumber(std::string_view text) noexcept;

}  // namespace messenger::console
