// What a host is given to measure: each metric moves when it should and not otherwise, and nothing else does.
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "actions/metered_storage.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/jobs/async_worker.hpp"
#include "messenger/testing/manual_loop.hpp"
#include "messenger/testing/recording_metrics.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::ProviderAnswer;

/// A fixture that is measured.
struct Measured : Fixture {
  explicit Measured(StorageKind kind, const Config& config = configured()) : Fixture(kind, config) {
    metrics = recorded;
    restart();
    recorded->clear();
  }
  ~Measured() { CHECK(recorded->refused() == std::vector<std::string>{}); }
  Measured(const Measured&) = delete;
  Measured& operator=(const Measured&) = delete;

  [[nodiscard]] double value(Metric metric, testing::RecordingMetrics::Labels labels = {}) const {
    return recorded->value(metric, labels);
  }
  /// The gauges as they are now.
  void measure() const { messenger->host().measure(); }

  std::shared_ptr<testing::RecordingMetrics> recorded = std::make_shared<testing::RecordingMetrics>();
};

Config ringingConfig(Config::Ringing::WhenBusy whenBusy = Config::Ringing::WhenBusy::mark) {
  Config config = Fixture::configured();
  config.ringing.enabled = true;
  config.ringing.noAnswerAfter = seconds{45};
  config.ringing.whenBusy = whenBusy;
  return config;
}

/// Throws whatever it is given.
class ThrowingMetrics final : public Metrics {
 public:
  void count(Metric, MetricLabels, std::uint64_t) override { fail(); }
  void set(Metric, MetricLabels, double) override { fail(); }
  void observe(Metric, MetricLabels, double) override { fail(); }

  int calls = 0;

 private:
  [[noreturn]] void fail() {
    ++calls;
    if (calls % 2 == 0) throw 42;  // NOLINT(misc-throw-by-value-catch-by-reference,hicpp-exception-baseclass)
    throw std::runtime_error("no memory");
  }
};

/// Uses the library whenever it is given something. It must not; but where a lock were held, this would hang
/// or fail.
class CuriousMetrics final : public Metrics {
 public:
  void count(Metric, MetricLabels, std::uint64_t) override { look(); }
  void set(Metric, MetricLabels, double) override { look(); }
  void observe(Metric, MetricLabels, double) override { look(); }

  Fixture* world = nullptr;
  CallId call;
  int looks = 0;

 private:
  void look() {
    if (world == nullptr || looking_) return;
    looking_ = true;
    ++looks;
    static_cast<void>(world->messenger->jobs().counts());
    // A change of the same call, whose delivery waits its turn.
    if (!call.empty()) static_cast<void>(world->messenger->joinCall(call, member(10 + joins_++ % 60)));
    looking_ = false;
  }

  bool looking_ = false;
  std::size_t joins_ = 0;
};

}  // namespace

TEST_CASE("metrics: a call's life -> each of its counters moves once", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind);
  const Call call = world.startTeam();
  CHECK(world.value(Metric::callsStarted, {"video"}) == 1);
  CHECK(world.value(Metric::callsStarted, {"audio"}) == 0);
  CHECK(world.value(Metric::joins) == 0);  // the owner is in it by the start

  world.join(call, member(1));
  world.join(call, member(2));
  world.join(call, member(2));  // again: nothing new
  CHECK(world.value(Metric::joins) == 2);
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  world.join(call, member(1));
  CHECK(world.value(Metric::joins) == 3);

  const auto row = world.join(call, member(3));
  REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
  REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
  REQUIRE_OK(world.messenger->unkickParticipant(call.id, member(0), row.id));
  CHECK(world.value(Metric::kicks) == 1);

  REQUIRE_REFUSED(world.messenger->startCall(world.team, member(1)), Reason::callAlreadyActive);
  CHECK(world.value(Metric::callsStarted, {"video"}) == 1);
  world.clock->advance(minutes{5});
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE_REFUSED(world.messenger->endCall(call.id, member(0)), Reason::callEnded);
  CHECK(world.value(Metric::callsEnded, {"hungUp"}) == 1);
  CHECK(world.recorded->observed(Metric::callDuration) == std::vector<double>{300});
  CHECK(world.value(Metric::evictions) == 0);

  StartOptions audio;
  audio.type = CallType::audio;
  const auto second = world.messenger->startCall(world.team, member(1), audio);
  REQUIRE_OK(second);
  CHECK(world.value(Metric::callsStarted, {"audio"}) == 1);
  REQUIRE_OK(world.messenger->host().endCall(second->id));
  CHECK(world.value(Metric::callsEnded, {"host"}) == 1);
  CHECK(world.value(Metric::callsEnded, {"hungUp"}) == 1);
}

