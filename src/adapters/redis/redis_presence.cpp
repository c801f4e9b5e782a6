#include "adapters/redis/redis_presence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "adapters/redis/presence_scripts.hpp"
#include "adapters/redis/sized_text.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::redis {
namespace {

/// Clocks that differ from before by more than this have been set. An OS thread may be delayed for as long
/// between reading the library's clock and the answer, so it is no less.
constexpr std::int64_t clockTolerance = Duration{std::chrono::seconds{5}}.count();

std::int64_t microseconds(SteadyPoint now) {
  return std::chrono::floor<Duration>(now.time_since_epoch()).count();
}

/// A revision as a text of 20 digits, of which the later one is the greater one.
std::string revisionText(std::int64_t revision) {
  constexpr std::uint64_t bias = std::uint64_t{1} << 63U;
  return fmt::format("{:020}", static_cast<std::uint64_t>(revision) ^ bias);
}

std::string fieldOf(const UserId& user, const DeviceId& device) {
  const std::string_view type = user.type;
  const std::string_view id = user.id;
  std::string field;
  constexpr std::size_t digits = 16;
  field.reserve(type.size() + id.size() + device.value().size() + digits);
  for (const std::string_view each : {type, id}) {
    field += std::to_string(each.size());
    field += ':';
    field += each;
  }
  field += device.value();
  return field;
}

std::optional<SessionKey> sessionOf(const CallId& call, std::string_view field) {
  auto type = takeSized(field);
  auto id = type ? takeSized(field) : std::nullopt;
  if (!id) return std::nullopt;
  return SessionKey{call, UserId{std::move(*type), std::move(*id)}, DeviceId{std::string{field}}};
}

std::int64_t integerOf(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_INTEGER) throw ConnectionLost("an answer is not understood");
  return reply.integer;
}

/// The part of an answer that has at least so many.
const redisReply& partOf(const redisReply& reply, std::size_t at) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements <= at)
    throw ConnectionLost("an answer is not understood");
  return *reply.element[at];
}

/// What MATCH takes for the text itself.
std::string literal(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (std::string_view{"*?[]^\\-"}.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

/// The value of a line of INFO.
std::string lineOf(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return "";
  text.remove_prefix(at + name.size());
  return std::string{text.substr(0, text.find_first_of("\r\n"))};
}

}  // namespace

RedisPresence::RedisPresence(const RedisOptions& options, TimeSource time)
    : callPrefix_(options.prefix + "call:{"),
      absentPrefix_(options.prefix + "absent:{"),
      serverKey_(options.prefix + "server"),
      keepFor_(std::to_string(std::chrono::milliseconds{options.keepFor}.count())),
      time_(std::move(time)),
      client_(options, [this](Connection& connection, Deadline until) { enter(connection, until); }) {}

std::string RedisPresence::timeText(SteadyPoint now) const {
  if (!time_) return "";
  std::string time = std::to_string(time_(now));
  lastNow_ = now.time_since_epoch().count();
  return time;
}

std::string RedisPresence::callKey(const CallId& call) const {
  return callPrefix_ + call.value() + "}";
}

std::string RedisPresence::absentKey(const CallId& call) const {
  return absentPrefix_ + call.value() + "}";
}

template <class Body>
auto RedisPresence::translating(Body body) const -> decltype(body()) {
  try {
    return body();
  } catch (const ConnectionFailed& error) {
    missed_ = true;
    throw PresenceError(error.what());
  }
}

/// Another run of the server may have lost something: what it had not saved, or what a replica had not
/// received. A server that does not tell its run is taken for another one.
void RedisPresence::enter(Connection& connection, Deadline until) const {
  connection.send({{"INFO", "server"}}, until);
  const ReplyPointer info = connection.receive(until);
  if (!isError(*info)) {
    connection.run = lineOf(textOf(*info), "run_id:");
  } else if (textOf(*info).substr(0, 6) != "NOPERM") {
    throw ServerRefused(client_.address().shown(textOf(*info)));
  }
  const std::string time = timeText(SteadyPoint{SteadyPoint::duration{lastNow_}});
  static_cast<void>(client_.runOn(connection, {sinceCall(connection, time, false)}, until));
}

Client::Call RedisPresence::sinceCall(const Connection& connection, const std::string& time,
                                      bool missed) const {
  return {scripts::since(), {serverKey_}, {time, connection.run, missed ? "1" : "0"}};
}

ReplyPointer RedisPresence::runOne(const Client::Call& call, const std::string& time) const {
  return translating([&] {
    return client_.run(Client::Repeat::whenBroken, [&](Connection& connection, Deadline until) {
      if (missed_) tellMissed(connection, time, until);
      return std::move(client_.runOn(connection, {call}, until).front());
    });
  });
}

void RedisPresence::tellMissed(Connection& connection, const std::string& time, Deadline until) const {
  const bool missed = missed_.exchange(false);
  try {
    static_cast<void>(client_.runOn(connection, {sinceCall(connection, time, missed)}, until));
  } catch (...) {
    missed_ = true;
    throw;
  }
}

void RedisPresence::compareClocks(std::int64_t server, SteadyPoint now) const noexcept {
  const std::int64_t offset = server - microseconds(now);
  const std::int64_t before = clockOffset_.exchange(offset, std::memory_order_relaxed);
  if (before == unknownOffset) return;
  if (offset - before > clockTolerance || before - offset > clockTolerance) missed_ = true;
}

bool RedisPresence::touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) {
  const std::string key = callKey(call);
  const std::string field = fieldOf(user, device);
  const std::string time = timeText(now);
  const ReplyPointer reply = runOne({scripts::touch(), {key}, {time, keepFor_, field}}, time);
  return translating([&] {
    compareClocks(integerOf(partOf(*reply, 0)), now);
    return integerOf(partOf(*reply, 1)) == 1;
  });
}

