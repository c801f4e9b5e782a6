#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "tests/support/catch.hpp"

namespace messenger::tests {

inline UserId person(const std::string& id) {
  return {"user", id};
}

/// A messenger with a private thread (alice, bob) and a group (ann: admin, sam: may start calls, mia: plain,
/// mute: muted), and an outsider.
class World {
 public:
  explicit World(bool queued = true) : World(configured(queued)) {}

  explicit World(const Config& config)
      : messenger(config, Dependencies{storage, nullptr, nullptr, broadcaster, clock, nullLogger()}) {
    messenger.setVideoDriver<testing::FakeVideoDriver>(provider);
    told_ = messenger.onEvent([this](const Event& event) { events.push_back(event); });
    REQUIRE_OK(messenger.threads().createPrivate(member("alice"), member("bob"), ThreadId{"private"}));
    ThreadMember ann = member("ann");
    ann.admin = true;
    ThreadMember sam = member("sam");
    sam.startCalls = true;
    ThreadMember mute = member("mute");
    mute.notificationsMuted = true;
    REQUIRE_OK(messenger.threads().createGroup("Team", {ann, sam, member("mia"), mute}, ThreadId{"group"}));
    REQUIRE_OK(messenger.threads().setUserName(person("outsider"), "Outsider"));
    clock->advance(std::chrono::seconds{1});
  }

  static Config configured(bool queued) {
    Config config;
    config.calling.enabled = true;
    config.calling.subscriber.queued = queued;
    return config;
  }

  static ThreadMember member(const std::string& id) {
    return {person(id), "Name of " + id, false, false, false, false};
  }

  Call start(const std::string& thread, const std::string& user) {
    auto call = messenger.startCall(ThreadId{thread}, person(user));
    REQUIRE_OK(call);
    messenger.jobs().runPending();
    return *call;
  }

  CallParticipant join(const Call& call, const std::string& user) {
    auto joined = messenger.joinCall(call.id, person(user));
    REQUIRE_OK(joined);
    return joined->participant;
  }

  Call now(const Call& call) { return messenger.host().findCall(call.id).value(); }

  /// The names of the events since the last call, e.g. "CallStarted".
  template <class E>
  std::vector<E> take() {
    std::vector<E> found;
    for (const Event& event : events) {
      if (const E* each = std::get_if<E>(&event)) found.push_back(*each);
    }
    return found;
  }

  std::shared_ptr<Storage> storage = memoryStorage();
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::RecordingBroadcaster> broadcaster =
      std::make_shared<testing::RecordingBroadcaster>();
  std::shared_ptr<testing::FakeVideoProvider> provider = std::make_shared<testing::FakeVideoProvider>();
  Messenger messenger;
  std::vector<Event> events;

 private:
  Subscription told_;
};

}  // namespace messenger::tests
