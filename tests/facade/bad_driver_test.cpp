// Drivers that misbehave: the call ends with setupFailed, or the teardown is kept as failed, and nothing else
// breaks.
#include <atomic>
#include <functional>
#include <thread>

#include "messenger/adapters/defaults.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// A driver that does what a test says.
struct Scripted final : VideoDriver {
  struct Script {
    std::function<bool(const Call&)> create = [](const Call&) { return true; };
    std::function<bool(const CallWithRoom&)> destroy = [](const CallWithRoom&) { return true; };
    std::function<std::optional<std::string>()> id = [] { return std::optional<std::string>{"room"}; };
    Room room;
    int creates = 0;
    int destroys = 0;
  };
  explicit Scripted(std::shared_ptr<Script> from) : script(std::move(from)) {}
  bool create(const Thread&, const Call& call) override {
    ++script->creates;
    return script->create(call);
  }
  bool destroy(const CallWithRoom& call) override {
    ++script->destroys;
    return script->destroy(call);
  }
  std::optional<std::string> getRoomId() const override { return script->id(); }
  std::optional<std::string> getRoomPin() const override { return script->room.pin; }
  std::optional<std::string> getRoomSecret() const override {
    return script->room.secret ? std::optional{script->room.secret->reveal()} : std::nullopt;
  }
  std::optional<std::string> getExtraPayload() const override { return script->room.payload; }

  std::shared_ptr<Script> script;
};

std::shared_ptr<Scripted::Script> useScript(Fixture& world) {
  auto script = std::make_shared<Scripted::Script>();
  world.messenger->setVideoDriver<Scripted>(script);
  return script;
}

/// Starts a call whose setup fails in every attempt; returns the reason from the failed job.
std::string whySetupFails(Fixture& world, Scripted::Script& script) {
  const Call call = world.start(world.team, member(0));
  world.drain();
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE_FALSE(world.now(call).setupComplete);
  REQUIRE(world.now(call).teardownComplete);
  REQUIRE(script.creates == Config::Jobs{}.maxAttempts);
  REQUIRE(script.destroys == 1);
  const auto failedJobs = world.messenger->jobs().failed();
  REQUIRE(failedJobs.size() == 1);
  REQUIRE(world.events.of<CallSetupFailed>().at(0).error == failedJobs[0].lastError);
  return failedJobs[0].lastError.value();
}

