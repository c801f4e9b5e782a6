#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/fake_video_driver.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/event_log.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/together.hpp"

namespace messenger::tests {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

enum class StorageKind : std::uint8_t { memory, sqlite };

inline std::ostream& operator<<(std::ostream& out, StorageKind kind) {
  return out << (kind == StorageKind::memory ? "memory" : "sqlite");
}

/// A user of the tests: `user:<id>`.
inline UserId named(const std::string& id) {
  return {"user", id};
}

/// Number `i` of the group.
inline UserId member(std::size_t i) {
  return named("u" + std::to_string(i));
}

/// A Messenger with fakes around it, on either storage, with a group `team` of u0 (admin), u1 … u79 (all may
/// start calls) and a private thread `pair` of alice and bob.
class Fixture {
 public:
  static constexpr std::size_t groupSize = 80;

  static Config configured(bool queued = true) {
    Config config;
    config.calling.enabled = true;
    config.calling.subscriber.queued = queued;
    config.historyFirstPageSize = 1000;
    return config;
  }

  explicit Fixture(StorageKind kind = StorageKind::memory, const Config& config = configured())
      : kind_(kind), config_(config) {
    openStorage();
    make();
    ThreadMember alice = memberOf(named("alice"));
    REQUIRE_OK(messenger->threads().createPrivate(alice, memberOf(named("bob")), pair));
    addGroup(team, groupSize);
  }

  static ThreadMember memberOf(const UserId& user) {
    ThreadMember made;
    made.user = user;
    made.name = "Name of " + user.id;
    made.startCalls = true;
    return made;
  }

  void addGroup(const ThreadId& thread, std::size_t size) {
    std::vector<ThreadMember> members;
    for (std::size_t i = 0; i < size; ++i) members.push_back(memberOf(member(i)));
    members.front().admin = true;
    REQUIRE_OK(messenger->threads().createGroup("The team", members, thread));
  }

  /// As a new process on the same storage: memory of heartbeats lost.
  void restart() { restart(config_); }
  void restart(const Config& config) {
    config_ = config;
    messenger.reset();
    if (kind_ == StorageKind::sqlite) {
      storage.reset();
      openStorage();
    }
    presence = std::make_shared<testing::FaultyPresence>(memoryPresence());
    make();
  }

  /// One more Messenger on the same storage, with a memory of its own.
  std::unique_ptr<Messenger> another(const Config& config) {
    auto made = std::make_unique<Messenger>(config, Dependencies{.storage = storage,
                                                                 .threads = nullptr,
                                                                 .presence = nullptr,
                                                                 .broadcaster = broadcaster,
                                                                 .clock = clock,
                                                                 .logger = logger});
    made->setVideoDriver<testing::FakeVideoDriver>(provider);
    return made;
  }
  std::unique_ptr<Messenger> another() { return another(config_); }

  Call start(const ThreadId& thread, const UserId& user) {
    auto call = messenger->startCall(thread, user);
    REQUIRE_OK(call);
    return *call;
  }
  /// A call of the group by u0, set up.
  Call startTeam() {
    const Call call = start(team, member(0));
    messenger->jobs().runPending();
    REQUIRE(now(call).setupComplete);
    return now(call);
  }
  CallParticipant join(const Call& call, const UserId& user) {
    auto joined = messenger->joinCall(call.id, user);
    REQUIRE_OK(joined);
    return joined->participant;
  }
  [[nodiscard]] Call now(const Call& call) const { return messenger->host().findCall(call.id).value(); }

  [[nodiscard]] SteadyPoint steady() const { return clock->now().steady; }
  [[nodiscard]] StorageTime storageNow() const { return storage->timeAt(steady()); }

  /// As a worker in another process claims: one that dies at once, unless it settles.
  [[nodiscard]] std::optional<JobQueue::ClaimedJob> claimAny(Duration lease = seconds{30}) const {
    JobQueue::ClaimRequest request;
    request.queue = "messenger";
    request.now = storageNow();
    request.leaseUntil = storageNow() + lease;
    request.wallNow = clock->now().wall;
    return storage->jobs().claim(request);
  }

  /// Everyone in a call, according to the storage.
  [[nodiscard]] std::vector<HeartbeatStore::SilentSession> stored() const {
    HeartbeatStore::SilentQuery query;
    query.lastSeenAtOrBefore = storageNow();
    query.upTo = std::numeric_limits<std::int64_t>::max();
    return storage->heartbeats().silent(query);
  }

