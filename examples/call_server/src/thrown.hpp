#pragma once

#include <exception>
#include <string>

namespace call_server {

/// What an exception says: an exception of somebody else's may have no text at all.
inline std::string textOf(const std::exception& error) {
  const char* text = error.what();
  return text != nullptr ? text : "an exception without a text";
}

}  // namespace call_server
