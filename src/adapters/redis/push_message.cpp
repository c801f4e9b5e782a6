#include "adapters/redis/push_message.hpp"

#include <fmt/format.h>

#include <utility>

#include "adapters/redis/sized_text.hpp"

namespace messenger::inline v0::redis {
namespace {

constexpr std::string_view version = "1 ";

}  // namespace

std::string PushMessage::text() const {
  return fmt::format("{}{}:{}{}:{}{}", version, event.size(), event, call.size(), call, payload);
}

std::optional<PushMessage> PushMessage::parse(std::string_view text) {
  if (text.substr(0, version.size()) != version) return std::nullopt;
  text.remove_prefix(version.size());
  auto event = takeSized(text);
  auto call = event ? takeSized(text) : std::nullopt;
  if (!call) return std::nullopt;
  return PushMessage{std::move(*event), std::move(*call), std::string{text}};
}

}  // namespace messenger::redis
