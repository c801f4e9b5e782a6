// A membership that ends while its user joins or starts: in any order, no removed user is in a call.
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
