#include "console/time_words.hpp"

#include <chrono>

#include <fmt/format.h>

#include "support/time_text.hpp"

namespace messenger::inline v0::console {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string rounded(Duration duration) {
  if (duration < minutes{1}) return fmt::format("{} s", duration_cast<seconds>(duration).count());
  if (duration < hours{1}) return fmt::format("{} min", duration_cast<minutes>(duration).count());
  if (duration < hours{48}) return fmt::format("{} h", duration_cast<hours>(duration).count());
  return fmt::format("{} days", duration_cast<std::chrono::days>(duration).count());
}

}  // namespace

std::string absolute(TimePoint moment) {
  const std::string text = support::toText(moment);  // 2026-01-01T00:00:01.000000Z
  const std::size_t date = text.find('T');
  return text.substr(0, date) + ' ' + text.substr(date + 1, text.find('.') - date - 1) + " UTC";
}

std::string relative(TimePoint moment, TimePoint now) {
  constexpr seconds justNow{1};
  const Duration away = moment < now ? saturatingDifference(now, moment) : saturatingDifference(moment, now);
  if (away < justNow) return "just now";
  return moment < now ? rounded(away) + " ago" : "in " + rounded(away);
}

std::string moment(TimePoint moment, TimePoint now) {
  return fmt::format("{} ({})", relative(moment, now), absolute(moment));
}

std::string length(Duration duration) {
  if (duration < minutes{1} || duration >= hours{48}) return rounded(duration);
  if (duration < hours{1}) {
    return fmt::format("{} min {} s", duration_cast<minutes>(duration).count(),
                       duration_cast<seconds>(duration % minutes{1}).count());
  }
  return fmt::format("{} h {} min", duration_cast<hours>(duration).count(),
                     duration_cast<minutes>(duration % hours{1}).count());
}

}  // namespace messenger::console
