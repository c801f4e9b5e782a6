#include "messenger/messenger.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "actions/log.hpp"
#include "facade/messenger_impl.hpp"
#include "messenger/errors.hpp"
#include "rules/end_call.hpp"
#include "rules/ignore_call.hpp"
#include "rules/join_call.hpp"
#include "rules/leave_call.hpp"
#include "rules/ring_callees.hpp"
#include "rules/start_call.hpp"

namespace messenger::inline v0 {

Messenger::Messenger(const Config& config, std::shared_ptr<Storage> storage)
    : Messenger(config, Dependencies{.storage = std::move(storage)}) {}

Messenger::Messenger(const Config& config, Dependencies dependencies)
    : impl_(std::make_shared<MessengerImpl>(config, std::move(dependencies))) {}

Messenger::~Messenger() {
  // In a child made by fork() it is not taken apart: that would wait for OS threads that are not there.
  // NOLINTNEXTLINE(bugprone-unhandled-exception-at-new): without memory the child cannot go on either
  if (!impl_->home.isHere()) static_cast<void>(new std::shared_ptr<MessengerImpl>(std::move(impl_)));
}

MessengerImpl& Messenger::here() const {
  impl_->home.require();
  return *impl_;
}

// Setting up

void Messenger::setVideoDriver(VideoDriverFactory factory) {
  if (!factory) throw std::invalid_argument("the video driver factory must not be empty");
  auto held = std::make_shared<const VideoDriverFactory>(std::move(factory));
  const support::Lock lock(here().driverMutex);
  here().driverFactory.swap(held);  // the old one goes after the lock: what it holds is the host's
  here().hasDriver = true;
}

bool Messenger::hasVideoDriver() const noexcept {
  if (!impl_->home.isHere()) return false;
  const support::Lock lock(impl_->driverMutex);
  return impl_->hasDriver;
}

const Config& Messenger::config() const noexcept {
  return impl_->config;
}

Threads& Messenger::threads() {
  if (!here().threads) {
    throw std::logic_error("Messenger::threads: the host's own thread directory is in use");
  }
  return *here().threads;
}

Host& Messenger::host() noexcept {
  return impl_->host;
}

const Host& Messenger::host() const noexcept {
  return impl_->host;
}

Jobs& Messenger::jobs() noexcept {
  return impl_->jobs;
}

const Jobs& Messenger::jobs() const noexcept {
  return impl_->jobs;
}

// Verbs

namespace {

template <class Value>
Result<Value> refused(const Result<actions::Done>& done) {
  return refuse(done.error());
}

}  // namespace

Result<Call> Messenger::startCall(const ThreadId& thread, const UserId& user, const StartOptions& options) {
  const TimePoint now = here().context.clock.now().wall;
  const rules::StartCall command{CallId{here().ids.next(now)}, ParticipantId{here().ids.next(now)}, options,
                                 here().newMediaId()};
  const auto done = here().engine.runFor(
      user, {.thread = thread},
      [&](const auto& loaded, const auto& access, rules::Now at) {
        return rules::startCall(command, loaded, access, here().context.rules, at);
      },
      rules::always, here().callees());
  if (!done) return refused<Call>(done);
  if (!done->afterJobs) return done->call.plain();
  if (done->afterJobs->endReason == EndReason::setupFailed) return refuse(Reason::setupFailed);
  return *done->afterJobs;
}

Result<Joined> Messenger::joinCall(const CallId& call, const UserId& user, const DeviceId& device) {
  const rules::JoinCall command{ParticipantId{here().ids.next(here().context.clock.now().wall)}, device,
                                here().newMediaId()};
  const rules::RuleConfig& config = here().context.rules;
  const auto done =
      here().engine.runFor(user, {.call = call}, [&](const auto& loaded, const auto& access, rules::Now now) {
        return rules::joinCall(command, loaded, access, config, now);
      });
  if (!done) return refused<Joined>(done);
  const CallParticipant& row = done->participants.at(0);
  return Joined{row, /*first=*/row.id == command.participant, done->mediaId};
}

Result<CallParticipant> Messenger::leaveCall(const CallId& call, const UserId& user, const DeviceId& device) {
  const auto done = here().engine.runFor(
      user, {.call = call},
      [&](const auto& loaded, const auto&, rules::Now now) {
        return rules::leaveCall(*loaded.call, user, device, here().context.rules, now);
      },
      rules::whenLast);
  if (!done) return refused<CallParticipant>(done);
  return done->participants.at(0);
}

Result<Call> Messenger::endCall(const CallId& call, const UserId& user) {
  const auto done = here().engine.runFor(
      user, {.call = call},
      [&](const auto& loaded, const auto& access, rules::Now now) {
        return rules::endCall(*loaded.call, access, here().context.rules, now);
      },
      rules::always);
  if (!done) return refused<Call>(done);
  return done->call.plain();
}

Result<Call> Messenger::ignoreCall(const CallId& call, const UserId& user) {
  const auto done =
      here().engine.runFor(user, {.call = call}, [&](const auto& loaded, const auto& access, rules::Now now) {
        return rules::ignoreCall(*loaded.call, access, here().context.rules, now);
      });
  if (!done) return refused<Call>(done);
  return done->call.plain();
}

Result<std::vector<CallRing>> Messenger::ring(const CallId& call, const UserId& user,
                                              const std::vector<UserId>& callees) {
  CallStore::LoadRequest request{.call = call, .rings = true};
  request.others = callees;
  if (request.others.size() > Config::Ringing::most) request.others.clear();  // refused for that
  const auto done = here().engine.runFor(
      user, request,
      [&](const auto& loaded, const auto& access, rules::Now now) {
        return rules::ringCallees(callees, loaded, access, here().context.rules, now);
      },
      rules::never, here().callees());
  if (!done) return refused<std::vector<CallRing>>(done);
  return done->rings;
}

std::size_t Messenger::markMissedSeen(const UserId& user, const std::optional<CallId>& upTo) {
  std::int64_t sequence = std::numeric_limits<std::int64_t>::max();
  if (upTo) {
    const auto loaded = here().context.storage.calls().load({.call = *upTo});
    if (!loaded.call) return 0;
    sequence = loaded.call->call.sequence;
  }
  return here().context.storage.calls().markSeen(user, sequence);
}

Result<void> Messenger::heartbeat(const CallId& call, const UserId& user, const DeviceId& device) {
  return here().heartbeats.receive(call, user, device);
}

bool Messenger::tryHeartbeat(const CallId& call, const UserId& user, const DeviceId& device) {
  return here().heartbeats.tryReceive(call, user, device);
}

Result<CallParticipant> MessengerImpl::setKicked(const CallId& call, const UserId& user,
                                                 const rules::KickParticipant& command) {
  const CallStore::LoadRequest request{.call = call, .participant = command.participant};
  const auto done = engine.runFor(
      user, request,
      [&](const auto& loaded, const auto& access, rules::Now now) {
        return rules::kickParticipant(command, *loaded.call, access, context.rules, now);
      },
      rules::whenLast);
  if (!done) return refused<CallParticipant>(done);
  for (const CallParticipant& row : done->participants) {
    if (row.id == command.participant) return row;
  }
  return refuse(Reason::participantNotFound);
}

Result<CallParticipant> Messenger::kickParticipant(const CallId& call, const UserId& user,
                                                   const ParticipantId& participant) {
  return here().setKicked(call, user, {participant, /*kicked=*/true});
}

Result<CallParticipant> Messenger::unkickParticipant(const CallId& call, const UserId& user,
                                                     const ParticipantId& participant) {
  return here().setKicked(call, user, {participant, /*kicked=*/false});
}

// Events

#define MESSENGER_DEFINE_ON(Kind)                                               \
  Subscription Messenger::on##Kind(std::function<void(const Kind&)> listener) { \
    return here().bus.subscribe<Kind>(std::move(listener));                     \
  }

