#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/adapters/janus/reconciler.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/recording_logger.hpp"
#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/event_log.hpp"

namespace messenger::tests {

/// The machine's clock, some hours ahead: leases of processes that have died are over.
class ClockAhead final : public Clock {
 public:
  [[nodiscard]] Moment now() const noexcept override;

  std::chrono::hours ahead{0};
};

/// A Messenger on a SQLite file, with the JanusDriver on a real Janus. Groups `g0`, `g1`, … of u0 and u1.
class LiveWorld {
 public:
  explicit LiveWorld(std::size_t groups, bool stringIds = true);

  [[nodiscard]] static Config configured();
  [[nodiscard]] static std::shared_ptr<Storage> openStorage(const std::string& file);
  [[nodiscard]] static ThreadId group(std::size_t i) { return ThreadId{"g" + std::to_string(i)}; }
  static const UserId user;

  Call start(std::size_t group);
  [[nodiscard]] Call now(const Call& call) const { return messenger->host().findCall(call.id).value(); }
  void end(const Call& call);
  /// Runs jobs until only failed ones are left.
  void drain();

  [[nodiscard]] janus::JanusId idOf(const CallId& call) const;
  /// The ids of the rooms that Janus has, and of those that it should have: of the active calls.
  [[nodiscard]] std::set<std::string> rooms() const;
  [[nodiscard]] std::set<std::string> roomsOfActive() const;

  [[nodiscard]] janus::ReconcileReport reconcile(const janus::ReconcileOptions& options = {});

  JanusServer server;
  janus::VideoRoom room;
  janus::JanusDriverSettings settings{Secret{JanusServer::roomKey}};
  testing::TempDir folder;
  std::string file = folder.file("calls.db").string();
  std::shared_ptr<ClockAhead> clock = std::make_shared<ClockAhead>();
  std::shared_ptr<testing::RecordingLogger> logger = std::make_shared<testing::RecordingLogger>();
  std::unique_ptr<Messenger> messenger;
  EventLog events;
};

}  // namespace messenger::tests
