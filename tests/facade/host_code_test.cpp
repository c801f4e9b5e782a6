// Host code that throws what nobody expects, or answers what no contract allows: it is reported as a short
// clean text, and nothing else breaks.
#include <functional>

#include "messenger/errors.hpp"
#include "tests/support/messenger_fixture.hpp"
#include "tests/support/strange_exceptions.hpp"

namespace messenger::tests {
namespace {

/// What a part of the host throws in a test.
struct Throwing {
  const char* name;
  std::function<void()> thrower;
};

std::vector<Throwing> strangeThings() {
  return {{"a null what", [] { throw Wordless<>(); }},
          {"a null what of the library's own kind", [] { throw Wordless<Error>(); }},
          {"a null what of the storage's kind", [] { throw Wordless<StorageError>(); }},
          {"a wild text", [] { throw std::runtime_error(wildText()); }},
          {"a wild text of the library's own kind", [] { throw PresenceError(wildText()); }},
          {"a number", [] { throw 7; }}};
}

void requireClean(const std::string& text) {
  REQUIRE(text.size() <= 1000);
  for (const char c : text) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
  REQUIRE(text.find('\xff') == std::string::npos);
}

/// A presence that throws whatever a test wants.
class ThrowingPresence final : public testing::ForwardingPresence {
 public:
  using ForwardingPresence::ForwardingPresence;
  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
    act();
    return ForwardingPresence::touch(call, user, device, now);
  }
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override {
    act();
    ForwardingPresence::track(who, revision, now);
  }
  void untrack(const SessionKey& who, std::int64_t revision) override {
    act();
    ForwardingPresence::untrack(who, revision);
  }
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override {
    act();
    return ForwardingPresence::seenWithin(atMost, now);
  }
  std::function<void()> act = [] {};
};

class ThrowingBroadcaster final : public Broadcaster {
 public:
  void broadcast(const Broadcast&) override { act(); }
  std::function<void()> act = [] {};
};

class ThrowingDriver final : public VideoDriver {
 public:
  ThrowingDriver(std::function<void()> act, std::string where)
      : act_(std::move(act)), where_(std::move(where)) {}
  bool create(const Thread&, const Call&) override { return actAt("create"); }
  bool destroy(const CallWithRoom&) override { return actAt("destroy"); }
  [[nodiscard]] std::optional<std::string> getRoomId() const override {
    actAt("getter");
    return "room";
  }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  bool actAt(const std::string& place) const {
    if (place == where_) act_();
    return true;
  }
  std::function<void()> act_;
  std::string where_;
};

/// A Messenger with every part of the host's in the test's hands.
struct StrangeHost {
  StrangeHost() {
    Config config = Fixture::configured();
    config.jobs.maxAttempts = 1;
    messenger = std::make_unique<Messenger>(config, Dependencies{.storage = storage,
                                                                 .threads = nullptr,
                                                                 .presence = presence,
                                                                 .broadcaster = broadcaster,
                                                                 .clock = clock,
                                                                 .logger = logger});
    REQUIRE_OK(messenger->threads().createGroup(
        "T", {Fixture::memberOf(member(0)), Fixture::memberOf(member(1))}, thread));
  }

  void requireCleanLog() const {
    for (const auto& line : logger->lines()) requireClean(line.text());
  }

  const ThreadId thread{"t"};
  std::shared_ptr<testing::FaultyStorage> storage = std::make_shared<testing::FaultyStorage>(memoryStorage());
  std::shared_ptr<ThrowingPresence> presence = std::make_shared<ThrowingPresence>(memoryPresence());
  std::shared_ptr<ThrowingBroadcaster> broadcaster = std::make_shared<ThrowingBroadcaster>();
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::RecordingLogger> logger = std::make_shared<testing::RecordingLogger>();
  std::unique_ptr<Messenger> messenger;
};

}  // namespace

TEST_CASE("host code: a driver throws what it likes → a failed job with a clean text",
          "[facade][host_code]") {
  for (const Throwing& each : strangeThings()) {
    for (const std::string where : {"create", "getter", "destroy", "factory"}) {
      CAPTURE(each.name, where);
      StrangeHost host;
      host.messenger->setVideoDriver([&]() -> std::unique_ptr<VideoDriver> {
        if (where == "factory") each.thrower();
        return std::make_unique<ThrowingDriver>(each.thrower, where);
      });
      const auto call = host.messenger->startCall(host.thread, member(0));
      REQUIRE_OK(call);
      (void)host.messenger->jobs().runPending();
      (void)host.messenger->host().endCall(call->id);
      (void)host.messenger->jobs().runPending();
      REQUIRE_FALSE(host.messenger->jobs().failed().empty());
      for (const Job& job : host.messenger->jobs().failed()) requireClean(job.lastError.value());
      host.requireCleanLog();
    }
  }
}

