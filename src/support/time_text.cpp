#include "support/time_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace messenger::inline v0::support {
namespace {

/// Writes the last digits of a number, with zeros before it.
void put(char* at, std::size_t digits, std::int64_t number) noexcept {
  while (digits-- > 0) {
    at[digits] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

/// A number of exactly so many digits at the beginning of the text, which it is taken off.
std::optional<unsigned> take(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  unsigned number = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    number = number * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool takeSign(std::string_view& text, char sign) noexcept {
  if (text.empty() || text.front() != sign) return false;
  text.remove_prefix(1);
  return true;
}

/// The same with a sign before the number.
std::optional<unsigned> takeAfter(std::string_view& text, char sign, std::size_t digits) noexcept {
  return takeSign(text, sign) ? take(text, digits) : std::nullopt;
}

/// Up to six decimals after a point, if there is one.
std::optional<std::chrono::microseconds> takeFraction(std::string_view& text) noexcept {
  std::chrono::microseconds fraction{0};
  if (!takeSign(text, '.')) return fraction;
  std::chrono::microseconds unit{100'000};
  std::size_t digits = 0;
  for (; digits < 6 && !text.empty() && text.front() != 'Z'; ++digits) {
    const auto digit = take(text, 1);
    if (!digit) return std::nullopt;
    fraction += unit * *digit;
    unit /= 10;
  }
  if (digits == 0) return std::nullopt;
  return fraction;
}

}  // namespace

std::optional<TimePoint> parseTime(std::string_view text) noexcept {
  using namespace std::chrono;
  const auto year = take(text, 4);
  const auto month = takeAfter(text, '-', 2);
  const auto day = takeAfter(text, '-', 2);
  const auto hour = takeAfter(text, 'T', 2);
  const auto minute = takeAfter(text, ':', 2);
  const auto second = takeAfter(text, ':', 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const auto fraction = takeFraction(text);
  if (!fraction || text != "Z") return std::nullopt;
  const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                            std::chrono::day{*day}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return TimePoint{sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} + *fraction};
}

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