std::string times(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("bad driver: create fails in any way -> the call ends with setupFailed", "[facade][bad_driver]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto script = useScript(world);
  SECTION("when it returns false") {
    script->create = [](const Call&) { return false; };
    REQUIRE(whySetupFails(world, *script) == "the video driver's create returned false");
  }
  SECTION("when it throws a std::exception") {
    script->create = [](const Call&) -> bool { throw std::runtime_error("refused\x01 by \xff peer"); };
    REQUIRE(whySetupFails(world, *script) == "refused? by ? peer");
  }
  SECTION("when it throws something else") {
    script->create = [](const Call&) -> bool { throw "text"; };
    REQUIRE(whySetupFails(world, *script) == "an exception that is no std::exception");
  }
  SECTION("when it throws a very long text") {
    script->create = [](const Call&) -> bool { throw std::runtime_error(std::string(1 << 20, 'x')); };
    REQUIRE(whySetupFails(world, *script) == std::string(500, 'x'));
  }
  SECTION("when a getter throws") {
    script->id = []() -> std::optional<std::string> { throw std::runtime_error("no id"); };
    REQUIRE(whySetupFails(world, *script) == "no id");
  }
  SECTION("when the room's id is too long") {
    script->id = [] { return std::string(256, 'x'); };
    REQUIRE(whySetupFails(world, *script) == "the driver's room id has 256 bytes, at most 255 are allowed");
  }
  SECTION("when the pin is too long") {
    script->room.pin = std::string(256, 'x');
    REQUIRE(whySetupFails(world, *script) == "the driver's room pin has 256 bytes, at most 255 are allowed");
  }
  SECTION("when the secret is too long") {
    script->room.secret = Secret{std::string(256, 'q')};
    REQUIRE(whySetupFails(world, *script) ==
            "the driver's room secret has 256 bytes, at most 255 are allowed");
  }
  SECTION("when the secret is ill-formed") {
    script->room.secret = Secret{"qqq\xff"};
    REQUIRE(whySetupFails(world, *script) == "the driver's room secret is not valid UTF-8");
  }
  SECTION("when the payload has 2,001 characters") {
    script->room.payload = times(2001, "x");
    REQUIRE(whySetupFails(world, *script) ==
            "the driver's payload has 2001 characters, at most 2000 are allowed");
  }
  SECTION("when the payload has 2,001 characters of several bytes") {
    script->room.payload = times(2001, "\xc3\xa9");
    REQUIRE(whySetupFails(world, *script) ==
            "the driver's payload has 2001 characters, at most 2000 are allowed");
  }
  SECTION("when the id is ill-formed") {
    script->id = [] { return std::string("\xc0\xaf"); };
    REQUIRE(whySetupFails(world, *script) == "the driver's room id is not valid UTF-8");
  }
}

TEST_CASE("bad driver: details at the bounds -> kept", "[facade][bad_driver]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto script = useScript(world);
  script->id = [] { return std::string(255, 'i'); };
  script->room.pin = "";
  script->room.payload = times(2000, "\xf0\x9f\x92\xa9");
  const Call call = world.start(world.team, member(0));
  world.messenger->jobs().runPending();
  const auto room = world.messenger->showCall(call.id, member(0))->room;
  REQUIRE(room);
  REQUIRE(room->id == std::string(255, 'i'));
  REQUIRE(room->pin == "");
  REQUIRE(room->payload == script->room.payload);
}

TEST_CASE("bad driver: destroy fails in any way -> retried and then kept as failed", "[facade][bad_driver]") {
  const auto kind = GENERATE(eitherStorage());
  const int way = GENERATE(0, 1, 2);
  CAPTURE(kind, way);
  Fixture world(kind);
  const auto script = useScript(world);
  script->destroy = [way](const Call&) -> bool {
    if (way == 1) throw std::runtime_error("gone");
    if (way == 2) throw 1.5;
    return false;
  };
  const Call call = world.start(world.team, member(0));
  world.messenger->jobs().runPending();
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();
  REQUIRE(script->destroys == Config::Jobs{}.maxAttempts);
  REQUIRE_FALSE(world.now(call).teardownComplete);
  REQUIRE(world.events.count<CallTeardownFailed>() == 1);
  REQUIRE(world.events.count<JobFailed>() == 1);
  REQUIRE(world.messenger->jobs().failed().size() == 1);
  // The thread can still have its next call.
  script->destroy = [](const Call&) { return true; };
  REQUIRE_OK(world.messenger->startCall(world.team, member(0)));
}

TEST_CASE("bad driver: the room's secret -> only in destroy", "[facade][secrets]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  const std::string secret = "s3cr3t-of-the-room";
  Config config = Fixture::configured(queued);
  config.jobs.maxAttempts = 2;
  Fixture world(kind, config);
  const auto script = useScript(world);
  script->room.secret = Secret{secret};
  script->room.pin = "pin";
  std::string seen;
  script->destroy = [&](const CallWithRoom& call) -> bool {
    seen = call.room.value().secret.value().reveal();
    throw std::runtime_error("DELETE /rooms?secret=" + seen + " -> 500, key " + seen);
  };

  std::vector<Call> calls;
  std::vector<std::string> texts;
  const auto keep = [&](const auto& result) {
    if (!result) texts.push_back(result.error().text());
  };
  const auto started = world.messenger->startCall(world.team, member(0));
  REQUIRE_OK(started);
  calls.push_back(*started);
  world.messenger->jobs().runPending();
  REQUIRE(world.now(*started).setupComplete);
  world.join(*started, member(1));
  calls.push_back(world.now(*started));
  calls.push_back(world.messenger->showCall(started->id, member(0))->call);
  calls.push_back(world.messenger->activeCalls(member(0)).at(0).call);
  calls.push_back(world.messenger->host().activeCalls(0, 1).at(0));
  calls.push_back(world.messenger->callHistory(world.team, member(0))->calls.at(0).call);
  keep(world.messenger->ignoreCall(started->id, member(1)));
  const auto ended = world.messenger->endCall(started->id, member(0));
  REQUIRE_OK(ended);
  calls.push_back(*ended);
  keep(world.messenger->endCall(started->id, member(0)));
  world.drain();
  REQUIRE(seen == secret);
  REQUIRE(script->destroys == 2);
  REQUIRE(world.messenger->jobs().failed().at(0).lastError ==
          "DELETE /rooms?secret=[secret] -> 500, key [secret]");

  script->destroy = [](const CallWithRoom& call) { return call.room.value().secret.has_value(); };
  world.messenger->jobs().retry();
  world.drain();
  const Call hosted = world.startTeam();
  const auto byHost = world.messenger->host().endCall(hosted.id);
  REQUIRE_OK(byHost);
  calls.push_back(*byHost);
  const Call offered = world.start(world.pair, named("alice"));
  world.drain();
  const auto declined = world.messenger->ignoreCall(offered.id, named("bob"));
  REQUIRE_OK(declined);
  calls.push_back(*declined);
  world.drain();
  REQUIRE(world.events.count<CallTornDown>() == 3);

  for (const Event& event : world.events.all()) {
    std::visit(
        [&](const auto& each) {
          if constexpr (requires { each.error.size(); }) texts.push_back(each.error);
        },
        event);
  }
  REQUIRE(world.events.count<CallTeardownFailed>() == 1);
  for (const auto& each : world.broadcaster->all()) texts.push_back(each.payload);
  for (const auto& each : world.logger->lines()) texts.push_back(each.text());
  REQUIRE(texts.size() > 8);
  for (const std::string& text : texts) {
    CAPTURE(text);
    REQUIRE(text.find(secret) == std::string::npos);
  }
}

TEST_CASE("bad driver: several jobs -> a new driver for each", "[facade][bad_driver]") {
  Fixture world;
  int made = 0;
  world.messenger->setVideoDriver([&]() -> std::unique_ptr<VideoDriver> {
    ++made;
    return std::make_unique<testing::FakeVideoDriver>(world.provider);
  });
  REQUIRE(world.messenger->hasVideoDriver());
  const Call call = world.startTeam();
  REQUIRE(made == 1);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();
  REQUIRE(made == 2);
}

TEST_CASE("no host code under a lock: verbs called from all host code -> they work", "[facade][invariant9]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  Messenger& m = *world.messenger;
  // On another OS thread, because a recursive lock held by this one would go unnoticed.
  const auto use = [&] {
    std::thread([&] {
      (void)m.startCall(world.pair, named("alice"));
      for (const Call& call : m.host().activeCalls(0, 10)) (void)m.heartbeat(call.id, named("alice"));
      (void)m.hasVideoDriver();
      (void)m.jobs().counts();
      (void)m.activeCalls(named("bob"));
      (void)m.onCallIgnored([](const CallIgnored&) {});
      (void)m.host().callsAreDown();
    }).join();
  };
  /// Uses the Messenger when it is copied, called and destroyed.
  struct Factory {
    explicit Factory(std::function<void()> does)
        : does_(std::make_shared<std::function<void()>>(std::move(does))) {}
    Factory(const Factory& other) : does_(other.does_) { (*does_)(); }
    Factory& operator=(const Factory&) = delete;
    ~Factory() { (*does_)(); }
    std::unique_ptr<VideoDriver> operator()() const {
      (*does_)();
      return std::make_unique<NullVideoDriver>();
    }
    std::shared_ptr<std::function<void()>> does_;
  };
  std::atomic<int> used{0};
  const auto counted = [&] {
    ++used;
    use();
  };
  m.setVideoDriver(Factory(counted));
  m.setVideoDriver(Factory(counted));  // the first one is copied, replaced, destroyed
  REQUIRE(used >= 2);
  const int before = used;
  const Call call = world.start(world.team, member(0));
  m.jobs().runPending();
  REQUIRE(used > before);

  m.setVideoDriver<testing::FakeVideoDriver>(world.provider);
  world.provider->onCreate([&](const Thread&, const Call&) { counted(); });
  world.provider->onDestroy([&](const Call&) { counted(); });
  const auto listening = m.onEvent([&](const Event&) {
    if (used < 200) counted();
  });
  world.join(call, member(1));
  REQUIRE_OK(m.endCall(call.id, member(0)));
  world.drain();
  m.setVideoDriver<testing::FakeVideoDriver>(world.provider);
  SUCCEED("nothing waited for itself");
}

}  // namespace messenger::tests
