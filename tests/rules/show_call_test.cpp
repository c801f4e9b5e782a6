// What a viewer sees of a call, for any stored row.
#include "rules/show_call.hpp"

#include "tests/support/catch.hpp"

namespace messenger::inline v0::rules {

TEST_CASE("show_call: active and set up and the viewer in it -> the room is shown", "[rules][show_call]") {
  const bool ended = GENERATE(false, true);
  const bool setUp = GENERATE(true, false);
  const bool joined = GENERATE(true, false);
  const bool left = GENERATE(false, true);
  const bool kicked = GENERATE(false, true);  // without having left: no storage keeps such a row
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

  const CallView view =
      showCall(seen.call, seen.viewer ? &*seen.viewer : nullptr, nullptr, Thread{}, ThreadMember{});
  CHECK(view.room.has_value() == (!ended && setUp && joined && !left && !kicked));
}

}  // namespace messenger::rules
