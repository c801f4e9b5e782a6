// Verbs that run elsewhere, and what comes of them at home.
#include "messenger/lane.hpp"

#include "messenger/contracts/posting.hpp"

#include "messenger/testing/manual_loop.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

struct LaneWorld : Fixture {
  using Fixture::Fixture;

  std::shared_ptr<testing::ManualLoop> pool = std::make_shared<testing::ManualLoop>();
  std::shared_ptr<testing::ManualLoop> loop = std::make_shared<testing::ManualLoop>();
  Lane lane{*messenger, pool, loop};
};

std::string textOfError(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    return thrown.what();
  }
}

}  // namespace

TEST_CASE("lane: a verb -> runs on the pool, its result comes to the loop", "[facade][lane]") {
  LaneWorld world;
  std::optional<Result<Call>> started;
  world.lane.run([thread = world.team](Messenger& m) { return m.startCall(thread, member(0)); },
                 [&](const std::exception_ptr& error, Result<Call> call) {
                   REQUIRE_FALSE(error);
                   started = std::move(call);
                 });
  REQUIRE(world.messenger->host().activeCalls(0, 10).empty());
  REQUIRE(world.loop->runAll() == 0);
  REQUIRE(world.pool->runAll() == 1);
  REQUIRE(world.messenger->host().activeCalls(0, 10).size() == 1);
  REQUIRE_FALSE(started);
  REQUIRE(world.loop->runAll() == 1);
  REQUIRE(started.value()->threadId == world.team);
}

TEST_CASE("lane: a refusal -> is the result, not an error", "[facade][lane]") {
  LaneWorld world;
  bool told = false;
  world.lane.run([](Messenger& m) { return m.joinCall(CallId{"none"}, member(0)); },
                 [&](const std::exception_ptr& error, const Result<Joined>& joined) {
                   REQUIRE_FALSE(error);
                   REQUIRE(joined.error().reason == Reason::callNotFound);
                   told = true;
                 });
  world.pool->runAll();
  world.loop->runAll();
  REQUIRE(told);
}

TEST_CASE("lane: what a verb throws -> is the error, beside a result that is none", "[facade][lane]") {
  LaneWorld world;
  int told = 0;
  world.lane.run([](Messenger&) -> Result<RoomCredentials> { throw StorageUnavailable("the disk is full"); },
                 [&](const std::exception_ptr& error, const Result<RoomCredentials>& none) {
                   REQUIRE(textOfError(error) == "the disk is full");
                   REQUIRE_FALSE(none.has_value());
                   ++told;
                 });
  world.lane.run([](Messenger&) -> std::size_t { throw StorageUnavailable("again"); },
                 [&](const std::exception_ptr& error, std::size_t none) {
                   REQUIRE(textOfError(error) == "again");
                   REQUIRE(none == 0);
                   ++told;
                 });
  world.lane.run([](Messenger&) { throw StorageUnavailable("nothing"); },
                 [&](const std::exception_ptr& error) {
                   REQUIRE(textOfError(error) == "nothing");
                   ++told;
                 });
  world.pool->runAll();
  world.loop->runAll();
  REQUIRE(told == 3);
}

TEST_CASE("lane: a verb that returns nothing -> tells that it is done", "[facade][lane]") {
  LaneWorld world;
  bool told = false;
  world.lane.run([thread = world.team](Messenger& m) { m.host().memberRemoved(thread, member(1)); },
                 [&](const std::exception_ptr& error) {
                   REQUIRE_FALSE(error);
                   told = true;
                 });
  world.pool->runAll();
  world.loop->runAll();
  REQUIRE(told);
}

TEST_CASE("lane: tryHeartbeat -> is answered here and now", "[facade][lane]") {
  LaneWorld world;
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  REQUIRE(world.lane.tryHeartbeat(call.id, member(0)));
  REQUIRE_FALSE(world.lane.tryHeartbeat(call.id, member(1)));
  REQUIRE(world.pool->runAll() + world.loop->runAll() == 0);
}

TEST_CASE("lane: listeners and broadcasts that are posted -> come on the loop, in order", "[facade][lane]") {
  LaneWorld world;
  const auto pushed = std::make_shared<testing::RecordingBroadcaster>();
  Messenger messenger{Fixture::configured(),
                      {.storage = world.storage, .broadcaster = postingBroadcaster(world.loop, pushed)}};
  std::vector<std::string> heard;
  const auto started = messenger.onCallStarted(
      postTo(world.loop, [&](const CallStarted& event) { heard.push_back("started by " + event.by.id); }));
  const auto each = messenger.onEvent(postTo(world.loop, [&](const Event& event) {
    if (std::holds_alternative<CallEnded>(event)) heard.emplace_back("ended");
  }));
  const Call call = messenger.startCall(world.team, member(0)).value();
  REQUIRE_OK(messenger.endCall(call.id, member(0)));
  REQUIRE(heard.empty());
  REQUIRE(pushed->all().empty());
  world.loop->runAll();
  REQUIRE(heard == std::vector<std::string>{"started by u0", "ended"});
  REQUIRE(pushed->all().size() == 2);
}

}  // namespace messenger::tests
