// What happens to a call while its driver is inside `create`.
#include <thread>

#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::ProviderAnswer;

/// Starts a call and, while its `create` is held, does something to it; then lets the driver continue.
template <class During>
Call startAndDuringCreate(Fixture& world, bool queued, During&& during) {
  world.provider->holdCreates();
  std::thread runner([&] {
    if (queued) {
      world.messenger->jobs().runPending();
    } else {
      (void)world.messenger->startCall(world.team, member(0));
    }
  });
  REQUIRE(world.provider->waitForHeld(1));
  const Call call = world.messenger->host().activeCalls(0, 1).at(0);
  during(call);
  world.provider->release();
  runner.join();
  return world.now(call);
}

}  // namespace

TEST_CASE("setup: the call ends during create -> no room is left", "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  const auto answer = GENERATE(ProviderAnswer::yes, ProviderAnswer::no, ProviderAnswer::noButDone,
                               ProviderAnswer::throwing, ProviderAnswer::throwingButDone);
  CAPTURE(kind, queued, static_cast<int>(answer));
  Fixture world(kind, Fixture::configured(queued));
  world.provider->answerCreate(answer);
  if (queued) (void)world.start(world.team, member(0));

  const Call call = startAndDuringCreate(world, queued, [&](const Call& during) {
    REQUIRE_OK(world.messenger->endCall(during.id, member(0)));
    REQUIRE(world.provider->count(DriverCall::Method::destroy, during.id) == 0);
  });
  REQUIRE(call.endReason == EndReason::hungUp);
  // The OS thread that ran the setup also runs the jobs that waited for it; a failed attempt must wait for
  // its retry.
  if (!queued && answer == ProviderAnswer::yes) REQUIRE(world.provider->rooms().empty());
  world.drain();
  world.requireSound();
  REQUIRE(world.now(call).teardownComplete);
  REQUIRE(world.provider->count(DriverCall::Method::destroy, call.id) == 1);
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.events.count<CallSetupCompleted>() == 0);
}

TEST_CASE("setup: the last participant leaves during create -> no room is left", "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  if (queued) (void)world.start(world.team, member(0));

  const Call call = startAndDuringCreate(world, queued, [&](const Call& during) {
    REQUIRE_OK(world.messenger->leaveCall(during.id, member(0)));
  });
  REQUIRE(call.endReason == EndReason::lastLeft);
  world.drain();
  world.requireSound();
  REQUIRE(world.events.count<CallEnded>() == 1);
}

TEST_CASE("setup: a driver ends its own call inside create -> no room is left", "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  world.provider->onCreate([&](const Thread&, const Call& call) {
    (void)world.messenger->joinCall(call.id, member(1));
    (void)world.messenger->host().callsDown(minutes{5}, When::now);
  });
  const auto started = world.messenger->startCall(world.team, member(0));
  REQUIRE(started.has_value());
  world.messenger->jobs().runPending();
  REQUIRE(world.now(*started).endReason == EndReason::maintenance);
  world.drain();
  world.requireSound();
}

TEST_CASE("setup: complete -> room and setup_complete appear together and only for those in the call",
          "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  world.provider->giveRoom(Room{"R", "P", "X", Secret{"swordfish"}});
  const Call call = world.start(world.team, member(0));
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(0))->room);

  world.provider->holdCreates();
  std::thread runner([&] { world.messenger->jobs().runPending(); });
  REQUIRE(world.provider->waitForHeld(1));
  const auto during = world.messenger->showCall(call.id, member(0));
  REQUIRE_FALSE(during->call.setupComplete);
  REQUIRE_FALSE(during->room);
  // Events of other changes come at once, however long the provider takes.
  world.join(call, member(3));
  REQUIRE(world.events.count<CallJoined>() == 1);
  world.provider->release();
  runner.join();

  const auto after = world.messenger->showCall(call.id, member(0));
  REQUIRE(after->call.setupComplete);
  REQUIRE(after->room);
  REQUIRE(after->room->id == "R");
  REQUIRE(after->room->pin == "P");
  REQUIRE(after->room->payload == "X");
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(1))->room);

  const CallParticipant row = world.join(call, member(1));
  REQUIRE(world.messenger->showCall(call.id, member(1))->room);
  REQUIRE(world.messenger->activeCalls(member(1)).at(0).room);
  REQUIRE_OK(world.messenger->kickParticipant(call.id, member(0), row.id));
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(1))->room);
  REQUIRE_FALSE(world.messenger->activeCalls(member(1)).at(0).room);
  REQUIRE_REFUSED(world.messenger->heartbeat(call.id, member(1)), Reason::kicked);
  REQUIRE_REFUSED(world.messenger->joinCall(call.id, member(1)), Reason::kicked);

  world.join(call, member(2));
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(2)));
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(2))->room);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(0))->room);
}

