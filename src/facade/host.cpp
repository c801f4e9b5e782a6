#include "messenger/host.hpp"

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "jobs/scheduler_impl.hpp"
#include "rules/end_without_asking.hpp"
#include "rules/member_removed.hpp"
#include "rules/renew_room.hpp"

namespace messenger::inline v0 {
namespace {

Result<void> checkAge(std::chrono::hours olderThan) {
  using Retention = Config::Retention;
  if (olderThan >= Retention::shortest && olderThan <= Retention::longest) return {};
  return refuse(Reason::invalidInput,
                "calls are pruned by an age of at least an hour and at most 100 years.");
}

}  // namespace

MessengerImpl& Host::here() const {
  impl_.home.require();
  return impl_;
}

// Verbs of the host

Result<Call> Host::endCall(const CallId& call) {
  const auto done = here().engine.run({.call = call}, [&](const auto& loaded, rules::Now now) {
    return rules::endWithoutAsking(*loaded.call, EndReason::host, here().context.rules, now);
  });
  if (!done) return refuse(done.error());
  return done->call.plain();
}

Result<bool> Host::renewRoom(const CallId& call) {
  const auto done = here().engine.run({.call = call}, [&](const auto& loaded, rules::Now now) {
    return rules::renewRoom(*loaded.call, here().context.rules, now);
  });
  if (!done) return refuse(done.error());
  return done->kind == actions::Done::Kind::committed;
}

void Host::memberRemoved(const ThreadId& thread, const UserId& user) {
  // Raised first: a join that is under way cannot commit any more, and one that has committed is found.
  here().context.storage.calls().raiseThreadRevision(thread);
  // Never refused: without an active call there is nobody to take out.
  static_cast<void>(
      here().engine.run({.thread = thread, .user = user}, [&](const auto& loaded, rules::Now now) {
        if (!loaded.call) return rules::Decision{};
        return rules::memberRemoved(*loaded.call, user, here().context.rules, now);
      }));
  here().announceRemoved(thread, user);
}

// By the host

std::optional<Call> Host::findCall(const CallId& call) const {
  auto loaded = here().context.storage.calls().load({.call = call});
  if (!loaded.call) return std::nullopt;
  return loaded.call->call.plain();
}

std::optional<CallParticipant> Host::findParticipant(const ParticipantId& participant) const {
  return here().context.storage.calls().findParticipant(participant);
}

std::vector<CallParticipant> Host::participants(const CallId& call, std::int64_t after,
                                                std::size_t limit) const {
  return actions::reported(here().context, here().context.storage.calls().participants({call, after, limit}));
}

std::vector<CallSession> Host::sessions(const CallId& call, const UserId& user) const {
  auto loaded = here().context.storage.calls().load({.call = call, .user = user});
  if (!loaded.call) return {};
  for (CallSession& each : loaded.call->sessions) each.mediaId.reset();
  return std::move(loaded.call->sessions);
}

std::vector<CallRing> Host::rings(const CallId& call) const {
  auto loaded = here().context.storage.calls().load({.call = call, .rings = true});
  if (!loaded.call) return {};
  return std::move(loaded.call->rings);
}

std::vector<Call> Host::activeCalls(std::int64_t after, std::size_t limit) const {
  return actions::reported(here().context, here().context.storage.calls().activeCallsAfter(
                                               {after, std::numeric_limits<std::int64_t>::max(), limit}));
}

TimePoint Host::wallTimeOf(StorageTime moment) const {
  const rules::Now now = here().context.now();
  return saturatingAdd(now.wall, saturatingDifference(moment, now.storage));
}

const ThreadDirectory& Host::directory() const noexcept {
  return impl_.context.threads;
}

const Presenter* Host::presenter() const noexcept {
  return impl_.dependencies.presenter.get();
}

// Presence and maintenance

std::size_t Host::checkActivity(When when) {
  return here().checkActivity(when);
}

void Host::flushPresence() {
  here().dueTasks.flush();
}

Scheduler Host::startScheduler() {
  return Scheduler(std::make_unique<Scheduler::Impl>(here().shared_from_this(), here().dueTasks));
}

std::chrono::milliseconds Host::runDueTasks() {
  return here().dueTasks.run();
}

Result<std::size_t> Host::callsDown(std::chrono::seconds duration, When when) {
  if (!here().config.calling.enabled) return refuse(Reason::callingDisabled);
  constexpr std::chrono::seconds longest = std::chrono::years{10};
  if (duration.count() <= 0 || duration > longest) {
    return refuse(Reason::invalidInput, "the duration must be positive and at most 10 years.");
  }
  const NewJob sweep = here().newJob(JobType::endCalls, std::nullopt);
  const auto active = here().context.storage.switches().takeCallsDown(
      {saturatingAdd(here().context.now().storage, duration), sweep});
  if (active.count == 0) return active.count;
  here().jobsStored.notify();
  if (when == When::now || here().isSynchronous()) here().runner.runJob(sweep.id);
  return active.count;
}

bool Host::callsUp() {
  return here().context.storage.switches().bringCallsUp(here().context.now().storage);
}

bool Host::callsAreDown() const {
  const auto until = here().context.storage.switches().callsDownUntil();
  return until && here().context.now().storage < *until;
}

void Host::measure() const {
  here().measure();
}

// Retention

Result<std::size_t> Host::prune(std::chrono::hours olderThan, std::size_t limit) {
  if (auto why = checkAge(olderThan); !why) return refuse(why.error());
  return here().prune(olderThan, limit);
}

std::size_t Host::eraseUser(const UserId& user) {
  // Thread by thread, each with its call: after a crash those that are left are found again.
  for (const ThreadId& each : here().context.threads.threadsOf(user)) {
    if (here().threads) {
      static_cast<void>(here().threads->removeMember(each, user));  // refused: no member any more
    } else {
      memberRemoved(each, user);
    }
  }
  if (here().threads) here().context.storage.threads()->eraseUser(user);
  CallStore::EraseRequest request{user, {"erased", here().ids.next(here().context.now().wall)}};
  std::size_t erased = 0;
  for (std::optional<std::int64_t> next{0}; next;) {
    request.after = *next;
    const CallStore::Erased part = here().context.storage.calls().erase(request);
    erased += part.calls;
    next = part.next;
  }
  return erased;
}

Result<std::size_t> Host::prunable(std::chrono::hours olderThan) const {
  if (auto why = checkAge(olderThan); !why) return refuse(why.error());
  return here().context.storage.calls().prunable(saturatingSubtract(here().context.now().storage, olderThan));
}

}  // namespace messenger
