#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/facade/counted_threads.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

// The table "Round trips of each verb" in docs/performance.md is this table.

namespace messenger::tests {
namespace {

UserId one(const std::string& id) {
  return {"user", id};
}

ThreadMember memberNamed(const std::string& id) {
  ThreadMember made;
  made.user = one(id);
  made.name = id;
  made.admin = true;
  return made;
}

enum class Directory { ofTheStorage, ofTheHost };

/// A messenger whose storage and directory are counted, with a group (ann, bob, cid) and a private thread
/// (ann, bob).
class Counted {
 public:
  Counted(const std::shared_ptr<Storage>& inner, Directory directory)
      : threads_(std::make_shared<CountedThreads>(*inner->threads())),
        storage_(std::make_shared<testing::FaultyStorage>(
            directory == Directory::ofTheHost ? inner : std::make_shared<WithThreads>(inner, threads_))),
        directory_(directory == Directory::ofTheHost ? threads_ : nullptr) {
    inner->threads()->createThread(
        {thread("group", ThreadType::group), {memberNamed("ann"), memberNamed("bob"), memberNamed("cid")}});
    inner->threads()->createThread(
        {thread("private", ThreadType::privateThread), {memberNamed("ann"), memberNamed("bob")}});
    restart();
  }

  void restart(bool rings = false, Config::Ringing::WhenBusy whenBusy = Config::Ringing::WhenBusy::ring) {
    Config config;
    config.calling.enabled = true;
    config.ringing.enabled = rings;
    config.ringing.whenBusy = whenBusy;
    config.ringing.againAfter = std::chrono::seconds{0};
    messenger = std::make_unique<Messenger>(
        config, Dependencies{storage_, directory_, nullptr, nullptr, clock_, nullLogger()});
    messenger->setVideoDriver<testing::FakeVideoDriver>(provider_);
    messenger->host().flushPresence();  // gets the peer lease, which a scheduler renews
  }

  /// A call that ann has started, after its setup.
  CallId start(const std::string& in = "group") {
    const CallId call = messenger->startCall(ThreadId{in}, one("ann")).value().id;
    messenger->jobs().runPending();
    return call;
  }

  /// One in the group that bob has joined.
  CallId withBob() {
    const CallId call = start();
    REQUIRE_OK(messenger->joinCall(call, one("bob")));
    return call;
  }

  ParticipantId bobIn(const CallId& call) { return messenger->host().participants(call).at(1).id; }

  /// How many there were since the last look.
  std::size_t take() {
    const std::size_t trips = storage_->operations() + threads_->take();
    storage_->countFromHere();
    return trips;
  }

  std::unique_ptr<Messenger> messenger;

 private:
  class WithThreads final : public testing::ForwardingStorage {
   public:
    WithThreads(std::shared_ptr<Storage> inner, std::shared_ptr<CountedThreads> threads)
        : ForwardingStorage(std::move(inner)), threads_(std::move(threads)) {}
    [[nodiscard]] ThreadStore* threads() noexcept override { return threads_.get(); }

   private:
    std::shared_ptr<CountedThreads> threads_;
  };

  static Thread thread(const std::string& id, ThreadType type) {
    Thread made;
    made.id = ThreadId{id};
    made.type = type;
    return made;
  }

