// Events and broadcasts of a call: in the order of its changes, one at a time, whatever listeners do.
#include <atomic>
#include <latch>
#include <map>
#include <thread>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

const Call& callOf(const Event& event) {
  static const Call none;
  return std::visit(
      [](const auto& each) -> const Call& {
        if constexpr (requires { each.call.revision; }) {
          return each.call;
        } else {
          return none;
        }
      },
      event);
}

/// Records the revisions it sees, and whether it ever ran twice at once.
class Watch {
 public:
  void see(const CallId& call, std::int64_t revision) {
    if (inside_.fetch_add(1) != 0) overlapped = true;
    const std::lock_guard lock(mutex_);
    auto& last = last_[call];
    if (revision < last) outOfOrder = true;
    last = revision;
    ++seen;
    inside_.fetch_sub(1);
  }
  std::atomic<bool> overlapped{false};
  std::atomic<bool> outOfOrder{false};
  std::atomic<int> seen{0};

 private:
  std::mutex mutex_;
  std::atomic<int> inside_{0};
  std::map<CallId, std::int64_t> last_;
};

}  // namespace

TEST_CASE("order: events of one call -> in the order of its changes and one at a time", "[facade][order]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  std::vector<ParticipantId> rows;
  for (std::size_t i = 1; i <= 8; ++i) rows.push_back(world.join(call, member(i)).id);

  Watch watch;
  const auto watching = world.messenger->onEvent(
      [&](const Event& event) { watch.see(callOf(event).id, callOf(event).revision); });
  constexpr int rounds = 15;
  std::atomic<int> changes{0};
  together(8, [&](std::size_t i) {
    const UserId me = member(i + 1);
    for (int round = 0; round < rounds; ++round) {
      if (world.messenger->leaveCall(call.id, me)) ++changes;
      if (world.messenger->joinCall(call.id, me)) ++changes;
      if (round % 3 == 0) {
        // Another participant's row, so that kicks and un-kicks meet leaves and joins.
        const ParticipantId& other = rows.at((i + 1) % rows.size());
        (void)world.messenger->kickParticipant(call.id, member(0), other);
        (void)world.messenger->unkickParticipant(call.id, member(0), other);
      }
    }
  });
  REQUIRE_FALSE(watch.outOfOrder);
  REQUIRE_FALSE(watch.overlapped);
  REQUIRE(watch.seen >= changes);
}

TEST_CASE("order: a listener calls a verb -> its events come after the current one", "[facade][order]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  std::vector<std::string> told;
  bool returned = false;
  const auto first = world.messenger->onCallJoined([&](const CallJoined& joined) {
    told.push_back("joined");
    REQUIRE_OK(world.messenger->endCall(joined.call.id, member(0)));
    returned = true;
    told.push_back("asked for the end");
  });
  const auto second =
      world.messenger->onCallJoined([&](const CallJoined&) { told.push_back("joined, second"); });
  const auto third = world.messenger->onCallEnded([&](const CallEnded&) {
    REQUIRE(returned);
    told.push_back("ended");
  });
  const Call call = world.start(world.team, member(0));
  world.join(call, member(1));
  REQUIRE(told == std::vector<std::string>{"joined", "asked for the end", "joined, second", "ended"});
  const auto broadcasts = world.broadcaster->all();
  REQUIRE(broadcasts.back().event == "call.ended");
}

TEST_CASE("order: a broadcaster calls back -> its events come afterwards", "[facade][order]") {
  struct Meddler final : Broadcaster {
    void broadcast(const Broadcast& broadcast) override {
      log.push_back("begin " + broadcast.event);
      if (broadcast.event == "joined.call") (void)messenger->leaveCall(broadcast.call, member(1));
      log.push_back("end " + broadcast.event);
    }
    Messenger* messenger = nullptr;
    std::vector<std::string> log;
  };
  Fixture world;
  const auto meddler = std::make_shared<Meddler>();
  Messenger messenger(Fixture::configured(), Dependencies{.storage = world.storage,
                                                          .threads = nullptr,
                                                          .presence = nullptr,
                                                          .broadcaster = meddler,
                                                          .clock = world.clock,
                                                          .logger = world.logger});
  meddler->messenger = &messenger;
  const auto call = messenger.startCall(world.team, member(0));
  REQUIRE_OK(call);
  meddler->log.clear();
  REQUIRE_OK(messenger.joinCall(call->id, member(1)));
  REQUIRE(meddler->log == std::vector<std::string>{"begin joined.call", "end joined.call", "begin left.call",
                                                   "end left.call"});
}

