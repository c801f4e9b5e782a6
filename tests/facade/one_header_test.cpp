// What a host gets from this header alone: nothing else is included before it is used.
#include "messenger/messenger.hpp"

namespace {

/// The errors that a host catches around a verb.
const char* caught(const messenger::Error& thrown) {
  try {
    try {
      if (dynamic_cast<const messenger::StorageBusy*>(&thrown) != nullptr) {
        throw messenger::StorageBusy{thrown.what()};
      }
      throw messenger::Error{thrown.what()};
    } catch (const messenger::StorageError&) {
      return "StorageError";
    }
  } catch (const messenger::Error&) {
    return "Error";
  }
}

}  // namespace

#include "tests/support/catch.hpp"

TEST_CASE("messenger.hpp: included alone -> a host can catch every error", "[facade][unit]") {
  CHECK(std::string{caught(messenger::StorageBusy{"busy"})} == "StorageError");
  CHECK(std::string{caught(messenger::PresenceError{"silent"})} == "Error");
}
