// How a host tests its own code: with fakes for slow or remote parts, and a clock that is moved by hand.
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

bool silentOnesAreEvicted() {
  // [fakes]
  auto clock = std::make_shared<testing::ManualClock>();
  auto provider = std::make_shared<testing::FakeVideoProvider>();
  Messenger messenger{callingOn(), {.storage = memoryStorage(), .clock = clock}};
  messenger.setVideoDriver<testing::FakeVideoDriver>(provider);

  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);
  messenger.jobs().runPending();  // makes the room here: no OS threads, no sleeping
  clock->advance(61s);
  messenger.host().checkActivity();  // evicts alice, who sent no heartbeat
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
  messenger.jobs().runPending();  // the provider makes the room, and it cannot be recorded
  storage->heal();
  messenger.endCall(call->id, alice).value();
  clock->advance(10min);  // past the lease of the broken attempt and every backoff
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
  const auto call = messenger.startCall(thread->id, alice);  // returns when the room exists
  if (!call) return call.error().reason == Reason::setupFailed;
  messenger.endCall(call->id, alice).value();  // returns when it is destroyed
  // [/sync]
  return call->setupComplete && provider->rooms().empty();
}