TEST_CASE("metrics: silent devices -> evictions, each once", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind);
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.clock->advance(minutes{2});
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  world.messenger->host().checkActivity();
  CHECK(world.value(Metric::evictions) == 1);
  world.messenger->host().checkActivity();
  CHECK(world.value(Metric::evictions) == 1);
  world.clock->advance(minutes{2});
  world.messenger->host().checkActivity();
  CHECK(world.value(Metric::evictions) == 2);
  CHECK(world.value(Metric::callsEnded, {"inactive"}) == 1);
}

TEST_CASE("metrics: who is silent leaves before the eviction -> none is counted", "[facade][metrics]") {
  Measured world(StorageKind::memory);
  const Call call = world.startTeam();
  world.join(call, member(1));
  world.clock->advance(minutes{2});
  REQUIRE_OK(world.messenger->heartbeat(call.id, member(0)));
  bool once = false;
  world.storage->failIf(
      [&](const auto& operation) {
        if (operation.name == "load" && !std::exchange(once, true)) {
          REQUIRE_OK(world.another()->leaveCall(call.id, member(1)));
        }
        return false;
      },
      testing::Fault::before);
  world.messenger->host().checkActivity();
  CHECK(once);
  CHECK_FALSE(world.isIn(call, member(1)));
  CHECK(world.value(Metric::evictions) == 0);
}

TEST_CASE("metrics: rings -> begun once, and ended once by what became of them", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind, ringingConfig());
  const ThreadId four{"four"};
  world.addGroup(four, 4);
  const auto rings = [&](const char* outcome) { return world.value(Metric::rings, {outcome}); };

  const Call call = world.start(four, member(0));
  CHECK(world.value(Metric::ringsStarted) == 3);
  world.measure();
  CHECK(world.value(Metric::ringsActive) == 3);
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->ignoreCall(call.id, member(2)));
  world.clock->advance(seconds{46});
  world.messenger->jobs().runPending();
  CHECK(rings("answered") == 1);
  CHECK(rings("declined") == 1);
  CHECK(rings("missed") == 1);
  world.measure();
  CHECK(world.value(Metric::ringsActive) == 0);

  // u1 is busy in it, u2 and u3 are rung again, and then the host ends that.
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(0)));
  const ThreadId other{"other"};
  world.addGroup(other, 4);
  const Call second = world.start(other, member(0));
  CHECK(rings("busy") == 1);
  CHECK(world.value(Metric::ringsStarted) == 5);
  REQUIRE_OK(world.messenger->host().endCall(second.id));
  CHECK(rings("cancelled") == 2);
  CHECK(rings("missed") == 1);
  CHECK(rings("answered") + rings("declined") + rings("missed") + rings("cancelled") == 5);
}

