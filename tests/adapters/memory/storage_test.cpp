#include "messenger/adapters/memory.hpp"

#include "messenger/errors.hpp"
#include "tests/support/catch.hpp"

namespace messenger {
namespace {

StartChange starting(const std::string& id, const std::string& thread) {
  return {CallId{"call-" + id},
          ThreadId{thread},
          UserId{"user", "alice"},
          ParticipantId{"row-" + id},
          TimePoint{std::chrono::seconds{1}},
          InstanceId{1},
          {}};
}

TEST_CASE("memory storage: an id that is taken is an error, and changes nothing",
          "[adapters][memory][unit]") {
  const auto storage = memoryStorage();
  storage->startCall(starting("1", "one"));

  SECTION("when it is the call's") {
    StartChange again = starting("2", "two");
    again.call = CallId{"call-1"};
    REQUIRE_THROWS_AS(storage->startCall(again), StorageError);
  }
  SECTION("when it is the participant's") {
    StartChange again = starting("2", "two");
    again.participant = ParticipantId{"row-1"};
    REQUIRE_THROWS_AS(storage->startCall(again), StorageError);
    REQUIRE_THROWS_AS(storage->joinCall({CallId{"call-1"}, UserId{"user", "bob"}, ParticipantId{"row-1"},
                                         TimePoint{}, InstanceId{1}}),
                      StorageError);
  }
  SECTION("when it is a job's, and comes twice") {
    StartChange again = starting("2", "two");
    const NewJob job{JobId{"job"}, JobType::setupCall, "calls", again.call, std::nullopt, TimePoint{}};
    again.jobs = {job, job};
    REQUIRE_THROWS_AS(storage->startCall(again), StorageError);
  }
  REQUIRE(storage->activeSummary(TimePoint::max()).count == 1);
  REQUIRE(storage->participants(CallId{"call-1"}).size() == 1);
  REQUIRE(storage->jobs({}).empty());
}

TEST_CASE("memory storage: two of them share nothing", "[adapters][memory][unit]") {
  const auto one = memoryStorage();
  const auto other = memoryStorage();
  one->startCall(starting("1", "one"));
  REQUIRE_FALSE(other->findCall(CallId{"call-1"}, std::nullopt));
  REQUIRE(other->startCall(starting("1", "one")).status == StartStatus::started);
}

}  // namespace
}  // namespace messenger
