#pragma once

#include <messenger/contracts/logger.hpp>

#include <initializer_list>
#include <span>
#include <string_view>

namespace call_server {

/// What happened, and what it happened to. The values may be anybody's: the logger keeps them in their place.
inline void note(messenger::Logger& logger, messenger::LogLevel level, std::string_view message,
                 std::initializer_list<messenger::LogField> fields = {}) {
  logger.log(level, message, std::span<const messenger::LogField>(fields.begin(), fields.size()));
}

}  // namespace call_server
