#include "support/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace messenger::support {
namespace {

/// Writes the last digits of a number, with zeros before it.
void put(char* at, std::size_t digits, std::int64_t number) noexcept {
  while (digits-- > 0) {
    at[digits] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

std::string toText(TimePoint moment) {
  // What the format can show.
  using namespace std::chrono;
  constexpr TimePoint first = sys_days{year{0} / January / 1};
  constexpr TimePoint last = TimePoint{sys_days{year{10000} / January / 1}} - Duration{1};
  moment = std::clamp(moment, first, last);
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment - day};
  std::string text = fmt::format("{:04}", static_cast<int>(date.year()));
  const std::size_t year = text.size();
  text += "-00-00T00:00:00.000000Z";
  char* const rest = text.data() + year;
  put(rest + 1, 2, static_cast<unsigned>(date.month()));
  put(rest + 4, 2, static_cast<unsigned>(date.day()));
  put(rest + 7, 2, time.hours().count());
  put(rest + 10, 2, time.minutes().count());
  put(rest + 13, 2, time.seconds().count());
  put(rest + 16, 6, time.subseconds().count());
  return text;
}

}  // namespace messenger::support
