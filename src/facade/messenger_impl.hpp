#pragma once

#include <memory>

#include "actions/actions.hpp"
#include "events/event_bus.hpp"
#include "jobs/due_tasks.hpp"
#include "jobs/job_runner.hpp"
#include "messenger/messenger.hpp"
#include "support/id_generator.hpp"
#include "support/mutex.hpp"
#include "support/wake_up.hpp"

namespace messenger {

/// What a Messenger holds, and its workers and schedulers keep alive.
class Messenger::Impl : public std::enable_shared_from_this<Messenger::Impl> {
 public:
  Impl(const Config& config, Dependencies dependencies);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  /// Runs a verb, then, in synchronous mode, the jobs it caused: also those of a sweep that then met an
  /// error.
  template <class Verb>
  auto perform(Verb&& verb) {
    actions::FollowUps followUps(context);
    try {
      auto result = verb(followUps);
      runner.runInline(followUps);
      return result;
    } catch (...) {
      runner.runInline(followUps);
      throw;
    }
  }

  [[nodiscard]] VideoDriverFactory drivers() EXCLUDES(driverMutex);

  /// The check that comes around every minute: costs what has expired.
  void checkActivityPeriodically();

  /// The check that somebody asked for: also counts the calls that are old enough, and returns how many those
  /// are.
  std::size_t checkActivity(When when);

  /// Runs, in synchronous mode, what a sweep has caused so far, and goes on.
  [[nodiscard]] actions::KeepGoing running(actions::FollowUps& followUps);

  const Config config;
  Dependencies dependencies;
  support::IdGenerator ids;
  support::WakeUp jobsStored;
  events::EventBus bus;
  actions::Delivery delivery;
  const InstanceId instance;
  actions::Listening listening;
  actions::Context context;
  jobs::JobRunner runner;
  jobs::DueTasks dueTasks;

  support::Mutex driverMutex;
  std::shared_ptr<const VideoDriverFactory> driverFactory GUARDED_BY(driverMutex);
  bool hasDriver GUARDED_BY(driverMutex) = false;

  std::unique_ptr<Threads> threads;  ///< null when the host brought its own directory
};

}  // namespace messenger
