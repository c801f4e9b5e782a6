#pragma once

#include <messenger/messenger.hpp>

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace call_server {

/// Some of a user's conversations.
struct ConversationList {
  nlohmann::json shown;             ///< an array
  std::optional<std::string> next;  ///< the id of the last one shown, when more follow
};

/// The conversations of a user in the order of their ids, at most `limit` of those after an id, each with its
/// active call and some of its members.
[[nodiscard]] ConversationList conversationsOf(const messenger::Messenger& messenger, const std::string& user,
                                               const std::optional<std::string>& after, std::size_t limit);

/// A page of a conversation's calls.
[[nodiscard]] messenger::Result<nlohmann::json> historyOf(const messenger::Messenger& messenger,
                                                          const std::string& user,
                                                          const messenger::ThreadId& thread,
                                                          const std::optional<messenger::CallId>& before);

/// `2026-01-01T00:00:00.000Z`
[[nodiscard]] std::string timeText(messenger::TimePoint time);

}  // namespace call_server
