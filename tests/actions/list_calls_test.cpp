// What a viewer is shown of a call, whatever the storage says of them.
#include "actions/actions.hpp"
#include "tests/support/catch.hpp"

namespace messenger::actions {

TEST_CASE("list_calls: the room is shown in an active call, after its setup, to who is in and not kicked",
          "[actions][list_calls]") {
  const bool ended = GENERATE(false, true);
  const bool setUp = GENERATE(true, false);
  const bool joined = GENERATE(true, false);
  const bool left = GENERATE(false, true);
  const bool kicked = GENERATE(false, true);  // without having left: no storage of ours keeps such a row
  CAPTURE(ended, setUp, joined, left, kicked);
  CallSnapshot seen;
  if (ended) seen.call.endedAt = TimePoint{};
  seen.call.setupComplete = setUp;
  if (setUp) seen.call.room = Room{"id", "pin", "payload", Secret{"swordfish"}};
  if (joined) {
    seen.viewer.emplace();
    if (left) seen.viewer->leftAt = TimePoint{};
    seen.viewer->kicked = kicked;
  }

  const CallView view = viewOf(seen, Thread{}, ThreadMember{});
  CHECK(view.room.has_value() == (!ended && setUp && joined && !left && !kicked));
  CHECK_FALSE(view.call.room.has_value());
}

}  // namespace messenger::actions
