#include "messenger/testing/faulty_storage.hpp"

#include "messenger/adapters/memory.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "tests/support/catch.hpp"

namespace messenger::testing {
namespace {

NewJob job(const std::string& id) {
  return {JobId{id}, JobType::endCalls, "calls", std::nullopt, std::nullopt, TimePoint{}};
}

TEST_CASE("faulty storage: fails the nth operation, once", "[testing][unit]") {
  FaultyStorage storage(memoryStorage());
  storage.addJob(job("1"));

  SECTION("when it fails before, nothing has happened") {
    storage.failNth(2, Fault::before);
    storage.addJob(job("2"));
    REQUIRE_FALSE(storage.struck());
    REQUIRE_THROWS_AS(storage.addJob(job("3")), StorageUnavailable);
    REQUIRE(storage.struck());
    REQUIRE(storage.jobs({}).size() == 2);
    REQUIRE(storage.operations() == 3);
    storage.addJob(job("3"));
  }
  SECTION("when it fails after, everything has happened and only the answer is lost") {
    storage.failNth(1, Fault::after);
    REQUIRE_THROWS_AS(storage.addJob(job("2")), StorageUnavailable);
    REQUIRE(storage.jobs({}).size() == 2);
    storage.failNth(1, Fault::after);
    REQUIRE_THROWS_AS(storage.jobs({}), StorageUnavailable);
  }
  SECTION("when it is healed, it fails no more") {
    storage.failNth(1, Fault::before);
    storage.heal();
    storage.addJob(job("2"));
    REQUIRE_FALSE(storage.struck());
  }
}

TEST_CASE("faulty storage: fails whatever a predicate says", "[testing][unit]") {
  FaultyStorage storage(memoryStorage());
  std::vector<std::string> seen;
  storage.failIf(
      [&](const StorageOperation& operation) {
        seen.emplace_back(operation.name);
        return operation.writes;
      },
      Fault::before);
  REQUIRE(storage.jobs({}).empty());
  REQUIRE_THROWS_AS(storage.addJob(job("1")), StorageUnavailable);
  REQUIRE_THROWS_AS(storage.clearCallsDown(TimePoint{}), StorageUnavailable);
  REQUIRE(seen == std::vector<std::string>{"jobs", "addJob", "clearCallsDown"});
}

TEST_CASE("forwarding storage: hands the thread store through, and wants a storage", "[testing][unit]") {
  const auto inner = memoryStorage();
  ForwardingStorage storage(inner);
  REQUIRE(storage.threadStore() == inner->threadStore());
  REQUIRE_THROWS_AS(ForwardingStorage(nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(ForwardingPresence(nullptr), std::invalid_argument);
}

TEST_CASE("faulty presence: throws while it is told to", "[testing][unit]") {
  FaultyPresence presence(memoryPresence());
  const InCallKey who{CallId{"call"}, UserId{"user", "alice"}};
  const Moment now;
  presence.admit(who, now);
  presence.setFailing(true);
  REQUIRE_THROWS_AS(presence.touch(who.call, who.user, now), PresenceError);
  REQUIRE_THROWS_AS(presence.admit(who, now), PresenceError);
  REQUIRE_THROWS_AS(presence.forget(who), PresenceError);
  REQUIRE_THROWS_AS(presence.silence(who, now), PresenceError);
  REQUIRE_THROWS_AS(presence.heardWithin(Duration::zero(), now), PresenceError);
  presence.setFailing(false);
  REQUIRE(presence.touch(who.call, who.user, now));
}

}  // namespace
}  // namespace messenger::testing
