// A membership that ends while its user joins or starts: in any order, no removed user is in a call.
#include <atomic>

#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// Does something just before the nth operation of a storage, once.
void beforeOperation(Fixture& world, std::size_t n, const std::function<void()>& meanwhile, bool& struck) {
  auto left = std::make_shared<std::size_t>(n);
  world.storage->failIf(
      [left, meanwhile, &struck](const testing::StorageOperation&) {
        if (*left == 0 || --*left > 0) return false;
        struck = true;
        meanwhile();
        return false;
      },
      testing::Fault::before);
}

}  // namespace

TEST_CASE("membership: removed before any step of a join -> not in the call and no heartbeat accepted",
          "[facade][membership]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  bool struck = true;
  std::size_t steps = 0;
  for (std::size_t n = 1; struck; ++n) {
    Fixture world(kind);
    const Call call = world.startTeam();
    struck = false;
    beforeOperation(
        world, n, [&] { REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1))); },
        struck);
    (void)world.messenger->joinCall(call.id, member(1));
    world.storage->heal();
    if (!struck) REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
    steps += struck ? 1U : 0U;
    CAPTURE(n);
    CHECK_FALSE(world.isIn(call, member(1)));
    CHECK_FALSE(world.messenger->heartbeat(call.id, member(1)).has_value());
    CHECK(world.events.count<MemberRemoved>() == 1);
  }
  CHECK(steps >= 2);
}

TEST_CASE("membership: removed before any step of a start -> owns no active call alone",
          "[facade][membership]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    Fixture world(kind);
    struck = false;
    beforeOperation(
        world, n, [&] { REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1))); },
        struck);
    (void)world.messenger->startCall(world.team, member(1));
    world.storage->heal();
    if (!struck) REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
    CAPTURE(n);
    CHECK(world.messenger->host().activeCalls(0, 10).empty());
  }
}

TEST_CASE("membership: the storage fails at any step of a removal -> a member still, or out of the call",
          "[facade][membership]") {
  const auto kind = GENERATE(eitherStorage());
  const auto fault = GENERATE(testing::Fault::before, testing::Fault::after);
  CAPTURE(kind, fault == testing::Fault::before);
  bool struck = true;
  std::size_t steps = 0;
  for (std::size_t n = 1; struck; ++n) {
    Fixture world(kind);
    const Call call = world.startTeam();
    world.join(call, member(1));
    world.storage->failNth(n, fault);
    try {
      (void)world.messenger->threads().removeMember(world.team, member(1));
    } catch (const StorageUnavailable&) {
    }
    struck = world.storage->struck();
    world.storage->heal();
    steps += struck ? 1U : 0U;
    CAPTURE(n);
    const bool isMember = world.messenger->threads().findMember(world.team, member(1)).has_value();
    CHECK(isMember == world.isIn(call, member(1)));
    CHECK((isMember || world.events.count<CallLeft>() <= 1));
  }
  CHECK(steps >= 1);
}

TEST_CASE("membership: a call begins before any step of a removal -> it has nobody who was removed",
          "[facade][membership]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  bool struck = true;
  for (std::size_t n = 1; struck; ++n) {
    Fixture world(kind);
    struck = false;
    beforeOperation(
        world, n, [&] { (void)world.messenger->startCall(world.team, member(1)); }, struck);
    REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
    world.storage->heal();
    CAPTURE(n);
    CHECK(world.messenger->host().activeCalls(0, 10).empty());
  }
}

TEST_CASE("membership: no member is removed -> refused, nothing announced, the call goes on",
          "[facade][membership]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  REQUIRE_REFUSED(world.messenger->threads().removeMember(world.team, named("bob")), Reason::userNotFound);
  REQUIRE_REFUSED(world.messenger->threads().removeMember(ThreadId{"nowhere"}, member(0)),
                  Reason::threadNotFound);
  REQUIRE_REFUSED(world.messenger->threads().removeMember(world.pair, member(0)), Reason::userNotFound);
  REQUIRE(world.events.count<MemberRemoved>() == 0);
  REQUIRE(world.now(call).revision == call.revision);
  REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
  REQUIRE_REFUSED(world.messenger->threads().removeMember(world.team, member(1)), Reason::userNotFound);
  REQUIRE(world.events.count<MemberRemoved>() == 1);
}

TEST_CASE("membership: joins and removals at once -> no removed user is in the call",
          "[facade][membership][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  for (int round = 0; round < 50; ++round) {
    together(3, [&](std::size_t i) {
      if (i == 0) (void)world.messenger->threads().removeMember(world.team, member(1));
      if (i > 0) (void)world.messenger->joinCall(call.id, member(1));
    });
    REQUIRE_FALSE(world.isIn(call, member(1)));
    REQUIRE_FALSE(world.messenger->heartbeat(call.id, member(1)).has_value());
    REQUIRE_OK(world.messenger->threads().putMember(world.team, Fixture::memberOf(member(1))));
  }
}

TEST_CASE("threads: four members put into a private thread of one at once -> it has two members",
          "[facade][membership][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  for (int round = 0; round < 50; ++round) {
    REQUIRE_OK(world.messenger->threads().removeMember(world.pair, named("bob")));
    std::atomic<int> stored{0};
    std::atomic<int> full{0};
    together(4, [&](std::size_t i) {
      const UserId user = i == 0 ? named("bob") : member(i);
      const auto put = world.messenger->threads().putMember(world.pair, Fixture::memberOf(user));
      if (put) ++stored;
      if (!put && put.error().reason == Reason::invalidInput) ++full;
    });
    CHECK(stored == 1);
    CHECK(full == 3);
    const auto members = world.messenger->threads().members(world.pair);
    REQUIRE(members.size() == 2);
    REQUIRE_OK(world.messenger->threads().removeMember(world.pair, members.back().user));
    REQUIRE_OK(world.messenger->threads().putMember(world.pair, Fixture::memberOf(named("bob"))));
  }
}

TEST_CASE("threads: two settings changed at once -> neither undoes the other",
          "[facade][membership][races]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  for (int round = 0; round < 50; ++round) {
    const bool on = round % 2 == 0;
    together(2, [&](std::size_t i) {
      if (i == 0) (void)world.messenger->threads().setLocked(world.team, on);
      if (i == 1) (void)world.messenger->threads().setCalling(world.team, on);
    });
    const Thread thread = world.messenger->threads().find(world.team).value();
    REQUIRE(thread.locked == on);
    REQUIRE(thread.calling == on);
  }
}

}  // namespace messenger::tests