void RedisPresence::track(const SessionKey& who, std::int64_t revision, SteadyPoint now) {
  const std::string key = callKey(who.call);
  const std::string absent = absentKey(who.call);
  const std::string field = fieldOf(who.user, who.device);
  const std::string time = timeText(now);
  const std::string asOf = revisionText(revision);
  const ReplyPointer reply = runOne({scripts::track(), {key, absent}, {time, keepFor_, field, asOf}}, time);
  translating([&] { compareClocks(integerOf(*reply), now); });
}

void RedisPresence::confirm(const SessionKey& who, std::int64_t revision) {
  const std::string key = callKey(who.call);
  const std::string field = fieldOf(who.user, who.device);
  const std::string asOf = revisionText(revision);
  translating([&] {
    return client_.run(Client::Repeat::whenBroken, [&](Connection& connection, Deadline until) {
      return client_.runOn(connection, {{scripts::confirm(), {key}, {field, asOf}}}, until);
    });
  });
}

void RedisPresence::untrack(const SessionKey& who, std::int64_t revision) {
  const std::string key = callKey(who.call);
  const std::string absent = absentKey(who.call);
  const std::string field = fieldOf(who.user, who.device);
  const std::string asOf = revisionText(revision);
  translating([&] {
    return client_.run(Client::Repeat::whenBroken, [&](Connection& connection, Deadline until) {
      return client_.runOn(connection, {{scripts::untrack(), {key, absent}, {field, asOf}}}, until);
    });
  });
}

std::optional<Duration> RedisPresence::sinceLastSeen(const SessionKey& who, SteadyPoint now) const {
  const std::string key = callKey(who.call);
  const std::string field = fieldOf(who.user, who.device);
  const std::string time = timeText(now);
  const ReplyPointer reply = runOne({scripts::age(), {key}, {time, field}}, time);
  const std::int64_t age = translating([&] { return integerOf(*reply); });
  return age < 0 ? std::nullopt : std::optional{Duration{age}};
}

struct RedisPresence::Asked {
  std::string key;
  std::string absent;
  std::vector<std::string> fields;
};

