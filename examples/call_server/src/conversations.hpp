#pragma once

#include <messenger/messenger.hpp>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace call_server {

/// The list of conversations for a page, each with its newest call.
[[nodiscard]] nlohmann::json conversationsOf(const messenger::Messenger& messenger, const std::string& user);

/// A page of a conversation's calls.
[[nodiscard]] messenger::Result<nlohmann::json> historyOf(const messenger::Messenger& messenger,
                                                          const std::string& user,
                                                          const messenger::ThreadId& thread,
                                                          const std::optional<messenger::CallId>& before);

/// `2026-01-01T00:00:00.000Z`
[[nodiscard]] std::string timeText(messenger::TimePoint time);

}  // namespace call_server
