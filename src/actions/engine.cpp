#include "actions/engine.hpp"

#include <fmt/format.h>

#include <chrono>
#include <deque>
#include <thread>

#include "actions/notifications.hpp"
#include "actions/presence_guard.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {
namespace {

/// When n OS threads change one call at the same time, each may lose n - 1 times; more than this is not
/// contention but a fault.
constexpr int mostAttempts = 1000;

/// The first conflicts are repeated at once; later ones after a random wait of up to a millisecond.
void backOff(int attempt, std::int64_t random) {
  if (attempt < 4) return;
  std::this_thread::sleep_for(std::chrono::microseconds{random & 0x3FF});
}

bool isIn(const CallParticipant& row) {
  return !row.leftAt;
}

}  // namespace

Result<Done> Engine::run(const CallStore::LoadRequest& request, const Rule& rule) {
  return repeat([&]() -> std::optional<Result<Done>> {
    const CallStore::Loaded loaded = context_.storage.calls().load(request);
    if (request.call && !loaded.call) return refuse(Reason::callNotFound);
    return carryOut(rule(loaded, context_.now()), loaded, std::nullopt);
  });
}

Result<Done> Engine::runFor(const UserId& user, CallStore::LoadRequest request, const MemberRule& rule) {
  return repeat([&]() -> std::optional<Result<Done>> {
    const auto seen = look(user, request);
    if (!seen) return tl::unexpected(seen.error());
    return carryOut(rule(seen->loaded, seen->access, context_.now()), seen->loaded, seen->access.thread);
  });
}

Result<Engine::Seen> Engine::look(const UserId& user, CallStore::LoadRequest request) {
  request.user = user;
  if (context_.threadsAreInStorage) request.membershipOf = user;
  CallStore::Loaded loaded = context_.storage.calls().load(request);
  if (request.call && !loaded.call) return refuse(Reason::callNotFound);
  const ThreadId thread = request.call ? loaded.call->call.threadId : request.thread.value();
  auto access = accessOf(loaded, thread, user);
  if (!access) return tl::unexpected(access.error());
  return Seen{std::move(loaded), std::move(*access)};
}

std::optional<Done> Engine::runOnce(const CallState& state, const Rule& rule) {
  CallStore::Loaded loaded;
  loaded.call = state;
  rules::Decision decision = rule(loaded, context_.now());
  return commit(decision, std::nullopt);
}

Result<rules::Access> Engine::accessOf(const CallStore::Loaded& loaded, const ThreadId& thread,
                                       const UserId& user) {
  return rules::accessOf(context_.threadsAreInStorage ? loaded.membership
                                                      : context_.threads.findMembership(thread, user));
}

Result<Done> Engine::repeat(const std::function<std::optional<Result<Done>>()>& attempt) {
  for (int i = 0; i < mostAttempts; ++i) {
    if (i > 0) backOff(i, context_.ids.randomNumber());
    if (auto result = attempt()) return std::move(*result);
  }
  throw StorageUnavailable(fmt::format(
      "the call was changed by others {} times in a row; a retry may succeed later", mostAttempts));
}

std::optional<Result<Done>> Engine::carryOut(rules::Decision decision, const CallStore::Loaded& loaded,
                                             const std::optional<Thread>& thread) {
  if (decision.gone && loaded.call) untrackSafely(context_, {loaded.call->call.id, *decision.gone});
  if (decision.refusal) return tl::unexpected(std::move(*decision.refusal));
  if (decision.change) {
    auto done = commit(decision, thread);
    if (!done) return std::nullopt;
    return std::move(*done);
  }

  Done done;
  if (!loaded.call) return done;
  done.call = loaded.call->call;
  done.participants = loaded.call->participants;
  if (decision.seen && !confirmSeen({done.call.id, *decision.seen})) return std::nullopt;
  if (!decision.notices.empty()) {
    Delivery::Ticket ticket(context_.delivery, done.call.id);
    CommitResult asLoaded;
    asLoaded.call = done.call;
    ticket.deliver(done.call.revision, notificationsOf(context_, decision.notices, asLoaded, thread));
  }
  return done;
}

/// Tracks first and then checks again that the user is in the call: a kick in between is either seen here, or
/// untracks them afterwards.
bool Engine::confirmSeen(const ParticipantKey& who) {
  PresenceGuard guard(context_, who);
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.lastSeen = {{who, context_.now().storage}};
  if (!context_.storage.heartbeats().save(report).empty()) return false;
  guard.keep();
  return true;
}

void Engine::complete(CallChange& change) {
  change.seenBy = context_.instance;
  for (NewJob& job : change.jobs) {
    if (job.id.empty()) job.id = JobId{context_.ids.next(job.createdAt)};
  }
}

std::optional<Done> Engine::commit(rules::Decision& decision, const std::optional<Thread>& thread) {
  CallChange& change = decision.change.value();
  complete(change);

  Delivery::Ticket ticket(context_.delivery, change.call);
  std::deque<PresenceGuard> entering;
  for (const CallParticipant& row : change.participants) {
    if (isIn(row)) entering.emplace_back(context_, ParticipantKey{change.call, row.user});
  }
  CommitResult result = context_.storage.calls().commit(change);
  switch (result.status) {
    case CommitResult::Status::committed:
      break;
    case CommitResult::Status::claimLost:
      return Done{.kind = Done::Kind::claimLost};
    case CommitResult::Status::conflict:
    case CommitResult::Status::activeCallExists:
    case CommitResult::Status::callsDown:
      return std::nullopt;
  }
  for (PresenceGuard& guard : entering) guard.keep();
  Done done = settled(decision, result);
  if (!decision.notices.empty()) {
    ticket.deliver(result.call.revision, notificationsOf(context_, decision.notices, result, thread));
  }
  if (!change.jobs.empty() || change.settles) done.afterJobs = context_.afterCommit(change.call);
  return done;
}

/// Updates presence and wakes workers after a commit.
Done Engine::settled(rules::Decision& decision, CommitResult& result) {
  const CallId& call = decision.change->call;
  for (const CallParticipant& row : result.participants) {
    if (!isIn(row)) untrackSafely(context_, {call, row.user});
  }
  for (const CallParticipant& row : result.left) untrackSafely(context_, {call, row.user});
  if (!decision.change->jobs.empty()) context_.jobsStored.notify();
  Done done;
  done.kind = Done::Kind::committed;
  done.call = result.call;
  done.participants = result.participants;
  return done;
}

}  // namespace messenger::actions
