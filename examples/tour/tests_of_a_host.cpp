// How a host tests its own code: fakes for what is slow or far away, and a clock that is moved by hand.
#include <messenger/adapters/defaults.hpp>
#include <messenger/adapters/memory.hpp>
#include <messenger/testing/fake_video_driver.hpp>
#include <messenger/testing/faulty_storage.hpp>
#include <messenger/testing/manual_clock.hpp>

#include "tasks.hpp"

using namespace messenger;
using namespace std::chrono_literals;

namespace {

const UserId alice{"user", "alice"};
const UserId bob{"user", "bob"};

Config callingOn() {
  Config config;
  config.calling.enabled = true;
  return config;
}

}  // namespace

bool silentOnesArePutOut() {
  // [fakes]
  auto clock = std::make_shared<testing::ManualClock>();
  auto provider = std::make_shared<testing::FakeVideoProvider>();
  Messenger messenger{callingOn(), {.storage = memoryStorage(), .clock = clock}};
  messenger.setVideoDriver<testing::FakeVideoDriver>(provider);

  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);
  messenger.jobs().runPending();  // the room is made here, and nowhere else: no threads, no sleeping
  clock->advance(61s);
  messenger.host().checkActivity();  // alice has sent no heartbeat
  messenger.jobs().runPending();
  return !messenger.host().findCall(call->id)->active() && provider->rooms().empty();
  // [/fakes]
}

bool roomsGoAfterTrouble() {
  auto clock = std::make_shared<testing::ManualClock>();
  auto provider = std::make_shared<testing::FakeVideoProvider>();
  // [faults]
  auto storage = std::make_shared<testing::FaultyStorage>(memoryStorage());
  Messenger messenger{callingOn(), {.storage = storage, .clock = clock, .logger = nullLogger()}};
  messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);

  storage->failIf([](const auto& operation) { return operation.name == "commit"; }, testing::Fault::before);
  messenger.jobs().runPending();  // the provider makes the room, nobody can write it down
  storage->heal();
  messenger.endCall(call->id, alice).value();
  clock->advance(10min);  // until the lease of the broken try and every backoff are over
  messenger.jobs().runPending();
  return provider->rooms().empty();
  // [/faults]
}

bool synchronousHost() {
  auto provider = std::make_shared<testing::FakeVideoProvider>();
  Config config = callingOn();
  // [sync]
  config.calling.subscriber.queued = false;
  Messenger messenger{config, {.storage = memoryStorage(), .logger = nullLogger()}};
  messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);  // returns once the room is there
  if (!call) return call.error().reason == Reason::setupFailed;
  messenger.endCall(call->id, alice).value();  // returns once it is gone
  // [/sync]
  return call->setupComplete && provider->rooms().empty();
}
