#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <locale>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "messenger/config.hpp"
#include "support/environment.hpp"

namespace messenger::inline v0 {
namespace {

using support::readTruth;
using support::rejectVariable;
using support::variable;

template <class Number>
std::optional<Number> parsed(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// In the C locale, whatever the process has. Not by std::from_chars: libc++ 16 has that for whole numbers
/// alone.
std::optional<double> parsedReal(const std::string& text) {
  std::istringstream in{text};
  in.imbue(std::locale::classic());
  double number{};
  in >> std::noskipws >> number;
  if (in.fail() || !in.eof() || text.starts_with('+')) return std::nullopt;
  return number;
}

template <class Number>
void readWhole(const char* name, Number& field) {
  const auto value = variable(name);
  if (!value) return;
  const auto number = parsed<Number>(*value);
  if (!number) rejectVariable(name, "a whole number");
  field = *number;
}

void readHours(const char* name, std::chrono::hours& field) {
  std::chrono::hours::rep hours = field.count();
  readWhole(name, hours);
  constexpr std::chrono::hours::rep most = 1'000'000'000;  // more does not fit into milliseconds
  field = std::chrono::hours{std::clamp(hours, -most, most)};
}

void readSeconds(const char* name, std::chrono::milliseconds& field) {
  const auto value = variable(name);
  if (!value) return;
  const auto seconds = parsedReal(*value);
  constexpr double most = 1e9;
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > most) {
    rejectVariable(name, "a number of seconds, whole or with a fraction");
  }
  field = std::chrono::milliseconds{std::llround(*seconds * 1000)};
}

/// Reads one variable; an error of `validate` then names this variable.
template <class Read>
void readWith(Config& config, const char* name, Read&& read) {
  read(name);
  try {
    config.validate();
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(fmt::format("the environment variable {}: {}", name, error.what()));
  }
}

}  // namespace

Config Config::fromEnvironment() {
  return fromEnvironment(Config{});
}

Config Config::fromEnvironment(Config config) {
  config.validate();
  Config::Jobs& jobs = config.jobs;
  Config::Presence& presence = config.presence;
  const auto read = [&](const char* name, auto&& how) { readWith(config, name, how); };

  read("MESSENGER_CALLING_ENABLED", [&](auto name) { readTruth(name, config.calling.enabled); });
  read("MESSENGER_CALLING_SUBSCRIBER_ENABLED",
       [&](auto name) { readTruth(name, config.calling.subscriber.enabled); });
  read("MESSENGER_CALLING_SUBSCRIBER_QUEUED",
       [&](auto name) { readTruth(name, config.calling.subscriber.queued); });
  read("MESSENGER_CALLING_SUBSCRIBER_CHANNEL", [&](auto name) {
    if (auto channel = variable(name)) config.calling.subscriber.channel = std::move(*channel);
  });
  read("MESSENGER_CALLS_INDEX_COUNT", [&](auto name) { readWhole(name, config.historyFirstPageSize); });
  read("MESSENGER_CALLS_PAGE_COUNT", [&](auto name) { readWhole(name, config.historyPageSize); });
  read("MESSENGER_JOBS_TRIES", [&](auto name) { readWhole(name, jobs.maxAttempts); });
  // A field that is bounded by another one follows it, unless it was set itself.
  read("MESSENGER_JOBS_BACKOFF", [&](auto name) {
    readSeconds(name, jobs.backoff);
    jobs.maxBackoff = std::max(jobs.maxBackoff, jobs.backoff);
  });
  read("MESSENGER_JOBS_LEASE", [&](auto name) { readSeconds(name, jobs.lease); });
  read("MESSENGER_PRESENCE_TTL", [&](auto name) {
    readSeconds(name, presence.ttl);
    presence.writeBehind = std::min(presence.writeBehind, presence.ttl);
  });
  read("MESSENGER_PRESENCE_WRITE_BEHIND", [&](auto name) { readSeconds(name, presence.writeBehind); });
  read("MESSENGER_LIMITS_PARTICIPANTS", [&](auto name) { readWhole(name, config.limits.participants); });
  read("MESSENGER_LIMITS_DURATION", [&](auto name) { readSeconds(name, config.limits.duration); });
  read("MESSENGER_LIMITS_WARNING", [&](auto name) { readSeconds(name, config.limits.warning); });
  read("MESSENGER_LIMITS_ALONE", [&](auto name) { readSeconds(name, config.limits.alone); });
  read("MESSENGER_LIMITS_EMPTY_GRACE", [&](auto name) { readSeconds(name, config.limits.emptyGrace); });
  read("MESSENGER_RINGING_ENABLED", [&](auto name) { readTruth(name, config.ringing.enabled); });
  read("MESSENGER_RINGING_NO_ANSWER_AFTER",
       [&](auto name) { readSeconds(name, config.ringing.noAnswerAfter); });
  read("MESSENGER_RETENTION_ENDED_CALLS", [&](auto name) { readHours(name, config.retention.endedCalls); });
  return config;
}

}  // namespace messenger