TEST_CASE("metrics: jobs -> by type and outcome, how late and how long", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Config config = Fixture::configured();
  config.jobs.maxAttempts = 2;
  Measured world(kind, config);
  world.provider->onCreate([&](const Thread&, const Call&) { world.clock->advance(seconds{3}); });
  world.provider->answerCreate(ProviderAnswer::no);
  const Call call = world.start(world.team, member(0));
  world.clock->advance(seconds{7});
  world.messenger->jobs().runPending();
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "retry"}) == 1);
  CHECK(world.recorded->observed(Metric::jobDelay, {"SetupCall"}) == std::vector<double>{7});
  CHECK(world.recorded->observed(Metric::jobRun, {"SetupCall"}) == std::vector<double>{3});
  CHECK(world.recorded->observed(Metric::driverOperation, {"create", "failed"}) == std::vector<double>{3});

  world.provider->answerCreate(ProviderAnswer::throwing);
  world.clock->advance(hours{1});
  world.messenger->jobs().runPending();
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "failed"}) == 1);
  CHECK(world.value(Metric::driverOperation, {"create", "failed"}) == 2);
  CHECK(world.value(Metric::callsEnded, {"setupFailed"}) == 1);
  CHECK(world.value(Metric::jobRuns, {"TeardownCall", "done"}) == 1);
  CHECK(world.value(Metric::driverOperation, {"destroy", "ok"}) == 1);
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "done"}) == 0);
  CHECK(world.value(Metric::driverOperation, {"create", "ok"}) == 0);
  CHECK(world.now(call).endReason == EndReason::setupFailed);
}

TEST_CASE("metrics: a job that another worker took over -> lost", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind);
  static_cast<void>(world.start(world.team, member(0)));
  world.provider->onCreate([&](const Thread&, const Call&) {
    world.provider->onCreate(nullptr);
    world.clock->advance(hours{1});
    REQUIRE(world.claimAny());
  });
  world.messenger->jobs().runPending(1);
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "lost"}) == 1);
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "done"}) == 0);
}

TEST_CASE("metrics: sessions out of rooms, credentials -> driver operations of their own",
          "[facade][metrics]") {
  Config config = Fixture::configured();
  config.calling.subscriber.removesSessions = true;
  Measured world(StorageKind::memory, config);
  world.provider->canAdmit(true);
  const Call call = world.startTeam();
  const auto row = world.join(call, member(1));
  REQUIRE_OK(world.messenger->roomCredentials(call.id, member(1)));
  CHECK(world.value(Metric::driverOperation, {"admit", "ok"}) == 1);
  world.provider->answerAdmit(ProviderAnswer::throwing);
  REQUIRE_REFUSED(world.messenger->roomCredentials(call.id, member(1)), Reason::providerFailed);
  CHECK(world.value(Metric::driverOperation, {"admit", "failed"}) == 1);

  REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
  world.provider->answerRemove(ProviderAnswer::no);
  world.messenger->jobs().runPending();
  CHECK(world.value(Metric::driverOperation, {"remove", "failed"}) == 1);
  world.provider->answerRemove(ProviderAnswer::yes);
  world.drain();
  CHECK(world.value(Metric::driverOperation, {"remove", "ok"}) == 1);
  CHECK(world.value(Metric::jobRuns, {"RemoveFromRoom", "done"}) == 1);
}

TEST_CASE("metrics: an asynchronous driver -> observed until it reports", "[facade][metrics]") {
  struct Driver final : AsyncVideoDriver {
    void create(const Thread&, const Call&, DriverCompletion done) override { completion = std::move(done); }
    void destroy(const CallWithRoom&, DriverCompletion done) override { completion = std::move(done); }
    void remove(const CallWithRoom&, const Secret&, DriverCompletion done) override {
      completion = std::move(done);
    }
    std::optional<DriverCompletion> completion;
  };
  Measured world(StorageKind::memory);
  const auto loop = std::make_shared<testing::ManualLoop>();
  const auto driver = std::make_shared<Driver>();
  const auto settle = [&] {
    while (loop->runAll() > 0) {
    }
  };
  AsyncWorker worker = world.messenger->jobs().startAsyncWorker(loop, loop, driver);
  const Call call = world.start(world.team, member(0));
  settle();
  REQUIRE(driver->completion);
  world.clock->advance(seconds{4});
  driver->completion->succeed(Room{"room", {}, {}, {}});
  world.clock->advance(seconds{2});  // until the pool has time for it
  settle();
  CHECK(world.now(call).setupComplete);
  CHECK(world.recorded->observed(Metric::driverOperation, {"create", "ok"}) == std::vector<double>{4});
  CHECK(world.recorded->observed(Metric::jobRun, {"SetupCall"}) == std::vector<double>{6});
  CHECK(world.value(Metric::jobRuns, {"SetupCall", "done"}) == 1);

  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  settle();
  world.clock->advance(seconds{1});
  driver->completion->fail("no answer");
  settle();
  CHECK(world.recorded->observed(Metric::driverOperation, {"destroy", "failed"}) == std::vector<double>{1});
  CHECK(world.value(Metric::jobRuns, {"TeardownCall", "retry"}) == 1);
  worker.stop({});
  settle();
}