TEST_CASE("order: listeners of different calls -> run at the same time", "[facade][order]") {
  Fixture world;
  const Call one = world.start(world.team, member(0));
  const Call other = world.start(world.pair, named("alice"));
  std::latch both(2);  // reached only when two listeners are inside at once
  const auto joined = world.messenger->onCallJoined([&](const CallJoined&) { both.arrive_and_wait(); });
  together(2, [&](std::size_t i) {
    (void)world.messenger->joinCall(i == 0 ? one.id : other.id, i == 0 ? member(1) : named("bob"));
  });
  REQUIRE(world.isIn(one, member(1)));
  REQUIRE(world.isIn(other, named("bob")));
}

TEST_CASE("order: another thread is delivering -> the verb leaves its events to it", "[facade][order]") {
  Fixture world;
  const Call call = world.start(world.team, member(0));
  std::latch inListener(1);
  std::latch goOn(1);
  std::atomic<int> told{0};
  const auto joined = world.messenger->onCallJoined([&](const CallJoined&) {
    if (told++ == 0) {
      inListener.count_down();
      goOn.wait();
    }
  });
  std::thread first([&] { (void)world.messenger->joinCall(call.id, member(1)); });
  inListener.wait();
  REQUIRE_OK(world.messenger->joinCall(call.id,
                                       member(2)));  // returns although the first event is not delivered yet
  REQUIRE(told == 1);
  goOn.count_down();
  first.join();
  REQUIRE(told == 2);
}

TEST_CASE("order: a listener throws -> the next one runs and the verb succeeds", "[facade][order]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  int next = 0;
  const auto one =
      world.messenger->onCallStarted([](const CallStarted&) { throw std::runtime_error("first"); });
  const auto two = world.messenger->onCallStarted([](const CallStarted&) { throw 42; });
  const auto three = world.messenger->onCallStarted([&](const CallStarted&) { ++next; });
  const auto four = world.messenger->onEvent([&](const Event&) { ++next; });
  const Call call = world.start(world.team, member(0));
  REQUIRE(next == 2);
  REQUIRE(world.logger->has(LogLevel::error, "first"));
  REQUIRE(world.logger->has(LogLevel::error, "no std::exception"));
  REQUIRE(world.now(call).active());
}

TEST_CASE("broadcasts: one fails -> reported and nothing else affected", "[facade][broadcasts]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  world.broadcaster->failWith("the socket is gone\nforever");
  const Call call = world.start(world.team, member(0));
  world.join(call, member(1));
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();

  const auto failed = world.events.of<BroadcastFailed>();
  REQUIRE(failed.size() == 3);
  REQUIRE(failed[0].event == "incoming.call");
  REQUIRE(failed[1].event == "joined.call");
  REQUIRE(failed[2].event == "call.ended");
  for (const auto& each : failed) {
    REQUIRE(each.call == call.id);
    REQUIRE(each.error == "the socket is gone?forever");
  }
  REQUIRE(world.events.count<CallStarted>() == 1);
  REQUIRE(world.events.count<CallJoined>() == 1);
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.logger->has(LogLevel::warning, "incoming.call"));
  world.requireSound();
}

TEST_CASE("broadcasts: an exception that is no std::exception -> reported too", "[facade][broadcasts]") {
  struct Thrower final : Broadcaster {
    void broadcast(const Broadcast&) override { throw 7; }
  };
  Fixture world;
  Messenger messenger(Fixture::configured(), Dependencies{.storage = world.storage,
                                                          .threads = nullptr,
                                                          .presence = nullptr,
                                                          .broadcaster = std::make_shared<Thrower>(),
                                                          .clock = world.clock,
                                                          .logger = world.logger});
  int failed = 0;
  const auto counting = messenger.onBroadcastFailed([&](const BroadcastFailed&) { ++failed; });
  REQUIRE_OK(messenger.startCall(world.team, member(0)));
  REQUIRE(failed == 1);
}

}  // namespace messenger::tests
