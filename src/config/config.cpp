#include "messenger/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace messenger::inline v0 {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds oneHour = std::chrono::hours{1};
constexpr milliseconds oneDay = std::chrono::hours{24};

std::string inSeconds(milliseconds duration) {
  return fmt::format("{} s", static_cast<double>(duration.count()) / 1000.0);
}

void checkBetween(const char* field, std::chrono::hours value, std::chrono::hours least,
                  std::chrono::hours most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument(fmt::format("Config::{} is {} h, it must be 0 or {} h to {} h", field,
                                          value.count(), least.count(), most.count()));
}

void checkBetween(const char* field, milliseconds value, milliseconds least, milliseconds most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument(fmt::format("Config::{} is {}, it must be {} to {}", field, inSeconds(value),
                                          inSeconds(least), inSeconds(most)));
}

template <class Number>
void checkBetween(const char* field, Number value, Number least, Number most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument(
      fmt::format("Config::{} is {}, it must be {} to {}", field, value, least, most));
}

bool isQueueCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

void checkQueueName(const char* field, const std::string& name) {
  if (!name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), isQueueCharacter)) return;
  throw std::invalid_argument(fmt::format(
      "Config::{} must be 1 to 64 characters of A-Z a-z 0-9 . _ -, it has {} bytes", field, name.size()));
}

}  // namespace

void Config::validate() const {
  checkQueueName("calling.subscriber.channel", calling.subscriber.channel);
  if (const auto why = limits.whyNot("Config::limits.")) throw std::invalid_argument(*why);
  checkBetween<std::size_t>("ringing.maxCallees", ringing.maxCallees, 1, Ringing::most);
  if (ringing.noAnswerAfter.count() != 0) {
    checkBetween("ringing.noAnswerAfter", ringing.noAnswerAfter, milliseconds{1000}, oneHour);
  }
  checkBetween("ringing.againAfter", ringing.againAfter, milliseconds::zero(), oneHour);
  checkBetween<std::size_t>("sessions.mostPerUser", sessions.mostPerUser, 1, Sessions::most);
  checkBetween("jobs.maxAttempts", jobs.maxAttempts, 1, 1000);
  checkBetween("jobs.backoff", jobs.backoff, milliseconds::zero(), oneDay);
  checkBetween("jobs.maxBackoff", jobs.maxBackoff, jobs.backoff, oneDay);
  if (!std::isfinite(jobs.jitter))
    throw std::invalid_argument("Config::jobs.jitter must be 0 to 1, it is not a number");
  checkBetween("jobs.jitter", jobs.jitter, 0.0, 1.0);
  checkBetween("jobs.lease", jobs.lease, milliseconds{1000}, oneHour);
  checkBetween("jobs.unattendedLease", jobs.unattendedLease, milliseconds{1000}, oneDay);
  checkBetween("jobs.pollInterval", jobs.pollInterval, milliseconds{10}, oneHour);
  checkBetween("presence.ttl", presence.ttl, milliseconds{1000}, oneDay);
  if (presence.writeBehind.count() != 0) {
    checkBetween("presence.writeBehind", presence.writeBehind, milliseconds{1000}, presence.ttl);
  }
  checkBetween("presence.newCallGrace", presence.newCallGrace, milliseconds::zero(), oneDay);
  checkBetween("presence.checkInterval", presence.checkInterval, milliseconds{1000}, oneDay);
  if (retention.endedCalls.count() != 0) {
    checkBetween("retention.endedCalls", retention.endedCalls, Retention::shortest, Retention::longest);
  }
  checkBetween<std::size_t>("historyFirstPageSize", historyFirstPageSize, 1, 1000);
  checkBetween<std::size_t>("historyPageSize", historyPageSize, 1, 1000);
}

}  // namespace messenger
