// Janus dies again and again while calls start and end.
#include <atomic>

#include "tests/janus/live_world.hpp"
#include "tests/support/together.hpp"

namespace messenger::tests {
namespace {

constexpr std::size_t hosts = 8;
constexpr std::size_t callsOfHost = 25;
constexpr std::size_t groupsOfHost = 5;

/// One of those who start calls and end them again, all but one.
void host(Messenger& messenger, std::size_t self, std::atomic<std::size_t>& started,
          const std::function<void()>& gate) {
  for (std::size_t i = 0; i < callsOfHost; ++i) {
    gate();
    const bool stays = i == 2;  // early: it has to live through the restarts
    const std::size_t group = self * groupsOfHost + (stays ? 4 : i % 4);
    const auto call = messenger.startCall(LiveWorld::group(group), LiveWorld::user);
    if (!call) continue;  // counted below: it must be 200
    ++started;
    // Some end before their room is there, some after it.
    if (i % 2 == 0) {
      (void)eventually([&] { return messenger.host().findCall(call->id)->setupComplete; });
    }
    if (!stays) (void)messenger.host().endCall(call->id);
  }
}

TEST_CASE("restarts: 200 calls by 8 workers while Janus is killed three times -> no room is left",
          "[janus][restarts]") {
  LiveWorld world(hosts * groupsOfHost, GENERATE(true, false));
  std::atomic<std::size_t> started{0};
  std::atomic<std::size_t> failedRuns{0};
  std::atomic<std::size_t> allowed{50};
  WorkerOptions options;
  options.threads = 8;
  options.onRun = [&](const JobRun& run) { failedRuns += run.outcome == JobOutcome::retry ? 1U : 0U; };
  Worker worker = world.messenger->jobs().startWorker(options);
  std::atomic<bool> over{false};
  std::thread crowd([&] {
    together(hosts, [&](std::size_t self) {
      host(*world.messenger, self, started, [&] { (void)eventually([&] { return started < allowed; }); });
    });
    over = true;
  });

  bool hit = true;
  for (int kill = 0; kill < 3; ++kill) {
    hit = hit && eventually([&] { return started >= allowed; });
    const std::size_t before = failedRuns;
    world.server.kill();
    allowed += 50;
    // Down until it has been missed.
    hit = hit && eventually([&] { return failedRuns >= before + 5; });
    world.server.start();
  }
  crowd.join();
  REQUIRE(hit);
  REQUIRE(over);
  REQUIRE(started == hosts * callsOfHost);

  const auto settled = [&] { return eventually([&] { return world.messenger->jobs().pending().empty(); }); };
  REQUIRE(settled());
  const janus::ReconcileReport report = world.reconcile();
  CHECK_FALSE(report.renewed.empty());
  CHECK(report.failures.empty());
  REQUIRE(settled());
  worker.stop();

  CHECK(world.messenger->jobs().failed().empty());
  const auto active = world.messenger->host().activeCalls(0, 1000);
  CHECK(active.size() == hosts);
  for (const Call& call : active) CHECK(call.setupComplete);
  CHECK(world.rooms() == world.roomsOfActive());
  CHECK(world.events.count<CallTornDown>() == hosts * callsOfHost - hosts);

  for (const Call& call : active) world.end(call);
  world.drain();
  REQUIRE(world.rooms().empty());
}

}  // namespace
}  // namespace messenger::tests