TEST_CASE("metrics: storage operations -> by name and result, as long as they took", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind);
  const auto of = [&](const char* operation, const char* result) {
    return world.value(Metric::storageOperation, {operation, result});
  };
  const Call call = world.start(world.team, member(0));
  CHECK(of("load", "ok") == 1);
  CHECK(of("commit", "ok") == 1);

  SECTION("one fails: failed, after as long as it took") {
    world.storage->failIf(
        [&](const auto& operation) {
          if (operation.name == "commit") world.clock->advance(seconds{2});
          return operation.name == "commit";
        },
        testing::Fault::before);
    CHECK_THROWS_AS(world.messenger->joinCall(call.id, member(1)), StorageUnavailable);
    world.storage->heal();
    CHECK(world.recorded->observed(Metric::storageOperation, {"commit", "failed"}) == std::vector<double>{2});
    CHECK(of("commit", "ok") == 1);
  }
  SECTION("others were faster: conflict, and the change is decided again") {
    bool once = false;
    world.storage->failIf(
        [&](const auto& operation) {
          if (operation.name == "commit" && !std::exchange(once, true)) {
            static_cast<void>(world.another()->joinCall(call.id, member(2)));
          }
          return false;
        },
        testing::Fault::before);
    world.join(call, member(1));
    CHECK(of("commit", "conflict") == 1);
    CHECK(of("commit", "ok") == 2);
    CHECK(world.value(Metric::storageConflicts) == 1);
  }
  SECTION("it is busy: busy") {
    struct Busy final : testing::ForwardingStorage {
      struct Calls final : testing::ForwardingCallStore {
        using ForwardingCallStore::ForwardingCallStore;
        Loaded load(const LoadRequest&) override { throw StorageBusy("others write"); }
      };
      explicit Busy(const std::shared_ptr<Storage>& inner) : ForwardingStorage(inner), own(inner->calls()) {}
      CallStore& calls() noexcept override { return own; }
      Calls own;
    };
    Messenger messenger(Fixture::configured(), Dependencies{.storage = std::make_shared<Busy>(world.storage),
                                                            .logger = nullLogger(),
                                                            .metrics = world.recorded});
    CHECK_THROWS_AS(messenger.joinCall(call.id, member(1)), StorageBusy);
    CHECK(of("load", "busy") == 1);
  }
  CHECK(of("commit", "busy") == 0);
}

