#include "messenger/events/call_events.hpp"

namespace messenger::inline v0 {

std::string_view toString(DeviceLeft::Why why) noexcept {
  switch (why) {
    case DeviceLeft::Why::left:
      return "left";
    case DeviceLeft::Why::silent:
      return "silent";
    case DeviceLeft::Why::replaced:
      return "replaced";
  }
  return "unknown";
}

}  // namespace messenger
