#include "background.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <limits>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

namespace call_server {

TEST_CASE("periodic: stopped while it waits -> ends at once", "[call_server][unit]") {
  std::atomic<int> rounds{0};
  std::promise<void> third;
  {
    Periodic often(std::chrono::milliseconds{1}, [&] {
      if (++rounds == 3) third.set_value();
    });
    third.get_future().wait();
  }
  std::promise<void> first;
  Periodic rarely(std::chrono::hours{1}, [&] { first.set_value(); });
  first.get_future().wait();
  rarely.stop();
  rarely.stop();
  CHECK(rarely.isStopping());
}

namespace {

/// A lane with one OS thread, which is busy until `release`.
struct BusyLane {
  explicit BusyLane(std::size_t mostWaiting = 10)
      : lane({.threads = 1, .mostWaiting = mostWaiting, .patience = std::chrono::hours{1}}) {
    lane.run(
        [this] {
          begun.set_value();
          open.get_future().wait();
          ++done;
        },
        [](Lane::Refusal) {});
    begun.get_future().wait();
  }
  ~BusyLane() {
    if (!released) release();
  }

  void add() {
    lane.run([this] { ++done; }, [this](Lane::Refusal why) { refusals.push_back(why); });
  }
  void release() {
    released = true;
    open.set_value();
  }
  void refuseAfter(std::chrono::minutes waited) { lane.refuseLate(Lane::Clock::now() + waited); }

  std::promise<void> begun;
  std::promise<void> open;
  bool released = false;
  std::atomic<int> done{0};
  std::vector<Lane::Refusal> refusals;  ///< of this OS thread
  Lane lane;
};

}  // namespace

TEST_CASE("lane: more tasks than may wait -> refused at once", "[call_server][unit]") {
  BusyLane busy(/*mostWaiting=*/2);
  for (int i = 0; i < 3; ++i) busy.add();
  CHECK(busy.refusals == std::vector{Lane::Refusal::full});
  busy.release();
  std::promise<void> last;
  bool waits = false;
  while (!waits) {
    waits = true;
    busy.lane.run([&] { last.set_value(); }, [&](Lane::Refusal) { waits = false; });
  }
  last.get_future().wait();
  CHECK(busy.done == 3);
}

TEST_CASE("lane: a task waits too long -> refused and the others stay", "[call_server][unit]") {
  BusyLane busy;
  busy.add();
  busy.add();
  busy.refuseAfter(std::chrono::minutes{59});
  CHECK(busy.refusals.empty());
  busy.refuseAfter(std::chrono::minutes{61});
  CHECK(busy.refusals == std::vector(2, Lane::Refusal::late));
  busy.add();
  busy.lane.setPatience(std::chrono::minutes{5});
  busy.refuseAfter(std::chrono::minutes{4});
  CHECK(busy.refusals.size() == 2);
  busy.refuseAfter(std::chrono::minutes{6});
  CHECK(busy.refusals.size() == 3);
}

TEST_CASE("lane: stopped -> waits for the running task and refuses the others", "[call_server][unit]") {
  BusyLane busy;
  std::promise<Lane::Refusal> refused;
  busy.lane.run([&] { ++busy.done; }, [&](Lane::Refusal why) { refused.set_value(why); });
  auto stopped = std::async(std::launch::async, [&] { busy.lane.stop(); });
  CHECK(refused.get_future().get() == Lane::Refusal::stopping);
  busy.add();
  CHECK(busy.refusals == std::vector{Lane::Refusal::stopping});
  CHECK(busy.done == 0);
  busy.release();
  stopped.get();
  CHECK(busy.done == 1);
}

}  // namespace call_server