TEST_CASE("setup: create fails -> neither room details nor setup_complete", "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  world.provider->answerCreate(ProviderAnswer::noButDone);
  const auto started = world.messenger->startCall(world.team, member(0));
  if (!queued) REQUIRE_REFUSED(started, Reason::setupFailed);
  const Call call = world.callsOf(world.team, member(0)).at(0);
  world.messenger->jobs().runPending();
  REQUIRE_FALSE(world.now(call).setupComplete);
  REQUIRE_FALSE(world.messenger->showCall(call.id, member(0))->room);

  world.drain();
  REQUIRE(world.now(call).endReason == EndReason::setupFailed);
  REQUIRE_FALSE(world.now(call).setupComplete);
  REQUIRE(world.events.count<CallSetupFailed>() == 1);
  REQUIRE(world.events.count<CallEnded>() == 1);
  REQUIRE(world.events.count<CallSetupCompleted>() == 0);
  world.requireSound();
}

TEST_CASE("setup: the last attempt fails after the call ended -> no CallSetupFailed", "[facade][setup]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Config config = Fixture::configured();
  config.jobs.maxAttempts = 1;
  Fixture world(kind, config);
  world.provider->answerCreate(ProviderAnswer::noButDone);
  const Call call = world.start(world.team, member(0));
  world.provider->onCreate(
      [&](const Thread&, const Call&) { REQUIRE_OK(world.messenger->host().endCall(call.id)); });
  world.drain();
  REQUIRE(world.messenger->jobs().failed().empty());
  REQUIRE(world.events.count<JobFailed>() == 0);
  REQUIRE(world.events.count<CallSetupFailed>() == 0);
  REQUIRE(world.now(call).endReason == EndReason::host);
  world.requireSound();
}

TEST_CASE("teardown: an active call -> nothing is done", "[facade][teardown]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->jobs().dispatch(JobType::teardownCall, call.id));
  const auto runs = world.messenger->jobs().runPending();
  REQUIRE(runs.size() == 1);
  REQUIRE(runs.at(0).outcome == JobOutcome::done);
  REQUIRE(world.provider->count(DriverCall::Method::destroy, call.id) == 0);
  REQUIRE_FALSE(world.now(call).teardownComplete);
  world.requireSound();
}

TEST_CASE("teardown: create never began -> destroy is not called", "[facade][teardown]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.start(world.team, member(0));
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.drain();
  REQUIRE(world.provider->calls().empty());
  REQUIRE(world.now(call).teardownComplete);
}

TEST_CASE("teardown: jobs repeated and delivered twice -> nothing more is done", "[facade][teardown]") {
  const auto kind = GENERATE(eitherStorage());
  const bool queued = GENERATE(true, false);
  CAPTURE(kind, queued);
  Fixture world(kind, Fixture::configured(queued));
  const Call call = world.startTeam();
  REQUIRE_OK(world.messenger->jobs().dispatch(JobType::setupCall, call.id));
  world.messenger->jobs().runPending();
  REQUIRE(world.provider->count(DriverCall::Method::create, call.id) == 1);
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  world.messenger->jobs().runPending();
  for (const JobType type : {JobType::teardownCall, JobType::setupCall, JobType::teardownCall}) {
    REQUIRE_OK(world.messenger->jobs().dispatch(type, call.id));
    for (const JobRun& run : world.messenger->jobs().runPending()) REQUIRE(run.outcome == JobOutcome::done);
  }
  REQUIRE(world.provider->count(DriverCall::Method::create, call.id) == 1);
  REQUIRE(world.provider->count(DriverCall::Method::destroy, call.id) == 1);
  REQUIRE(world.events.count<CallTornDown>() == 1);
  world.requireSound();
}

TEST_CASE("subscriber off: calls -> no room and no job", "[facade][setup]") {
  Config config = Fixture::configured();
  config.calling.subscriber.enabled = false;
  Fixture world(StorageKind::memory, config);
  const Call call = world.start(world.team, member(0));
  REQUIRE_OK(world.messenger->endCall(call.id, member(0)));
  REQUIRE(world.messenger->jobs().pending().empty());
  REQUIRE(world.messenger->jobs().runPending().empty());
  REQUIRE(world.provider->calls().empty());
}

}  // namespace messenger::tests