  [[nodiscard]] bool isIn(const Call& call, const UserId& user) const {
    const auto rows = messenger->host().participants(call.id);
    return std::any_of(rows.begin(), rows.end(),
                       [&](const auto& row) { return row.user == user && row.inCall(); });
  }

  [[nodiscard]] std::vector<Call> callsOf(const ThreadId& thread, const UserId& viewer) const {
    const CallHistory history = messenger->callHistory(thread, viewer).value();
    std::vector<Call> calls;
    for (const CallView& view : history.calls) calls.push_back(view.call);
    return calls;
  }

  /// Runs jobs, and lets time pass, until none is left but failed ones.
  void drain() {
    for (int round = 0; round < 30; ++round) {
      messenger->jobs().runPending();
      if (messenger->jobs().pending().empty()) return;
      clock->advance(hours{1});
    }
    FAIL("jobs are left: " << messenger->jobs().pending().size());
  }

  /// What must hold whenever all jobs are done: the invariants that rows and rooms can show.
  void requireSound() const {
    const auto rooms = provider->rooms();
    std::vector<Call> calls = callsOf(team, member(0));
    const auto ofPair = callsOf(pair, named("alice"));
    REQUIRE(std::count_if(calls.begin(), calls.end(), isActive) <= 1);
    REQUIRE(std::count_if(ofPair.begin(), ofPair.end(), isActive) <= 1);
    calls.insert(calls.end(), ofPair.begin(), ofPair.end());
    REQUIRE(messenger->jobs().pending().empty());
    for (const Call& call : calls) {
      INFO("call " << call.id << (call.active() ? " active" : " ended"));
      const auto rows = messenger->host().participants(call.id);
      const bool anyIn = std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.inCall(); });
      const bool hasRoom = std::find(rooms.begin(), rooms.end(), call.id) != rooms.end();
      REQUIRE(anyIn == call.active());
      REQUIRE(hasRoom == call.active());
      REQUIRE(call.teardownComplete != call.active());
      REQUIRE(call.endReason.has_value() != call.active());
      if (call.active()) REQUIRE(call.setupComplete);
    }
  }

  static bool isActive(const Call& call) { return call.active(); }

  const ThreadId team{"team"};
  const ThreadId pair{"pair"};
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::FaultyStorage> storage;
  std::shared_ptr<testing::FaultyPresence> presence =
      std::make_shared<testing::FaultyPresence>(memoryPresence());
  std::shared_ptr<testing::RecordingBroadcaster> broadcaster =
      std::make_shared<testing::RecordingBroadcaster>();
  std::shared_ptr<testing::RecordingLogger> logger = std::make_shared<testing::RecordingLogger>();
  std::shared_ptr<Metrics> metrics;  ///< for those who set it and restart
  std::shared_ptr<testing::FakeVideoProvider> provider = std::make_shared<testing::FakeVideoProvider>();
  EventLog events;
  std::unique_ptr<Messenger> messenger;

 private:
  void openStorage() {
    std::shared_ptr<Storage> inner;
    if (kind_ == StorageKind::memory) {
      inner = memoryStorage();
    } else {
      SqliteOptions options;
      options.path = folder_.file("calls.db");
      options.durability = Durability::normal;
      options.busyTimeout = seconds{60};
      inner = sqliteStorage(options);
    }
    storage = std::make_shared<testing::FaultyStorage>(std::move(inner));
  }

  void make() {
    messenger = std::make_unique<Messenger>(config_, Dependencies{.storage = storage,
                                                                  .threads = nullptr,
                                                                  .presence = presence,
                                                                  .broadcaster = broadcaster,
                                                                  .clock = clock,
                                                                  .logger = logger,
                                                                  .metrics = metrics});
    messenger->setVideoDriver<testing::FakeVideoDriver>(provider);
    events.listenTo(*messenger);
  }

  StorageKind kind_;
  Config config_;
  testing::TempDir folder_;
};

/// Both storages, one after the other: `const auto kind = GENERATE(eitherStorage());`
inline auto eitherStorage() {
  return Catch::Generators::values({StorageKind::memory, StorageKind::sqlite});
}

}  // namespace messenger::tests
