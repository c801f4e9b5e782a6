// Jobs on a loop of Boost.Asio, with a provider that answers later.
#include "messenger/jobs/async_worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "messenger/adapters/defaults.hpp"
#include "messenger/asio/executor.hpp"
#include "tests/support/messenger_fixture.hpp"

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
#include <boost/asio/use_awaitable.hpp>

#include "messenger/asio/coroutine_driver.hpp"
#endif

namespace messenger::tests {
namespace {

struct AsioWorkerWorld : Fixture {
  using Fixture::Fixture;
  ~AsioWorkerWorld() { pool.join(); }

  boost::asio::io_context loop{1};
  boost::asio::thread_pool pool{2};
  std::shared_ptr<AsioLoop> home = std::make_shared<AsioLoop>(loop.get_executor());
  std::shared_ptr<AsioExecutor> lane = std::make_shared<AsioExecutor>(pool.get_executor());
};

}  // namespace

TEST_CASE("asio loop: a timer -> waits, is begun again, and is gone with its work", "[asio]") {
  boost::asio::io_context loop{1};
  AsioLoop home{loop.get_executor()};
  std::vector<int> did;
  const auto timer = home.makeTimer();
  auto other = home.makeTimer();
  timer->start(milliseconds{1}, [&] { did.push_back(1); });
  timer->start(milliseconds{1}, [&] { did.push_back(2); });
  other->start(milliseconds{0}, [&] { did.push_back(3); });
  other.reset();
  loop.run();
  REQUIRE(did == std::vector<int>{2});
}

TEST_CASE("asio loop: a timer that was due and is begun again -> does not do what it was begun for first",
          "[asio]") {
  boost::asio::io_context loop{1};
  AsioLoop home{loop.get_executor()};
  std::vector<int> did;
  const auto first = home.makeTimer();
  const auto second = home.makeTimer();
  // Both are due when the loop begins: the second's handler is queued when the first's runs.
  first->start(milliseconds{-2}, [&] { second->start(milliseconds{0}, [&] { did.push_back(2); }); });
  second->start(milliseconds{-1}, [&] { did.push_back(1); });
  loop.run();
  REQUIRE(did == std::vector<int>{2});
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
namespace {

class SlowDriver final : public AsioVideoDriver {
 public:
  explicit SlowDriver(boost::asio::io_context& loop) : AsioVideoDriver(loop.get_executor()), loop_(loop) {}

  Awaitable<Room> makeRoom(Thread, Call call) override {
    co_await answer();
    if (++creates == 1) throw DriverError("busy");
    co_return Room{"room-" + call.id.value(), {}, {}, {}};
  }
  Awaitable<void> destroyRoom(CallWithRoom call) override {
    co_await answer();
    destroyed = call.room->id;
  }

  int creates = 0;
  std::optional<std::string> destroyed;

 private:
  Awaitable<void> answer() {
    boost::asio::steady_timer timer(loop_, milliseconds{1});
    co_await timer.async_wait(boost::asio::use_awaitable);
  }

  boost::asio::io_context& loop_;
};

}  // namespace

TEST_CASE("asio worker: a driver of coroutines -> rooms come and go on one OS thread", "[asio]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Config config = Fixture::configured();
  config.jobs.backoff = milliseconds{1};
  AsioWorkerWorld world(kind, config);
  Messenger messenger{// on the clock of the system
                      config,
                      {.storage = world.storage, .logger = nullLogger()}};
  const auto driver = std::make_shared<SlowDriver>(world.loop);
  auto worker = messenger.jobs().startAsyncWorker(world.home, world.lane, driver);
  std::vector<std::string> heard;
  bool stopped = false;
  const auto setUp = messenger.onCallSetupCompleted([&](const CallSetupCompleted& event) {
    heard.emplace_back("set up");
    REQUIRE_OK(messenger.endCall(event.call.id, member(0)));
  });
  const auto tornDown = messenger.onCallTornDown([&](const CallTornDown&) {
    heard.emplace_back("torn down");
    worker.stop([&] { stopped = true; });
  });
  const Call call = messenger.startCall(world.team, member(0)).value();
  world.loop.run();  // returns when the worker has stopped: nothing of it is left on the loop
  REQUIRE(stopped);
  REQUIRE(driver->creates == 2);
  REQUIRE(driver->destroyed == "room-" + call.id.value());
  REQUIRE(heard == std::vector<std::string>{"set up", "torn down"});
}
#endif

}  // namespace messenger::tests