  std::shared_ptr<CountedThreads> threads_;
  std::shared_ptr<testing::FaultyStorage> storage_;
  std::shared_ptr<ThreadDirectory> directory_;
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::FakeVideoProvider> provider_ = std::make_shared<testing::FakeVideoProvider>();
};

/// A verb, and how many round trips it makes with either directory.
struct Trips {
  const char* verb;
  std::size_t ofTheStorage;
  std::size_t ofTheHost;
  /// Prepares, and returns what is counted.
  std::function<std::function<void()>(Counted&)> prepare;
};

using Verb = std::function<void()>;

const std::vector<Trips>& table() {
  static const std::vector<Trips> trips = {
      {"startCall in a group", 2, 3,
       [](Counted& c) -> Verb {
         return [&c] { REQUIRE_OK(c.messenger->startCall(ThreadId{"group"}, one("ann"))); };
       }},
      {"startCall in a private thread", 2, 3,
       [](Counted& c) -> Verb {
         return [&c] { REQUIRE_OK(c.messenger->startCall(ThreadId{"private"}, one("ann"))); };
       }},
      {"joinCall", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->joinCall(call, one("bob"))); };
       }},
      {"joinCall by a user who is in the call", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.withBob()] { REQUIRE_OK(c.messenger->joinCall(call, one("bob"))); };
       }},
      {"leaveCall", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.withBob()] { REQUIRE_OK(c.messenger->leaveCall(call, one("bob"))); };
       }},
      {"leaveCall by the last one", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->leaveCall(call, one("ann"))); };
       }},
      {"endCall", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.withBob()] { REQUIRE_OK(c.messenger->endCall(call, one("ann"))); };
       }},
      {"startCall that rings", 3, 3,
       [](Counted& c) -> Verb {
         c.restart(true);
         return [&c] { REQUIRE_OK(c.messenger->startCall(ThreadId{"group"}, one("ann"))); };
       }},
      {"startCall that asks who is busy", 4, 4,
       [](Counted& c) -> Verb {
         c.restart(true, Config::Ringing::WhenBusy::mark);
         return [&c] { REQUIRE_OK(c.messenger->startCall(ThreadId{"group"}, one("ann"))); };
       }},
      {"ring", 3, 4,
       [](Counted& c) -> Verb {
         c.restart(true);
         const CallId call = c.start();
         REQUIRE_OK(c.messenger->ignoreCall(call, one("bob")));
         return [&c, call] { REQUIRE(c.messenger->ring(call, one("ann"), {one("bob")})->size() == 1); };
       }},
      {"ignoreCall in a group", 1, 2,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->ignoreCall(call, one("bob"))); };
       }},
      {"ignoreCall in a private thread", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.start("private")] { REQUIRE_OK(c.messenger->ignoreCall(call, one("bob"))); };
       }},
      {"kickParticipant", 2, 3,
       [](Counted& c) -> Verb {
         const CallId call = c.withBob();
         return [&c, call, bob = c.bobIn(call)] {
           REQUIRE_OK(c.messenger->kickParticipant(call, one("ann"), bob));
         };
       }},
      {"heartbeat of a tracked participant", 0, 0,
       [](Counted& c) -> Verb {
         return [&c, call = c.withBob()] { REQUIRE_OK(c.messenger->heartbeat(call, one("bob"))); };
       }},
      {"heartbeat, the first one after a restart", 2, 3,
       [](Counted& c) -> Verb {
         const CallId call = c.withBob();
         c.restart();
         return [&c, call] { REQUIRE_OK(c.messenger->heartbeat(call, one("bob"))); };
       }},
      {"host().endCall", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->host().endCall(call)); };
       }},
      {"showCall", 1, 2,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->showCall(call, one("ann"))); };
       }},
      {"participant", 1, 2,
       [](Counted& c) -> Verb {
         const CallId call = c.withBob();
         return
             [&c, call, bob = c.bobIn(call)] { REQUIRE_OK(c.messenger->participant(call, one("ann"), bob)); };
       }},
      {"participants", 2, 3,
       [](Counted& c) -> Verb {
         return [&c, call = c.start()] { REQUIRE_OK(c.messenger->participants(call, one("ann"))); };
       }},
      {"callHistory", 2, 2,
       [](Counted& c) -> Verb {
         return [&c] { REQUIRE_OK(c.messenger->callHistory(ThreadId{"group"}, one("ann"))); };
       }},
      {"activeCalls", 3, 3,
       [](Counted& c) -> Verb {
         c.start();
         c.start("private");
         return [&c] { REQUIRE(c.messenger->activeCalls(one("ann")).size() == 2); };
       }},
      {"SetupCall", 3, 3,
       [](Counted& c) -> Verb {
         REQUIRE_OK(c.messenger->startCall(ThreadId{"group"}, one("ann")));
         return [&c] { REQUIRE(c.messenger->jobs().runPending(1).size() == 1); };
       }},
      {"TeardownCall", 2, 2,
       [](Counted& c) -> Verb {
         REQUIRE_OK(c.messenger->host().endCall(c.start()));
         return [&c] { REQUIRE(c.messenger->jobs().runPending(1).size() == 1); };
       }},
  };
  return trips;
}

}  // namespace

TEST_CASE("round trips: any verb → as many as the table says", "[facade][round_trips]") {
  const auto directory = GENERATE(Directory::ofTheStorage, Directory::ofTheHost);
  const bool onSqlite = GENERATE(false, true);
  const bool isHosts = directory == Directory::ofTheHost;
  CAPTURE(isHosts, onSqlite);
  for (const Trips& trips : table()) {
    CAPTURE(trips.verb);
    const testing::TempDir folder;
    Counted counted(onSqlite ? sqliteStorage({.path = folder.path() / "calls.db"}) : memoryStorage(),
                    directory);
    const Verb verb = trips.prepare(counted);
    counted.take();
    verb();
    CHECK(counted.take() == (isHosts ? trips.ofTheHost : trips.ofTheStorage));
  }
}

}  // namespace messenger::tests
