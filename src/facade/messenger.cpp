#include "messenger/messenger.hpp"

#include <stdexcept>

#include "actions/log.hpp"
#include "facade/messenger_impl.hpp"
#include "jobs/scheduler_impl.hpp"
#include "jobs/worker_impl.hpp"
#include "messenger/errors.hpp"

namespace messenger {

using actions::FollowUps;

Messenger::Messenger(const Config& config, std::shared_ptr<Storage> storage)
    : Messenger(config, Dependencies{std::move(storage), nullptr, nullptr, nullptr, nullptr, nullptr}) {}

Messenger::Messenger(const Config& config, Dependencies dependencies)
    : impl_(std::make_shared<Impl>(config, std::move(dependencies))) {}

Messenger::~Messenger() = default;

// Setting up

void Messenger::setVideoDriver(VideoDriverFactory factory) {
  if (!factory) throw std::invalid_argument("the video driver factory must not be empty");
  auto held = std::make_shared<const VideoDriverFactory>(std::move(factory));
  const support::Lock lock(impl_->driverMutex);
  impl_->driverFactory.swap(held);  // the old one goes after the lock: what it holds is the host's
  impl_->hasDriver = true;
}

bool Messenger::hasVideoDriver() const noexcept {
  const support::Lock lock(impl_->driverMutex);
  return impl_->hasDriver;
}

const Config& Messenger::config() const noexcept {
  return impl_->config;
}

Threads& Messenger::threads() {
  if (!impl_->threads) {
    throw std::logic_error(
        "Messenger::threads: the host's own thread directory is in use, there is no default one");
  }
  return *impl_->threads;
}

// Verbs

Result<Call> Messenger::startCall(const ThreadId& thread, const UserId& user) {
  auto started = impl_->perform(
      [&](FollowUps& followUps) { return actions::startCall(impl_->context, thread, user, followUps); });
  if (!started || impl_->config.calling.subscriber.queued) return started;
  // Its setup has run by now: tell how that went.
  try {
    auto seen = impl_->context.storage.findCall(started->id, std::nullopt);
    if (!seen) return started;
    if (seen->call.endReason == EndReason::setupFailed) return refuse(Reason::setupFailed);
    return withoutRoom(std::move(seen->call));
  } catch (const Error& error) {
    actions::logSafely(impl_->context.logger, LogLevel::warning,
                       fmt::format("call {} was started, how its setup went is unknown: {}",
                                   started->id.value(), error.what()));
    return started;
  }
}

Result<Joined> Messenger::joinCall(const CallId& call, const UserId& user) {
  return actions::joinCall(impl_->context, call, user);
}

Result<CallParticipant> Messenger::leaveCall(const CallId& call, const UserId& user) {
  return impl_->perform(
      [&](FollowUps& followUps) { return actions::leaveCall(impl_->context, call, user, followUps); });
}

Result<Call> Messenger::endCall(const CallId& call, const UserId& user) {
  return impl_->perform(
      [&](FollowUps& followUps) { return actions::endCall(impl_->context, call, user, followUps); });
}

Result<Call> Messenger::ignoreCall(const CallId& call, const UserId& user) {
  return impl_->perform(
      [&](FollowUps& followUps) { return actions::ignoreCall(impl_->context, call, user, followUps); });
}

Result<void> Messenger::heartbeat(const CallId& call, const UserId& user) {
  return actions::heartbeat(impl_->context, call, user);
}

Result<CallParticipant> Messenger::kickParticipant(const CallId& call, const UserId& user,
                                                   const ParticipantId& participant) {
  return impl_->perform([&](FollowUps& followUps) {
    return actions::kickParticipant(impl_->context, call, user, participant, /*kicked=*/true, followUps);
  });
}

Result<CallParticipant> Messenger::unkickParticipant(const CallId& call, const UserId& user,
                                                     const ParticipantId& participant) {
  return impl_->perform([&](FollowUps& followUps) {
    return actions::kickParticipant(impl_->context, call, user, participant, /*kicked=*/false, followUps);
  });
}

// Verbs of the host itself

Result<Call> Messenger::endCallAsHost(const CallId& call) {
  return impl_->perform([&](FollowUps& followUps) -> Result<Call> {
    EndChange change;
    change.call = call;
    change.reason = EndReason::host;
    const EndOutcome outcome = actions::endWithoutAsking(impl_->context, change, followUps);
    if (outcome.status == EndStatus::noCall) return refuse(Reason::callNotFound);
    if (outcome.status != EndStatus::ended) return refuse(Reason::callEnded);
    return withoutRoom(outcome.call.value());
  });
}

Result<bool> Messenger::renewRoom(const CallId& call) {
  return impl_->perform(
      [&](FollowUps& followUps) { return actions::renewRoom(impl_->context, call, followUps); });
}

void Messenger::memberRemoved(const ThreadId& thread, const UserId& user) {
  impl_->perform([&](FollowUps& followUps) {
    actions::memberRemoved(impl_->context, thread, user, followUps);
    return true;
  });
}

// Events

#define MESSENGER_DEFINE_ON(Kind)                                               \
  Subscription Messenger::on##Kind(std::function<void(const Kind&)> listener) { \
    return impl_->bus.subscribe<Kind>(std::move(listener));                     \
  }

