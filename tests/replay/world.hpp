#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"
#include "messenger/http/router.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "tests/replay/fake_driver.hpp"
#include "tests/replay/fields.hpp"
#include "tests/replay/records.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::replay {

enum class StorageKind : std::uint8_t { sqlite, memory, postgres };

/// What a `reset` makes.
struct WorldSettings {
  Json config;
  StorageKind storage = StorageKind::sqlite;
  std::string server;  ///< the URL of a PostgreSQL, for `StorageKind::postgres`
  std::string redis;   ///< the URL of a Redis that keeps the presence; empty: this process does
  TimePoint now;
  bool hasDriver = true;
};

/// One host application: the library on a database of its own, and what the protocol plays around it.
///
/// Users, threads and members are written to the ThreadStore, not through `Messenger::threads`: the protocol
/// wants names that a host may have and `Threads` refuses (control characters, 20,000 letters).
class World {
 public:
  World(WorldSettings settings, std::function<void(const Json&)> runNested);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Ends the Messenger and makes another on the same database. An OpError has changed nothing.
  void restart(const Json& config, bool losePresence);

  Messenger& messenger() { return *messenger_; }
  http::Router& router() { return *router_; }
  ThreadStore& threads() { return *storage_->threads(); }
  testing::ManualClock& clock() { return *clock_; }
  std::shared_ptr<Clock> sharedClock() { return clock_; }
  Provider& provider() { return provider_; }

  /// The users that the protocol made, with their names.
  std::map<std::string, std::string>& users() noexcept { return users_; }
  /// The threads that the protocol made.
  std::vector<ThreadId>& threadIds() noexcept { return threadIds_; }

  /// The protocol's `state`.
  [[nodiscard]] Json state() const;

  /// Moves what was recorded since the last time into a reply.
  void takeStreams(Json& reply);

 private:
  void open(const Config& config);
  [[nodiscard]] std::shared_ptr<Storage> openStorage() const;
  [[nodiscard]] std::shared_ptr<Presence> newPresence() const;
  void noticeLoss();
  void close() noexcept;
  [[nodiscard]] std::vector<CallWithRoom> allCalls() const;
  [[nodiscard]] Json participantsState(const std::vector<CallWithRoom>& calls) const;
  [[nodiscard]] Json jobsState() const;

  WorldSettings settings_;
  std::optional<testing::TempDir> folder_;
  std::string schema_;  ///< of PostgreSQL
  std::shared_ptr<testing::ManualClock> clock_;
  std::shared_ptr<Presence> presence_;
  std::shared_ptr<RecordingBroadcaster> broadcaster_;
  std::shared_ptr<Storage> storage_;
  Provider provider_;
  Json events_ = Json::array();
  std::map<std::string, std::string> users_;
  std::vector<ThreadId> threadIds_;
  std::unique_ptr<Messenger> messenger_;
  std::unique_ptr<http::Router> router_;
  Subscription subscription_;
};

}  // namespace messenger::replay
