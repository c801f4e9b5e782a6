#pragma once

#include <memory>

#include "actions/engine.hpp"
#include "actions/heartbeats.hpp"
#include "actions/meter.hpp"
#include "events/event_bus.hpp"
#include "jobs/due_tasks.hpp"
#include "jobs/job_runner.hpp"
#include "messenger/messenger.hpp"
#include "rules/kick_participant.hpp"
#include "support/home_process.hpp"
#include "support/id_generator.hpp"
#include "support/mutex.hpp"
#include "support/wake_up.hpp"

namespace messenger::inline v0 {

/// The parts of a Messenger; its workers and schedulers keep them alive.
class MessengerImpl : public std::enable_shared_from_this<MessengerImpl> {
 public:
  MessengerImpl(const Config& config, Dependencies dependencies);
  MessengerImpl(const MessengerImpl&) = delete;
  MessengerImpl& operator=(const MessengerImpl&) = delete;
  ~MessengerImpl() = default;

  [[nodiscard]] bool isSynchronous() const noexcept { return !config.calling.subscriber.queued; }

  /// A job that does not belong to a change of a call, available now.
  [[nodiscard]] NewJob newJob(JobType type, const std::optional<CallId>& call);

  /// For a session that opens; none where sessions are not removed from rooms.
  [[nodiscard]] std::optional<Secret> newMediaId() {
    if (!context.rules.removesSessions) return std::nullopt;
    return Secret{ids.secret()};
  }

  /// Whether the rules that ring need everyone in the thread.
  [[nodiscard]] actions::Engine::Callees callees() const noexcept {
    return config.ringing.enabled ? actions::Engine::Callees::yes : actions::Engine::Callees::no;
  }

  /// Stores it and wakes the workers.
  void add(const NewJob& job);

  [[nodiscard]] VideoDriverFactory drivers() MESSENGER_EXCLUDES(driverMutex);

  /// The periodic activity check. Its cost depends on how many participants have expired.
  void checkActivityPeriodically();
  std::size_t prune(std::chrono::hours olderThan, std::size_t limit);
  /// Prunes as `Config::retention` says. True: more can be pruned at once.
  bool prunePeriodically();

  /// An activity check on request: also counts the calls that are old enough, and returns their number.
  std::size_t checkActivity(When when);

  Result<CallParticipant> setKicked(const CallId& call, const UserId& user,
                                    const rules::KickParticipant& command);

  /// Sets the gauges of `Dependencies::metrics`.
  void measure();

  void announceRemoved(const ThreadId& thread, const UserId& user);

  const support::HomeProcess home;
  const Config config;
  Dependencies dependencies;
  support::IdGenerator ids;
  support::WakeUp jobsStored;
  events::EventBus bus;
  actions::Meter meter;
  const std::shared_ptr<Storage> storage;  ///< that of the dependencies, observed if there are metrics
  actions::Delivery delivery;
  const InstanceId instance;
  actions::PresenceWindow window;
  actions::Context context;
  actions::Engine engine;
  actions::Heartbeats heartbeats;
  jobs::JobRunner runner;
  jobs::DueTasks dueTasks;

  support::Mutex driverMutex;
  std::shared_ptr<const VideoDriverFactory> driverFactory MESSENGER_GUARDED_BY(driverMutex);
  bool hasDriver MESSENGER_GUARDED_BY(driverMutex) = false;
  bool missingDriverReported MESSENGER_GUARDED_BY(driverMutex) = false;

  Host host{*this};
  Jobs jobs{*this};
  std::unique_ptr<Threads> threads;  ///< null when the host supplied its own directory
};

}  // namespace messenger
