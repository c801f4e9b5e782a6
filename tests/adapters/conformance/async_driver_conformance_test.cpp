#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_loop.hpp"
#include "messenger/testing/video_driver_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

/// Asks the fake provider, and reports when its loop has turned. One part can be replaced.
class LaterDriver final : public AsyncVideoDriver {
 public:
  using Create = std::function<void(const Call&, DriverOutcome, const DriverCompletion&)>;

  LaterDriver(ManualLoop& loop, std::shared_ptr<FakeVideoProvider> provider)
      : loop_(loop), provider_(std::move(provider)) {}

  void create(const Thread& thread, const Call& call, DriverCompletion done) override {
    FakeVideoDriver driver(provider_);
    DriverOutcome outcome = tl::unexpected<std::string>("the provider refused");
    if (driver.create(thread, call)) outcome = Room{driver.getRoomId(), std::nullopt, std::nullopt, {}};
    if (whenCreated) return whenCreated(call, std::move(outcome), done);
    loop_.post([done, outcome] { report(outcome, done); });
  }

  void destroy(const CallWithRoom& call, DriverCompletion done) override {
    const bool succeeded = FakeVideoDriver(provider_).destroy(call);
    loop_.post([done, succeeded] { succeeded ? done.succeed() : done.fail("the provider refused"); });
  }

  static void report(const DriverOutcome& outcome, const DriverCompletion& done) {
    outcome ? done.succeed(*outcome) : done.fail(outcome.error());
  }

  Create whenCreated;

 private:
  ManualLoop& loop_;
  std::shared_ptr<FakeVideoProvider> provider_;
};

struct World {
  ManualLoop loop;
  std::shared_ptr<FakeVideoProvider> provider = std::make_shared<FakeVideoProvider>();
  LaterDriver driver{loop, provider};
  Reports reports;

  std::size_t run(std::chrono::milliseconds timeLimit = std::chrono::seconds{30}) {
    AsyncVideoDriverSuiteOptions options;
    options.turn = [this] { loop.runAll(); };
    options.timeLimit = timeLimit;
    options.roomExists = [this](const CallId& call) {
      const auto rooms = provider->rooms();
      return std::find(rooms.begin(), rooms.end(), call) != rooms.end();
    };
    return asyncVideoDriverSuite(driver, reports.sink(), options);
  }
};

}  // namespace

TEST_CASE("async video driver suite: a driver that completes later -> passes", "[adapters][conformance]") {
  World world;
  world.reports.requireAllPassed(world.run());
  CHECK(world.provider->rooms().empty());
}

TEST_CASE("async video driver suite: one place for what is under way -> caught", "[adapters][conformance]") {
  World world;
  std::optional<std::pair<DriverOutcome, DriverCompletion>> latest;
  world.driver.whenCreated = [&](const Call&, DriverOutcome outcome, const DriverCompletion& done) {
    latest.emplace(std::move(outcome), done);
    world.loop.post([&] {
      if (latest) LaterDriver::report(latest->first, latest->second);
      latest.reset();
    });
  };
  CHECK(world.run() == 1);
  CHECK(world.reports.hasFailed("create, destroy: different calls at once"));
}

TEST_CASE("async video driver suite: a request that never completes -> caught", "[adapters][conformance]") {
  World world;
  std::vector<DriverCompletion> kept;
  world.driver.whenCreated = [&](const Call&, const DriverOutcome&, const DriverCompletion& done) {
    kept.push_back(done);
  };
  CHECK(world.run(std::chrono::milliseconds{5}) > 0);
  CHECK(world.reports.hasFailed("create, destroy: the room of a call is made and destroyed"));
}

TEST_CASE("async video driver suite: another room each time -> caught", "[adapters][conformance]") {
  World world;
  int rooms = 0;
  world.driver.whenCreated = [&](const Call&, DriverOutcome outcome, const DriverCompletion& done) {
    outcome->id = "room " + std::to_string(++rooms);
    LaterDriver::report(outcome, done);  // also before the request has returned
  };
  CHECK(world.run() == 1);
  CHECK(world.reports.hasFailed("create: adopts an existing room"));
}

TEST_CASE("async video driver suite: without a turn -> std::invalid_argument", "[adapters][conformance]") {
  World world;
  CHECK_THROWS_AS(asyncVideoDriverSuite(world.driver, nullptr, {}), std::invalid_argument);
}

}  // namespace messenger::testing
