#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "messenger/contracts/storage.hpp"

// Values as texts, for the details of a report and for comparing values without operator==. Secrets are not
// shown, only whether there is one.
namespace messenger::inline v0::testing {

[[nodiscard]] std::string describe(std::string_view text);
[[nodiscard]] inline std::string describe(const std::string& text) {
  return describe(std::string_view{text});
}
[[nodiscard]] std::string describe(TimePoint moment);
[[nodiscard]] std::string describe(Duration duration);
[[nodiscard]] std::string describe(const UserId& user);
[[nodiscard]] std::string describe(const Room& room);
[[nodiscard]] std::string describe(const CallWithRoom& call);
[[nodiscard]] std::string describe(CommitResult::Status status);
[[nodiscard]] std::string describe(StorageTime moment);
[[nodiscard]] std::string describe(const CallParticipant& participant);
[[nodiscard]] std::string describe(const CallRing& ring);
[[nodiscard]] std::string describe(const Job& job);
[[nodiscard]] std::string describe(const SessionKey& key);
[[nodiscard]] std::string describe(const CallLimits& limits);
[[nodiscard]] std::string describe(const Thread& thread);
[[nodiscard]] std::string describe(const ThreadMember& member);
[[nodiscard]] std::string describe(EndReason reason);
[[nodiscard]] std::string describe(JobType type);

template <class Number>
requires std::is_arithmetic_v<Number>
[[nodiscard]] std::string describe(Number number) {
  if constexpr (std::is_same_v<Number, bool>) {
    return number ? "true" : "false";
  } else {
    return std::to_string(number);
  }
}

[[nodiscard]] inline std::string describe(InstanceId instance) {
  return describe(static_cast<std::int64_t>(instance));
}

template <class Tag>
[[nodiscard]] std::string describe(const StrongId<Tag>& id) {
  return describe(id.value());
}

template <class Value>
[[nodiscard]] std::string describe(const std::vector<Value>& values);

template <class Value>
[[nodiscard]] std::string describe(const std::optional<Value>& value) {
  return value ? describe(*value) : "nothing";
}

template <class Value>
[[nodiscard]] std::string describe(const std::vector<Value>& values) {
  std::string text{"["};
  for (const Value& value : values) text.append(text.size() > 1 ? ", " : "").append(describe(value));
  return text + "]";
}

}  // namespace messenger::testing