MESSENGER_DEFINE_ON(CallStarted)
MESSENGER_DEFINE_ON(CallJoined)
MESSENGER_DEFINE_ON(CallLeft)
MESSENGER_DEFINE_ON(CallIgnored)
MESSENGER_DEFINE_ON(CallRinging)
MESSENGER_DEFINE_ON(RingStopped)
MESSENGER_DEFINE_ON(CallMissed)
MESSENGER_DEFINE_ON(DeviceJoined)
MESSENGER_DEFINE_ON(DeviceLeft)
MESSENGER_DEFINE_ON(CallEnding)
MESSENGER_DEFINE_ON(CallEnded)
MESSENGER_DEFINE_ON(KickedFromCall)
MESSENGER_DEFINE_ON(CallSetupCompleted)
MESSENGER_DEFINE_ON(CallSetupFailed)
MESSENGER_DEFINE_ON(CallTornDown)
MESSENGER_DEFINE_ON(CallTeardownFailed)
MESSENGER_DEFINE_ON(BroadcastFailed)
MESSENGER_DEFINE_ON(JobFailed)
MESSENGER_DEFINE_ON(MemberRemoved)
MESSENGER_DEFINE_ON(Event)

#undef MESSENGER_DEFINE_ON

// A loop of the host's own

std::chrono::milliseconds Messenger::poll(std::size_t maxJobs) {
  using std::chrono::milliseconds;
  const bool more = maxJobs > 0 && here().jobs.runPending(maxJobs).size() == maxJobs;
  const milliseconds tasks = here().dueTasks.run();
  if (more) return milliseconds{0};
  // Not longer than a worker waits, for jobs that other processes store; nor without any pause, for a job
  // that is due but waits for another process to finish one of the same call.
  constexpr milliseconds shortest{20};
  milliseconds jobs = here().config.jobs.pollInterval;
  if (const auto next = here().jobs.counts().nextAt) {
    jobs = std::min(
        jobs, std::chrono::ceil<milliseconds>(saturatingDifference(*next, here().context.now().storage)));
  }
  return std::max(std::min(tasks, jobs), std::min(shortest, tasks));
}

}  // namespace messenger
