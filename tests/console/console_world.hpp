#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/console/console.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::console::testing {

struct Ran {
  int exit = 0;
  std::string out;
  std::string err;

  /// The one document on `out`.
  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// A host in memory with a console: alice and bob in private threads, a clock that stands still.
struct World {
  struct Options {
    bool enabled = true;
    bool queued = true;
    bool driver = true;
    bool receivesHeartbeats = true;
    bool removesSessions = false;
    bool rings = false;
    std::chrono::hours retention{0};
  };

  World() : World(Options{}) {}
  explicit World(const Options& options) {
    Config config;
    config.calling.enabled = options.enabled;
    config.calling.subscriber.queued = options.queued;
    config.presence.receivesHeartbeats = options.receivesHeartbeats;
    config.calling.subscriber.removesSessions = options.removesSessions;
    config.ringing.enabled = options.rings;
    config.ringing.noAnswerAfter = std::chrono::seconds{options.rings ? 45 : 0};
    config.retention.endedCalls = options.retention;
    config.jobs.maxAttempts = 2;
    config.jobs.jitter = 0;
    Dependencies dependencies;
    dependencies.storage = storage;
    dependencies.clock = clock;
    dependencies.logger = nullLogger();
    messenger = std::make_unique<Messenger>(config, dependencies);
    if (options.driver) messenger->setVideoDriver<messenger::testing::FakeVideoDriver>(provider);
    console.clock = clock;
  }

  /// Ends the call, and runs the jobs.
  void end(const Call& call) {
    REQUIRE(messenger->host().endCall(call.id).has_value());
    messenger->jobs().runPending();
  }

  /// An active call in a thread of its own.
  Call startCall(const std::string& subject = "") {
    const bool isGroup = !subject.empty();
    const ThreadMember one{alice, "Alice", /*admin=*/isGroup};
    const ThreadMember other{bob, "Bob"};
    const auto thread = isGroup ? messenger->threads().createGroup(subject, {one, other})
                                : messenger->threads().createPrivate(one, other);
    REQUIRE_OK(thread);
    auto call = messenger->startCall(thread->id, alice);
    REQUIRE_OK(call);
    return std::move(call).value();
  }

  Ran run(const std::vector<std::string>& arguments) {
    std::ostringstream out;
    std::ostringstream err;
    Ran ran;
    ran.exit = Console(*messenger, console).run(arguments, out, err);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }

  [[nodiscard]] std::size_t activeCalls() const { return messenger->host().activeCalls(0, 1000).size(); }

  const UserId alice{"user", "alice"};
  const UserId bob{"user", "bob"};
  std::shared_ptr<messenger::testing::ManualClock> clock =
      std::make_shared<messenger::testing::ManualClock>();
  std::shared_ptr<messenger::testing::FaultyStorage> storage =
      std::make_shared<messenger::testing::FaultyStorage>(memoryStorage());
  std::shared_ptr<messenger::testing::FakeVideoProvider> provider =
      std::make_shared<messenger::testing::FakeVideoProvider>();
  ConsoleOptions console;
  std::unique_ptr<Messenger> messenger;
};

}  // namespace messenger::console::testing
