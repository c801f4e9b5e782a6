#include "actions/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>

#include "actions/log.hpp"
#include "actions/presence_guard.hpp"
#include "messenger/errors.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::actions {
namespace {

/// When n OS threads change one call at the same time, each may lose n - 1 times; more than this is not
/// contention but a fault.
constexpr int mostAttempts = 1000;

/// The first conflicts are repeated at once; later ones after a random wait of up to a millisecond.
void backOff(const Clock& clock, int attempt, std::int64_t random) {
  if (attempt < 4) return;
  clock.sleepFor(std::chrono::microseconds{random & 0x3FF});
}

/// As far as the verb asks, where it asks for more than all rules need.
std::size_t countFor(const CallStore::LoadRequest& request) {
  constexpr std::size_t everyone = std::numeric_limits<std::size_t>::max();
  return request.countUpTo == everyone ? rules::countNeeded : std::max(request.countUpTo, rules::countNeeded);
}

bool isIn(const CallParticipant& row) {
  return !row.leftAt;
}

bool closesSessions(const CallChange& change) {
  return change.everyoneLeaves || change.removesMember ||
         std::any_of(change.participants.begin(), change.participants.end(),
                     [](const CallParticipant& row) { return !isIn(row); }) ||
         std::any_of(change.sessions.begin(), change.sessions.end(),
                     [](const CallSession& session) { return !session.open(); });
}

/// What a member's access says of everyone in the thread: all of a private one.
Audience audienceOf(const rules::Access& access) {
  Audience audience{access.thread};
  if (!access.thread.isPrivate()) return audience;
  audience.members = {access.member};
  if (access.other) audience.members->push_back(*access.other);
  return audience;
}

Audience merged(Audience known, std::optional<Roster> answered, CallChange::ThreadAnswer asked) {
  if (!answered) return known;
  known.thread = std::move(answered->thread);
  if (asked == CallChange::ThreadAnswer::roster) known.members = std::move(answered->members);
  return known;
}

}  // namespace

Result<Done> Engine::run(CallStore::LoadRequest request, const Rule& rule) {
  request.countUpTo = countFor(request);
  return repeat([&]() -> std::optional<Result<Done>> {
    const CallStore::Loaded loaded = context_.storage.calls().load(request);
    if (request.call && !loaded.call) return refuse(Reason::callNotFound);
    return carryOut(rule(loaded, context_.now()), loaded, {});
  });
}

Result<Done> Engine::runFor(const UserId& user, const CallStore::LoadRequest& request, const MemberRule& rule,
                            rules::NotifiesThread notifiesThread, Callees callees) {
  return repeat([&]() -> std::optional<Result<Done>> {
    auto seen = look(user, request, notifiesThread, callees);
    if (!seen) return refuse(seen.error());
    return carryOut(rule(seen->loaded, seen->access, context_.now()), seen->loaded,
                    std::move(seen->audience));
  });
}

Result<Engine::Seen> Engine::look(const UserId& user, CallStore::LoadRequest request,
                                  rules::NotifiesThread notifiesThread, Callees callees) {
  request.user = user;
  request.countUpTo = countFor(request);
  request.membership = context_.threadsAreInStorage;
  CallStore::Loaded loaded = context_.storage.calls().load(request);
  if (request.call && !loaded.call) return refuse(Reason::callNotFound);
  const ThreadId thread = request.call ? loaded.call->call.threadId : request.thread.value();

  std::optional<Roster> roster;
  if (!context_.threadsAreInStorage) {
    if (notifiesThread(loaded)) roster = context_.threads.findRoster(thread);
    loaded.membership = rules::membershipIn(roster, user);
    if (!loaded.membership) loaded.membership = context_.threads.findMembership(thread, user);
  }
  auto access = rules::accessOf(loaded.membership);
  if (!access) return refuse(access.error());
  if (callees == Callees::yes) addCallees(*access, roster);
  Audience audience = audienceOf(*access);
  if (roster) audience.members = std::move(roster->members);
  return Seen{std::move(loaded), std::move(*access), std::move(audience)};
}

/// Read after the call was loaded: the thread's revision guards it.
void Engine::addCallees(rules::Access& access, std::optional<Roster>& roster) {
  if (!roster) roster = context_.threads.findRoster(access.thread.id);
  if (!roster) return;
  access.members = roster->members;
  const Config::Ringing& ringing = context_.rules.ringing;
  const bool asksWhoIsBusy = ringing.whenBusy != Config::Ringing::WhenBusy::ring;
  if (!asksWhoIsBusy) return;
  std::vector<UserId> users;
  for (const ThreadMember& each : access.members) {
    if (each.user != access.member.user && !each.notificationsMuted) users.push_back(each.user);
  }
  if (users.size() > ringing.maxCallees) return;  // nobody is rung
  access.busy = context_.storage.calls().busy(users);
}

Result<Done> Engine::runFrom(const CallState& state, const Rule& rule) {
  if (auto done = runOnce(state, rule)) return std::move(*done);
  return run({.call = state.call.id}, rule);
}

std::optional<Done> Engine::runOnce(const CallState& state, const Rule& rule) {
  CallStore::Loaded loaded;
  loaded.call = state;
  rules::Decision decision = rule(loaded, context_.now());
  if (!decision.change) return std::nullopt;
  return commit(decision, {});
}

Result<Done> Engine::repeat(const std::function<std::optional<Result<Done>>()>& attempt) {
  for (int i = 0; i < mostAttempts; ++i) {
    if (i > 0) {
      context_.meter.count(Metric::storageConflicts, 1);
      backOff(context_.clock, i, context_.ids.randomNumber());
    }
    if (auto result = attempt()) return std::move(*result);
  }
  throw StorageBusy(fmt::format("the call was changed by others {} times in a row; a retry may succeed later",
                                mostAttempts));
}