TEST_CASE("metrics: measure -> the gauges are as things are", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Measured world(kind);
  const auto jobs = [&](const char* type, const char* state) {
    return world.value(Metric::jobs, {type, state});
  };
  CHECK(world.recorded->all().count("messenger_calls_active") == 0);  // only when asked
  const Call call = world.start(world.team, member(0));
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->joinCall(call.id, member(1), DeviceId{"phone"}));
  world.clock->advance(seconds{90});
  world.measure();
  CHECK(world.value(Metric::callsActive) == 1);
  CHECK(world.value(Metric::sessionsOpen) == 3);
  CHECK(world.value(Metric::callsDown) == 0);
  CHECK(jobs("SetupCall", "due") == 1);
  CHECK(world.value(Metric::jobOldestDue, {"SetupCall"}) == 90);
  CHECK(world.value(Metric::jobOldestDue, {"TeardownCall"}) == 0);
  CHECK(world.recorded->all().count("messenger_jobs{type=\"EndCalls\",state=\"failed\"}") == 1);

  REQUIRE(world.claimAny());
  world.measure();
  CHECK(jobs("SetupCall", "due") == 0);
  CHECK(jobs("SetupCall", "running") == 1);
  CHECK(world.value(Metric::jobOldestDue, {"SetupCall"}) == 0);

  REQUIRE_OK(world.messenger->host().callsDown(minutes{1}, When::now));
  world.measure();
  CHECK(world.value(Metric::callsDown) == 1);
  CHECK(world.value(Metric::callsActive) == 0);
  CHECK(world.value(Metric::sessionsOpen) == 0);
  world.clock->advance(minutes{2});
  world.measure();
  CHECK(world.value(Metric::callsDown) == 0);

  const auto before = world.recorded->all();
  world.storage->failIf([](const auto& operation) { return operation.name == "countsByType"; },
                        testing::Fault::before);
  CHECK_THROWS_AS(world.messenger->host().measure(), StorageUnavailable);
  for (const MetricInfo& info : metricTable()) {
    if (info.kind != MetricKind::gauge) continue;
    for (const auto& [series, value] : before) {
      if (series.starts_with(info.name)) CHECK(world.recorded->all().at(series) == value);
    }
  }
}

TEST_CASE("metrics: they throw -> nothing is different, and one line says so", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  const auto live = [](Fixture& world) {
    const Call call = world.startTeam();
    world.join(call, member(1));
    world.provider->answerDestroy(ProviderAnswer::no);
    REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
    world.messenger->jobs().runPending();
    world.provider->answerDestroy(ProviderAnswer::yes);
    world.messenger->host().measure();
    world.drain();
    world.requireSound();
    return world.broadcaster->all().size();
  };
  Fixture plain(kind);
  const std::size_t expected = live(plain);

  Fixture world(kind);
  const auto throwing = std::make_shared<ThrowingMetrics>();
  world.metrics = throwing;
  world.restart();
  world.logger->clear();
  CHECK(live(world) == expected);
  CHECK(throwing->calls > 50);
  std::size_t lines = 0;
  for (const auto& line : world.logger->lines()) {
    if (line.message.find("metrics threw") == std::string::npos) continue;
    ++lines;
    CHECK(line.level == LogLevel::warning);
    CHECK(line.field("error") == "no memory");
    CHECK(line.field("metric").starts_with("messenger_"));
  }
  CHECK(lines == 1);
}

TEST_CASE("metrics: given with no lock held -> they could use the library", "[facade][metrics]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const auto curious = std::make_shared<CuriousMetrics>();
  world.metrics = curious;
  world.restart();
  curious->world = &world;
  const Call call = world.start(world.team, member(0));
  world.messenger->jobs().runPending();
  curious->call = call.id;
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  world.messenger->host().measure();
  world.messenger->host().checkActivity();
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();
  curious->world = nullptr;
  CHECK(curious->looks > 20);
  world.requireSound();
}

TEST_CASE("metrics: none -> the storage is used as it is, and nothing is read for them",
          "[facade][metrics]") {
  struct NoClock final : Clock {
    [[nodiscard]] Moment now() const noexcept override { std::abort(); }
  };
  const NoClock clock;
  const auto logger = nullLogger();
  const std::shared_ptr<Storage> storage = memoryStorage();
  actions::Meter off(nullptr, clock, *logger);
  CHECK(actions::metered(storage, off) == storage);
  CHECK(off.begin() == SteadyPoint{});
  off.observeSince(off.begin(), Metric::callDuration);
  off.count(Event{MemberRemoved{}});

  testing::RecordingMetrics metrics;
  actions::Meter on(&metrics, *systemClock(), *logger);
  const auto metered = actions::metered(storage, on);
  CHECK(metered != storage);
  CHECK(metered->threads() == storage->threads());

  Fixture world;
  const std::size_t before = world.storage->operations();
  world.messenger->host().measure();
  CHECK(world.storage->operations() == before);
}