MESSENGER_DEFINE_ON(CallStarted)
MESSENGER_DEFINE_ON(CallJoined)
MESSENGER_DEFINE_ON(CallLeft)
MESSENGER_DEFINE_ON(CallIgnored)
MESSENGER_DEFINE_ON(CallEnded)
MESSENGER_DEFINE_ON(KickedFromCall)
MESSENGER_DEFINE_ON(CallSetupCompleted)
MESSENGER_DEFINE_ON(CallSetupFailed)
MESSENGER_DEFINE_ON(CallTornDown)
MESSENGER_DEFINE_ON(CallTeardownFailed)
MESSENGER_DEFINE_ON(BroadcastFailed)
MESSENGER_DEFINE_ON(JobFailed)
MESSENGER_DEFINE_ON(Event)

#undef MESSENGER_DEFINE_ON

// Jobs

std::vector<JobRun> Messenger::runPendingJobs(std::size_t limit) {
  return impl_->runner.runPending(impl_->runner.unattended(), limit);
}

std::vector<JobRun> Messenger::runPendingJobs(std::size_t limit, const WorkerOptions& options) {
  jobs::RunPolicy policy = impl_->runner.unattended();
  jobs::applyOptions(policy, options);
  return impl_->runner.runPending(policy, limit);
}

Worker Messenger::startWorker(const WorkerOptions& options) {
  return Worker(std::make_unique<Worker::Impl>(impl_, impl_->context, impl_->runner, options));
}

Result<void> Messenger::dispatchJob(JobType type, const CallId& call) {
  if (type != JobType::setupCall && type != JobType::teardownCall) {
    return refuse(Reason::invalidInput, "only SetupCall and TeardownCall belong to a call.");
  }
  if (!findCall(call)) return refuse(Reason::callNotFound);
  impl_->perform([&](FollowUps& followUps) {
    const NewJob job = followUps.make(type, call, impl_->context.clock.now().wall);
    impl_->context.storage.addJob(job);
    followUps.stored({job});
    return true;
  });
  return {};
}

std::size_t Messenger::retryJobs(const std::optional<JobId>& job) {
  const std::size_t retried = impl_->context.storage.retryParked(job, impl_->context.clock.now().wall);
  if (retried > 0) impl_->jobsStored.notify();
  return retried;
}

// Presence and maintenance

std::size_t Messenger::checkActivity(When when) {
  return impl_->checkActivity(when);
}

void Messenger::flushPresence() {
  impl_->dueTasks.flush();
}

Scheduler Messenger::startScheduler() {
  return Scheduler(std::make_unique<Scheduler::Impl>(impl_, impl_->dueTasks));
}

std::chrono::milliseconds Messenger::runDueTasks() {
  return impl_->dueTasks.run();
}

Result<std::size_t> Messenger::callsDown(std::chrono::seconds duration, When when) {
  if (!impl_->config.calling.enabled) return refuse(Reason::callingDisabled);
  constexpr std::chrono::seconds longest = std::chrono::years{10};
  if (duration.count() <= 0 || duration > longest) {
    return refuse(Reason::invalidInput, "the duration must be positive and at most 10 years.");
  }
  return impl_->perform([&](FollowUps& followUps) {
    const TimePoint now = impl_->context.clock.now().wall;
    const NewJob sweep = followUps.make(JobType::endCalls, std::nullopt, now);
    const ActiveSummary active = impl_->context.storage.setCallsDown({now + duration, now, sweep});
    if (active.count > 0) followUps.stored({sweep});
    if (when == When::now) impl_->runner.runThese(followUps.take(), followUps);
    return active.count;
  });
}

bool Messenger::callsUp() {
  return impl_->context.storage.clearCallsDown(impl_->context.clock.now().wall);
}

bool Messenger::callsAreDown() const {
  const auto until = impl_->context.storage.callsDownUntil();
  return until && impl_->context.clock.now().wall < *until;
}

}  // namespace messenger