std::vector<std::optional<Duration>> RedisPresence::silentFor(const std::vector<SessionKey>& open,
                                                              SteadyPoint now) {
  std::vector<std::optional<Duration>> result;
  result.reserve(open.size());
  if (open.empty()) return result;
  std::vector<Asked> asked;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (i == 0 || open[i].call != open[i - 1].call)
      asked.push_back({callKey(open[i].call), absentKey(open[i].call), {}});
    asked.back().fields.push_back(fieldOf(open[i].user, open[i].device));
  }
  const std::string time = timeText(now);
  // One round trip, and another one when the answer shows that a clock was set.
  const auto ask = [&](Connection& connection, Deadline until) {
    std::vector<Client::Call> calls;
    calls.reserve(asked.size() + 1);
    for (const Asked& each : asked) {
      calls.push_back({scripts::silence(), {each.key, each.absent}, {time, keepFor_}});
      calls.back().arguments.insert(calls.back().arguments.end(), each.fields.begin(), each.fields.end());
    }
    // Last, so that what is lost meanwhile is known to be.
    calls.push_back(sinceCall(connection, time, missed_.exchange(false)));
    std::vector<ReplyPointer> replies = client_.runOn(connection, calls, until);
    compareClocks(integerOf(partOf(*replies.back(), 0)), now);
    if (missed_.exchange(false)) {
      replies.back() =
          std::move(client_.runOn(connection, {sinceCall(connection, time, true)}, until).front());
    }
    return replies;
  };
  return translating([&] {
    const auto replies = client_.run(Client::Repeat::whenBroken, [&](Connection& connection, Deadline until) {
      try {
        return ask(connection, until);
      } catch (...) {
        missed_ = true;
        throw;
      }
    });
    const std::int64_t most = integerOf(partOf(*replies.back(), 1));
    for (std::size_t i = 0; i < asked.size(); ++i) {
      for (std::size_t at = 0; at < asked[i].fields.size(); ++at) {
        result.emplace_back(
            Duration{std::clamp<std::int64_t>(integerOf(partOf(*replies[i], at + 1)), 0, most)});
      }
    }
    return std::move(result);
  });
}

std::vector<LastSeen> RedisPresence::seenWithin(Duration atMost, SteadyPoint now) const {
  const std::string pattern = literal(callPrefix_) + "*";
  const std::string time = timeText(now);
  std::vector<LastSeen> result;
  std::unordered_set<std::string> read;
  std::string cursor = "0";
  do {
    // Each round is an operation with its own time limit.
    std::vector<std::string> keys;
    try {
      client_.run(Client::Repeat::whenBroken, [&](Connection& connection, Deadline until) {
        keys.clear();
        const ReplyPointer found = connection.ask({"SCAN", cursor, "MATCH", pattern, "COUNT", "500"}, until);
        const redisReply& names = partOf(*found, 1);
        for (std::size_t i = 0; i < names.elements; ++i) keys.emplace_back(textOf(*names.element[i]));
        // Some may come more than once.
        std::erase_if(keys, [&](const std::string& key) { return read.contains(key); });
        std::vector<Client::Call> calls;
        calls.reserve(keys.size());
        for (const std::string& each : keys) calls.push_back({scripts::all(), {each}, {time}});
        const auto replies = client_.runOn(connection, calls, until);
        for (std::size_t i = 0; i < keys.size(); ++i) {
          const std::size_t end = keys[i].size() - callPrefix_.size() - 1;
          const CallId call{keys[i].substr(callPrefix_.size(), end)};
          const redisReply& sessions = *replies[i];
          for (std::size_t at = 0; at + 1 < sessions.elements; at += 2) {
            const Duration ago{integerOf(partOf(sessions, at + 1))};
            auto who = sessionOf(call, textOf(partOf(sessions, at)));
            if (who && ago <= atMost) result.push_back({std::move(*who), ago});
          }
        }
        cursor = std::string{textOf(partOf(*found, 0))};
        return true;
      });
    } catch (const ConnectionFailed& error) {
      throw PresenceError(error.what());
    }
    read.insert(std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
  } while (cursor != "0");
  return result;
}

}  // namespace messenger::redis

namespace messenger::inline v0 {

std::shared_ptr<Presence> redisPresence(const RedisOptions& options) {
  return std::make_shared<redis::RedisPresence>(options);
}

std::shared_ptr<Presence> redisPresence(const std::string& url) {
  RedisOptions options;
  options.url = url;
  return redisPresence(options);
}

}  // namespace messenger