TEST_CASE("metric table: names, labels, buckets -> by the conventions of Prometheus", "[facade][metrics]") {
  std::set<std::string_view> names;
  for (const MetricInfo& info : metricTable()) {
    INFO(info.name);
    CHECK(names.insert(info.name).second);
    CHECK(&describe(info.metric) == &info);
    CHECK(info.name.starts_with("messenger_"));
    CHECK(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(info.name.ends_with("_total") == (info.kind == MetricKind::counter));
    if (info.kind == MetricKind::histogram) CHECK(info.name.ends_with("_seconds"));
    CHECK(info.buckets.empty() == (info.kind != MetricKind::histogram));
    CHECK(std::is_sorted(info.buckets.begin(), info.buckets.end()));
    CHECK(info.help.ends_with("."));
    CHECK(info.labels.size() <= 2);
    for (const MetricLabel& label : info.labels) {
      CHECK(std::set<std::string_view>(label.values.begin(), label.values.end()).size() ==
            label.values.size());
    }
  }
  const auto words = [](auto last) {
    std::set<std::string_view> all;
    for (int number = 1; number <= static_cast<int>(last); ++number) {
      all.insert(toString(static_cast<decltype(last)>(number)));
    }
    return all;
  };
  const auto values = [](Metric metric, std::size_t label = 0) {
    const auto of = describe(metric).labels[label].values;
    return std::set<std::string_view>(of.begin(), of.end());
  };
  CHECK(values(Metric::callsStarted) == words(CallType::audio));
  CHECK(values(Metric::callsEnded) == words(EndReason::noAnswer));
  CHECK(toString(static_cast<EndReason>(11)) == "unknown");
  auto rings = words(RingState::busy);
  rings.erase("ringing");
  CHECK(values(Metric::rings) == rings);
  for (const Metric metric :
       {Metric::jobRuns, Metric::jobs, Metric::jobOldestDue, Metric::jobDelay, Metric::jobRun}) {
    CHECK(values(metric) == words(JobType::stopRinging));
  }
  CHECK(toString(static_cast<JobType>(11)) == "unknown");
  auto outcomes = words(JobOutcome::lost);
  outcomes.insert(toString(JobOutcome::done));
  CHECK(values(Metric::jobRuns, 1) == outcomes);
}

TEST_CASE("log lines: what failed -> names the call and the job in fields", "[facade][metrics]") {
  Fixture world;
  world.provider->answerCreate(ProviderAnswer::throwing);
  const Call call = world.start(world.team, member(0));
  world.messenger->jobs().runPending();
  const auto lines = world.logger->lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].message == "a job failed");
  CHECK(lines[0].field("call") == call.id.value());
  CHECK(lines[0].field("job") == world.messenger->jobs().pending().at(0).id.value());
  CHECK(lines[0].field("type") == "SetupCall");
  CHECK(lines[0].field("attempt") == "1");
  CHECK_FALSE(lines[0].field("error").empty());
}

TEST_CASE("log lines: a sweep that belongs to no call -> no empty field", "[facade][metrics]") {
  Fixture world;
  static_cast<void>(world.startTeam());
  world.storage->failIf([](const auto& operation) { return operation.name == "peers"; },
                        testing::Fault::before);
  world.clock->advance(minutes{5});
  world.messenger->host().checkActivity(When::queued);
  world.messenger->jobs().runPending(1);
  const auto lines = world.logger->lines();
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.back().field("type") == "CheckCallsActivity");
  for (const auto& line : lines) {
    for (const auto& [name, value] : line.fields) {
      INFO(line.text());
      CHECK(name != "call");
      CHECK_FALSE(value.empty());
    }
  }
}

}  // namespace messenger::tests
