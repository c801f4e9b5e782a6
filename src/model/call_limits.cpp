#include "messenger/model/call_limits.hpp"

#include <fmt/format.h>

namespace messenger::inline v0 {
namespace {

using std::chrono::milliseconds;

std::string inSeconds(milliseconds time) {
  return fmt::format("{} s", static_cast<double>(time.count()) / 1000.0);
}

/// Zero switches it off.
std::optional<std::string> whyNotTime(const std::string& field, milliseconds value, milliseconds most) {
  constexpr milliseconds least = std::chrono::seconds{1};
  if (value == milliseconds::zero() || (value >= least && value <= most)) return std::nullopt;
  return fmt::format("{} is {}, it must be 0 or {} to {}", field, inSeconds(value), inSeconds(least),
                     inSeconds(most));
}

}  // namespace

std::optional<std::string> CallLimits::whyNot(const std::string& prefix) const {
  constexpr std::size_t fewest = 2;
  constexpr std::size_t most = 1'000'000;
  constexpr milliseconds oneDay = std::chrono::hours{24};
  if (participants != 0 && (participants < fewest || participants > most)) {
    return fmt::format("{}participants is {}, it must be 0 or {} to {}", prefix, participants, fewest, most);
  }
  if (auto why = whyNotTime(prefix + "duration", duration, 30 * oneDay)) return why;
  if (warning < milliseconds::zero() || warning > oneDay) {
    return fmt::format("{}warning is {}, it must be 0 s to {}", prefix, inSeconds(warning),
                       inSeconds(oneDay));
  }
  if (auto why = whyNotTime(prefix + "alone", alone, oneDay)) return why;
  return whyNotTime(prefix + "emptyGrace", emptyGrace, std::chrono::hours{1});
}

}  // namespace messenger
