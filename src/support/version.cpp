#include "messenger/version.hpp"

namespace messenger::inline v0 {

int libraryVersion() noexcept {
  return MESSENGER_VERSION;
}

std::string_view libraryVersionText() noexcept {
  return MESSENGER_VERSION_TEXT;
}

}  // namespace messenger
