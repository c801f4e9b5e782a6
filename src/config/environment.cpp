#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "messenger/config.hpp"

namespace messenger {
namespace {

[[noreturn]] void reject(const char* name, const char* allowed) {
  // The value is not repeated: what lands in the wrong variable may be a password.
  throw std::invalid_argument(fmt::format("the environment variable {} must be {}", name, allowed));
}

std::optional<std::string> valueOf(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): at startup, by the host's choice
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

void readTruth(const char* name, bool& field) {
  auto value = valueOf(name);
  if (!value) return;
  std::transform(value->begin(), value->end(), value->begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  const bool isYes = std::find(yes.begin(), yes.end(), *value) != yes.end();
  if (!isYes && std::find(no.begin(), no.end(), *value) == no.end()) {
    reject(name, "one of true, false, 1, 0, yes, no, on, off");
  }
  field = isYes;
}

template <class Number>
std::optional<Number> parsed(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

template <class Number>
void readWhole(const char* name, Number& field) {
  const auto value = valueOf(name);
  if (!value) return;
  const auto number = parsed<Number>(*value);
  if (!number) reject(name, "a whole number");
  field = *number;
}

void readSeconds(const char* name, std::chrono::milliseconds& field) {
  const auto value = valueOf(name);
  if (!value) return;
  const auto seconds = parsed<double>(*value);
  constexpr double most = 1e9;
  if (!seconds || !std::isfinite(*seconds) || *seconds < 0 || *seconds > most) {
    reject(name, "a number of seconds, whole or with a fraction");
  }
  field = std::chrono::milliseconds{std::llround(*seconds * 1000)};
}

}  // namespace

Config Config::fromEnvironment() {
  Config config;
  readTruth("MESSENGER_CALLING_ENABLED", config.calling.enabled);
  readTruth("MESSENGER_CALLING_SUBSCRIBER_ENABLED", config.calling.subscriber.enabled);
  readTruth("MESSENGER_CALLING_SUBSCRIBER_QUEUED", config.calling.subscriber.queued);
  if (auto channel = valueOf("MESSENGER_CALLING_SUBSCRIBER_CHANNEL")) {
    config.calling.subscriber.channel = std::move(*channel);
  }
  readWhole("MESSENGER_CALLS_INDEX_COUNT", config.callsIndexCount);
  readWhole("MESSENGER_CALLS_PAGE_COUNT", config.callsPageCount);
  readWhole("MESSENGER_JOBS_TRIES", config.jobs.tries);
  readSeconds("MESSENGER_JOBS_BACKOFF", config.jobs.backoff);
  config.jobs.maxBackoff = std::max(config.jobs.maxBackoff, config.jobs.backoff);
  readSeconds("MESSENGER_JOBS_LEASE", config.jobs.lease);
  readSeconds("MESSENGER_PRESENCE_TTL", config.presence.ttl);
  readSeconds("MESSENGER_PRESENCE_WRITE_BEHIND", config.presence.writeBehind);
  config.validate();
  return config;
}

}  // namespace messenger
