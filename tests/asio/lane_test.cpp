// Verbs as operations of Boost.Asio, by every kind of completion token.
#include "messenger/asio/lane.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

struct AsioLaneWorld : Fixture {
  ~AsioLaneWorld() { pool.join(); }

  boost::asio::io_context loop{1};
  boost::asio::thread_pool pool{2};
  AsioLane lane{*messenger, pool.get_executor(), loop.get_executor()};
};

/// A verb that a storage fails.
constexpr auto failing = [](Messenger&) -> Result<Call> { throw StorageUnavailable("the disk is full"); };

}  // namespace

TEST_CASE("asio lane: a callback -> is called on the loop, which runs until then", "[asio]") {
  AsioLaneWorld world;
  std::thread::id ranOn;
  std::optional<Result<Call>> started;
  world.lane.run(
      [&ranOn, thread = world.team](Messenger& m) {
        ranOn = std::this_thread::get_id();
        return m.startCall(thread, member(0));
      },
      [&, held = std::make_unique<int>()](const std::exception_ptr& error, Result<Call> call) {
        REQUIRE_FALSE(error);
        REQUIRE(world.loop.get_executor().running_in_this_thread());
        started = std::move(call);
      });
  REQUIRE(world.loop.run() == 1);
  REQUIRE(ranOn != std::this_thread::get_id());
  REQUIRE(started.value()->threadId == world.team);
}

TEST_CASE("asio lane: a token with an executor -> completes there", "[asio]") {
  AsioLaneWorld world;
  const auto strand = boost::asio::make_strand(world.loop);
  bool there = false;
  world.lane.run([](Messenger& m) { return m.activeCalls(member(0)).size(); },
                 boost::asio::bind_executor(strand, [&](const std::exception_ptr&, std::size_t) {
                   there = strand.running_in_this_thread();
                 }));
  world.loop.run();
  REQUIRE(there);
}

TEST_CASE("asio lane: a future -> has the result, or throws what the verb threw", "[asio]") {
  AsioLaneWorld world;
  const AsioLane lane{*world.messenger, world.pool.get_executor(), world.pool.get_executor()};
  const auto refused =
      lane.run([](Messenger& m) { return m.joinCall(CallId{"none"}, member(0)); }, boost::asio::use_future)
          .get();
  REQUIRE(refused.error().reason == Reason::callNotFound);
  REQUIRE_THROWS_AS(lane.run(failing, boost::asio::use_future).get(), StorageUnavailable);
  lane.run([thread = world.team](Messenger& m) { m.host().memberRemoved(thread, member(1)); },
           boost::asio::use_future)
      .get();
}

TEST_CASE("asio lane: verbs on a strand of the pool -> run in order", "[asio]") {
  AsioLaneWorld world;
  const AsioLane inOrder{*world.messenger, boost::asio::make_strand(world.pool), world.loop.get_executor()};
  std::vector<int> ran;
  for (int i = 0; i < 100; ++i) {
    inOrder.run([&ran, i](Messenger&) { ran.push_back(i); }, boost::asio::detached);
  }
  world.pool.join();
  REQUIRE(ran.size() == 100);
  REQUIRE(std::is_sorted(ran.begin(), ran.end()));
}

TEST_CASE("asio lane: tryHeartbeat -> is answered here and now", "[asio]") {
  AsioLaneWorld world;
  const Call call = world.startTeam();
  REQUIRE_FALSE(world.lane.tryHeartbeat(call.id, member(1)));
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  REQUIRE(world.lane.tryHeartbeat(call.id, member(0)));
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
namespace {

boost::asio::awaitable<std::string> talk(AsioLane lane, ThreadId thread) {
  using boost::asio::use_awaitable;
  const auto start = [=](Messenger& m) { return m.startCall(thread, member(0)); };
  const auto call = co_await lane.run(start, use_awaitable);
  const auto again = co_await lane.run(start, use_awaitable);
  REQUIRE(again.error().reason == Reason::callAlreadyActive);
  const auto end = [id = call->id](Messenger& m) { return m.endCall(id, member(0)); };
  REQUIRE_OK(co_await lane.run(end, use_awaitable));
  try {
    static_cast<void>(co_await lane.run(failing, use_awaitable));
  } catch (const StorageUnavailable& error) {
    co_return error.what();
  }
  co_return "nothing was thrown";
}

}  // namespace

TEST_CASE("asio lane: a coroutine -> awaits verbs, and catches what they throw", "[asio]") {
  AsioLaneWorld world;
  auto said = boost::asio::co_spawn(world.loop, talk(world.lane, world.team), boost::asio::use_future);
  world.loop.run();
  REQUIRE(said.get() == "the disk is full");
}
#endif

}  // namespace messenger::tests
