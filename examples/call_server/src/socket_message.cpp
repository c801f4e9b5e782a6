#include "socket_message.hpp"

#include <nlohmann/json.hpp>

namespace call_server {

SocketMessage parseSocketMessage(std::string_view text) {
  using Verb = SocketMessage::Verb;
  const auto message = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!message.is_object()) return {};
  for (const auto& [name, verb] :
       {std::pair{"subscribe", Verb::subscribe}, {"unsubscribe", Verb::unsubscribe}}) {
    const auto found = message.find(name);
    if (found == message.end() || !found->is_string()) continue;
    auto channel = found->get<std::string>();
    if (!channel.empty()) return {verb, std::move(channel)};
  }
  return {};
}

}  // namespace call_server