TEST_CASE(
    "host code: a broadcaster, a listener or onRun throws what it likes → a clean report, and all others go "
    "on",
    "[facade][host_code]") {
  for (const Throwing& each : strangeThings()) {
    CAPTURE(each.name);
    StrangeHost host;
    host.broadcaster->act = each.thrower;
    int later = 0;
    const auto thrown = host.messenger->onCallStarted([&](const CallStarted&) { each.thrower(); });
    const auto heard = host.messenger->onCallStarted([&](const CallStarted&) { ++later; });
    const auto failed = host.messenger->onBroadcastFailed([&](const BroadcastFailed& event) {
      ++later;
      requireClean(event.error);
    });
    REQUIRE_OK(host.messenger->startCall(host.thread, member(0)));
    REQUIRE(later == 2);
    WorkerOptions options;
    options.onRun = [&](const JobRun&) { each.thrower(); };
    REQUIRE(host.messenger->jobs().runPending(10, options).size() == 1);
    host.requireCleanLog();
  }
}

TEST_CASE("host code: a presence or a storage throws what it likes → it passes through, and leaves no trace",
          "[facade][host_code]") {
  for (const Throwing& each : strangeThings()) {
    CAPTURE(each.name);
    StrangeHost host;
    const auto call = host.messenger->startCall(host.thread, member(0));
    REQUIRE_OK(call);
    const auto thrower = [&](const auto&) {
      each.thrower();
      return false;
    };
    host.presence->act = each.thrower;
    REQUIRE_THROWS(host.messenger->heartbeat(call->id, member(0)));
    REQUIRE_THROWS(host.messenger->joinCall(call->id, member(1)));
    (void)host.messenger->host().runDueTasks();
    host.presence->act = [] {};
    host.storage->failIf(thrower, testing::Fault::before);
    REQUIRE_THROWS(host.messenger->joinCall(call->id, member(1)));
    host.clock->advance(minutes{2});
    (void)host.messenger->host().runDueTasks();
    auto worker = host.messenger->jobs().startWorker();
    REQUIRE_FALSE(worker.drain(milliseconds{20}));
    host.storage->heal();
    worker.stop();
    REQUIRE(host.messenger->host().participants(call->id).size() == 1);
    host.requireCleanLog();
    REQUIRE_OK(host.messenger->joinCall(call->id, member(1)));
  }
}

TEST_CASE("host code: a presence that saw somebody in the future → counts as seen now",
          "[facade][host_code]") {
  class Ahead final : public testing::ForwardingPresence {
   public:
    using ForwardingPresence::ForwardingPresence;
    [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override {
      auto seen = ForwardingPresence::seenWithin(atMost, now);
      for (LastSeen& each : seen) each.ago = -hours{24 * 365};
      return seen;
    }
  };
  Fixture world;
  Messenger messenger(Fixture::configured(),
                      Dependencies{.storage = world.storage,
                                   .threads = nullptr,
                                   .presence = std::make_shared<Ahead>(memoryPresence()),
                                   .broadcaster = nullptr,
                                   .clock = world.clock,
                                   .logger = world.logger});
  REQUIRE_OK(messenger.startCall(world.team, member(0)));
  messenger.host().flushPresence();
  REQUIRE(world.stored().at(0).lastSeen <= world.storageNow());
}

TEST_CASE("host code: what is empty where something must be → misuse, at once", "[facade][host_code]") {
  Fixture world;
  REQUIRE_THROWS_AS(world.messenger->setVideoDriver(VideoDriverFactory{}), std::invalid_argument);
  REQUIRE_THROWS_AS(world.messenger->onCallEnded(nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(world.messenger->onEvent(nullptr), std::invalid_argument);
  REQUIRE_THROWS_AS(Messenger(Fixture::configured(), Dependencies{}), std::invalid_argument);
  REQUIRE_THROWS_AS(testing::FakeVideoDriver(nullptr), std::invalid_argument);
}

}  // namespace messenger::tests