std::optional<Result<Done>> Engine::carryOut(rules::Decision decision, const CallStore::Loaded& loaded,
                                             Audience audience) {
  if (decision.gone && loaded.call) {
    const CallWithRoom& call = loaded.call->call;
    for (const CallSession& each : loaded.call->sessions) {
      if (!each.open()) untrackSafely(context_, {call.id, *decision.gone, each.device}, call.revision);
    }
  }
  if (decision.refusal) return refuse(std::move(*decision.refusal));
  if (decision.change) {
    auto done = commit(decision, std::move(audience));
    if (!done) return std::nullopt;
    return std::move(*done);
  }

  Done done;
  if (!loaded.call) return done;
  done.call = loaded.call->call;
  done.participants = loaded.call->participants;
  if (decision.seen) {
    const CallSession* session = loaded.call->find(decision.seen->user, decision.seen->device);
    if (session != nullptr) done.mediaId = session->mediaId;
  }
  if (decision.seen && !confirmSeen(*decision.seen, done.call.revision)) return std::nullopt;
  if (!decision.notices.empty()) {
    Delivery::Ticket ticket(context_.delivery, done.call.id);
    CommitResult asLoaded;
    asLoaded.call = done.call;
    ticket.deliver(done.call.revision,
                   notificationsOf(context_, decision.notices, asLoaded, std::move(audience)));
  }
  return done;
}

/// Tracks first and then checks again that the session is open: a kick in between is either seen here, or
/// untracks it afterwards.
bool Engine::confirmSeen(const SessionKey& who, std::int64_t revision) {
  PresenceGuard guard(context_, who, revision);
  for (int i = 0; i < PresenceWindow::mostStores; ++i) {
    if (!storeSeen(who)) return false;
    guard.stored();
    if (guard.keep()) return true;
  }
  throw StorageBusy("a heartbeat took too long to be stored; a retry may succeed later");
}

/// False: the session is not open.
bool Engine::storeSeen(const SessionKey& who) {
  HeartbeatStore::Report report;
  report.seenBy = context_.instance;
  report.lastSeen = {{who, context_.now().storage}};
  return context_.storage.heartbeats().save(report).empty();
}

/// False: the storage does not answer, and they are seen as of the commit, which is long ago.
bool Engine::keep(PresenceGuard& guard) noexcept {
  try {
    for (int i = 0; i < PresenceWindow::mostStores; ++i) {
      if (guard.keep() || !storeSeen(guard.who())) return true;
      guard.stored();
    }
  } catch (...) {
    logSafely(context_.logger, LogLevel::warning, "when somebody who came in was seen could not be stored",
              {{"call", guard.who().call.value()}, {"error", support::whatWasThrown()}});
  }
  return guard.keep();
}

void Engine::complete(CallChange& change, const rules::Decision& decision, const Audience& audience) {
  change.seenBy = context_.instance;
  if (context_.threadsAreInStorage) change.answersThread = missingFor(decision.notices, audience);
  for (NewJob& job : change.jobs) {
    if (job.id.empty()) job.id = JobId{context_.ids.next(job.createdAt)};
  }
}

/// After an error other than StorageBusy the change may have been made. Whom it takes out is tracked here all
/// the same, so no heartbeat is acknowledged from memory before a report has found those who left.
CommitResult Engine::store(const CallChange& change) {
  try {
    return context_.storage.calls().commit(change);
  } catch (const StorageBusy&) {
    throw;
  } catch (...) {
    if (closesSessions(change)) context_.window.revokeLease(context_.clock.steady());
    throw;
  }
}

std::optional<Done> Engine::commit(rules::Decision& decision, Audience audience) {
  CallChange& change = decision.change.value();
  complete(change, decision, audience);

  Delivery::Ticket ticket(context_.delivery, change.call);
  std::deque<PresenceGuard> entering;
  for (const CallSession& each : change.sessions) {
    if (!each.open()) continue;
    entering.emplace_back(context_, SessionKey{change.call, each.user, each.device},
                          change.expectedRevision + 1);
  }
  CommitResult result = store(change);
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
  for (PresenceGuard& guard : entering) static_cast<void>(keep(guard));
  Done done = settled(decision, result);
  if (!decision.notices.empty()) {
    audience = merged(std::move(audience), std::move(result.roster), change.answersThread);
    ticket.deliver(result.call.revision,
                   notificationsOf(context_, decision.notices, result, std::move(audience)));
  }
  if (!change.jobs.empty()) done.afterJobs = context_.afterCommit(change.call);
  // A listener may have taken long, and in synchronous mode the driver.
  for (PresenceGuard& guard : entering) {
    if (!keep(guard))
      throw StorageUnavailable(
          "the change was made, but the storage has not answered for so long that whoever came in may be "
          "taken out as silent; join again");
  }
  return done;
}

/// Updates presence and wakes workers after a commit.
Done Engine::settled(rules::Decision& decision, CommitResult& result) {
  for (const SessionKey& each : result.closed) untrackSafely(context_, each, result.call.revision);
  if (!decision.change->jobs.empty()) context_.jobsStored.notify();
  Done done;
  done.kind = Done::Kind::committed;
  done.call = result.call;
  done.participants = result.participants;
  done.rings = decision.change->rings;
  for (const CallSession& each : decision.change->sessions) {
    if (each.open()) done.mediaId = each.mediaId;
  }
  return done;
}

}  // namespace messenger::actions
