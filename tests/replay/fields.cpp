#include "tests/replay/fields.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <regex>

namespace messenger::replay {
namespace {

const Json* find(const Json& op, const char* key) {
  const auto found = op.find(key);
  return found == op.end() ? nullptr : &*found;
}

const Json* findNotNull(const Json& op, const char* key) {
  const Json* value = find(op, key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

[[noreturn]] void badType(const char* key) {
  throw OpError{std::string{"missing or bad type: "} + key};
}

/// Writing a value out goes down a level by recursion; so no deeper ones come in.
void refuseDepth(const std::string& line) {
  constexpr int deepest = 500;
  int depth = 0;
  bool inText = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (inText) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        inText = false;
      }
    } else if (c == '"') {
      inText = true;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest) throw OpError{"bad line: nested too deep"};
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

int digits(const std::ssub_match& part) {
  int value = 0;
  std::from_chars(&*part.first, &*part.first + part.length(), value);
  return value;
}

}  // namespace

Json parseLine(const std::string& line) {
  refuseDepth(line);
  Json op = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (op.is_discarded()) throw OpError{"bad line: no JSON"};
  if (!op.is_object()) throw OpError{"bad line: not an object"};
  return op;
}

std::string text(const Json& op, const char* key) {
  const Json* value = find(op, key);
  if (value == nullptr || !value->is_string()) badType(key);
  return value->get<std::string>();
}

std::optional<std::string> optionalText(const Json& op, const char* key) {
  if (findNotNull(op, key) == nullptr) return std::nullopt;
  return text(op, key);
}

std::string textOr(const Json& op, const char* key, const std::string& otherwise) {
  return optionalText(op, key).value_or(otherwise);
}

std::optional<bool> givenFlag(const Json& op, const char* key) {
  const Json* value = find(op, key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) badType(key);
  return value->get<bool>();
}

bool flagOr(const Json& op, const char* key, bool otherwise) {
  return findNotNull(op, key) == nullptr ? otherwise : givenFlag(op, key).value_or(otherwise);
}

std::int64_t wholeOr(const Json& op, const char* key, std::int64_t otherwise) {
  const Json* value = findNotNull(op, key);
  if (value == nullptr) return otherwise;
  if (!value->is_number_integer()) badType(key);
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX) badType(key);
  return value->get<std::int64_t>();
}

double number(const Json& op, const char* key) {
  const Json* value = find(op, key);
  if (value == nullptr || !value->is_number()) badType(key);
  return value->get<double>();
}

Json objectOr(const Json& op, const char* key) {
  const Json* value = findNotNull(op, key);
  if (value == nullptr) return Json::object();
  if (!value->is_object()) badType(key);
  return *value;
}

TimePoint parseTime(const std::string& text) {
  static const std::regex form{
      R"((\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?:Z|([+-])(\d\d):(\d\d)))"};
  std::smatch part;
  if (!std::regex_match(text, part, form)) throw OpError{"bad time"};
  using namespace std::chrono;
  const year_month_day date{year{digits(part[1])}, month{static_cast<unsigned>(digits(part[2]))},
                            day{static_cast<unsigned>(digits(part[3]))}};
  const int hour = digits(part[4]);
  const int minute = digits(part[5]);
  const int second = digits(part[6]);
  if (!date.ok() || date.year() < year{1} || hour > 23 || minute > 59 || second > 59)
    throw OpError{"bad time"};
  TimePoint moment =
      sys_days{date} + hours{hour} + minutes{minute} + std::chrono::seconds{second} + microseconds{0};
  if (part[7].matched) moment += microseconds{std::stoi((part[7].str() + "00000").substr(0, 6))};
  if (part[8].matched) {
    const Duration offset = hours{digits(part[9])} + minutes{digits(part[10])};
    moment += part[8].str() == "-" ? offset : -offset;
  }
  return moment;
}

Duration seconds(double count) {
  constexpr double mostSeconds = 1000.0 * 366 * 86400;
  if (!(count >= 0) || count > mostSeconds) throw OpError{"bad number of seconds"};
  return Duration{std::llround(count * 1e6)};
}

Json defaultConfig() {
  return Json::parse(R"({
    "calling": {"enabled": true, "subscriber": {"enabled": true, "queued": true, "channel": "messenger"}},
    "callsIndexCount": 25, "callsPageCount": 25,
    "jobs": {"tries": 5, "backoffSeconds": 30}})");
}

Json merged(Json base, const Json& over) {
  for (const auto& [key, value] : over.items()) {
    Json& place = base[key];
    if (place.is_object()) {
      if (!value.is_object()) badType(key.c_str());
      place = merged(place, value);
    } else {
      place = value;
    }
  }
  return base;
}

Config toConfig(const Json& config) {
  const Json& calling = config.at("calling");
  const Json& subscriber = calling.at("subscriber");
  const Json& jobs = config.at("jobs");
  const auto flag = [](const Json& in, const char* key) {
    const auto value = givenFlag(in, key);
    return value ? *value : throw OpError{std::string{"missing "} + key};
  };
  const auto count = [](const Json& in, const char* key) {
    const std::int64_t value = wholeOr(in, key, -1);
    if (value < 0 || value > 1'000'000) throw OpError{std::string{"bad "} + key};
    return value;
  };
  Config made;
  made.calling.enabled = flag(calling, "enabled");
  made.calling.subscriber.enabled = flag(subscriber, "enabled");
  made.calling.subscriber.queued = flag(subscriber, "queued");
  made.calling.subscriber.channel = text(subscriber, "channel");
  made.historyFirstPageSize = static_cast<std::size_t>(count(config, "callsIndexCount"));
  made.historyPageSize = static_cast<std::size_t>(count(config, "callsPageCount"));
  made.jobs.maxAttempts = static_cast<int>(count(jobs, "tries"));
  made.jobs.backoff =
      std::chrono::duration_cast<std::chrono::milliseconds>(seconds(number(jobs, "backoffSeconds")));
  made.jobs.maxBackoff = made.jobs.backoff;
  made.jobs.jitter = 0;
  made.presence.writeBehind = std::chrono::milliseconds{0};
  try {
    made.validate();
  } catch (const std::invalid_argument& error) {
    throw OpError{error.what()};
  }
  return made;
}

}  // namespace messenger::replay
