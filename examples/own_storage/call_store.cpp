#include <messenger/errors.hpp>

#include <algorithm>

#include "vector_storage.hpp"

using namespace messenger;
using Status = CommitResult::Status;

CallStore::Loaded VectorCallStore::load(const LoadRequest& request) {
  const std::lock_guard lock(tables_.mutex);
  Loaded loaded;
  loaded.callsDownUntil = tables_.callsDownUntil;
  Tables::CallRow* row = request.call ? tables_.find(*request.call) : tables_.findActive(*request.thread);
  const auto thread = row != nullptr ? row->call.threadId : request.thread.value_or(ThreadId{});
  loaded.threadRevision = tables_.threadRevisions[thread];
  if (row == nullptr) return loaded;

  CallState& state = loaded.call.emplace();
  state.call = row->call;
  state.inCall = tables_.countInCall(row->call.id);
  for (const Tables::ParticipantRow& each : tables_.participants) {
    const CallParticipant& participant = each.participant;
    if (participant.callId != row->call.id) continue;
    const bool isUser = request.user && participant.user == *request.user;
    const bool wanted =
        isUser || (request.participant && participant.id == *request.participant) ||
        (request.everyoneInCall && !participant.leftAt) ||
        std::find(request.others.begin(), request.others.end(), participant.user) != request.others.end();
    if (wanted) state.participants.push_back(participant);
  }
  for (const Tables::SessionRow& each : tables_.sessions) {
    const CallSession& session = each.session;
    const bool wanted = request.user == session.user || request.participant == session.participant;
    if (wanted && each.call == row->call.id) state.sessions.push_back(session);
  }
  state.rings = tables_.ringsOf(row->call.id, request.user, request.rings);
  return loaded;
}

// [commit]
CommitResult VectorCallStore::commit(const CallChange& change) {
  if (change.expectedRevision == 0 && !change.row) throw StorageError("a new call needs its row");
  const std::lock_guard lock(tables_.mutex);
  CommitResult result;
  result.status = check(change);
  if (result.status != Status::committed) return result;
  requireNewIds(change);  // everything that can fail does so before the first write

  Tables::CallRow* row = tables_.find(change.call);
  if (row == nullptr) {
    row = &tables_.calls.emplace_back(Tables::CallRow{*change.row, change.now});
    row->call.sequence = ++tables_.lastCall;
    row->call.revision = 0;
  } else if (change.row) {
    const auto [sequence, revision] = std::pair{row->call.sequence, row->call.revision};
    row->call = *change.row;
    row->call.sequence = sequence;
    row->call.revision = revision;
  }
  ++row->call.revision;
  for (const CallParticipant& wanted : change.participants) {
    result.participants.push_back(write(wanted, change));
    if (wanted.leftAt) closeSessions(wanted, change, result);
  }
  if (change.forgets) {
    std::erase_if(tables_.sessions, [&](const Tables::SessionRow& each) {
      const CallSession& session = each.session;
      return std::pair{session.participant, session.device} == *change.forgets && !session.open();
    });
  }
  for (const CallSession& wanted : change.sessions) write(wanted, change, result);
  for (const CallRing& wanted : change.rings) write(wanted, change.call);
  if (change.everyoneLeaves) {
    for (Tables::ParticipantRow& each : tables_.participants) {
      if (each.participant.callId != change.call || each.participant.leftAt) continue;
      each.participant.leftAt = change.everyoneLeaves;
      each.participant.updatedAt = *change.everyoneLeaves;
      each.departedAt = change.now;
      closeSessions(each.participant, change, result);
      result.left.push_back(each.participant);
    }
  }
  if (change.settles) tables_.settle(*change.settles);
  for (const JobType type : change.cancels) {
    std::erase_if(tables_.jobs, [&](const Job& job) { return job.call == change.call && job.type == type; });
  }
  for (const NewJob& job : change.jobs) tables_.add(job);
  result.call = row->call;
  return result;
}

/// The guards, in the order in which the contract requires them to be reported.
Status VectorCallStore::check(const CallChange& change) {
  const bool isNew = change.expectedRevision == 0;
  const Tables::CallRow* row = tables_.find(change.call);
  if (!isNew && (row == nullptr || row->call.revision != change.expectedRevision)) return Status::conflict;
  if (change.threadRevision) {
    const ThreadId& thread = row != nullptr ? row->call.threadId : change.row->threadId;
    if (tables_.threadRevisions[thread] != *change.threadRevision) return Status::conflict;
  }
  if (change.settles && tables_.findClaimed(change.settles->job, change.settles->token) == nullptr) {
    return Status::claimLost;
  }
  if (change.unlessCallsDown && tables_.callsDownUntil && change.now < *tables_.callsDownUntil) {
    return Status::callsDown;
  }
  const bool wasActive = isNew && tables_.findActive(change.row->threadId) != nullptr;
  return wasActive ? Status::activeCallExists : Status::committed;
}
// [/commit]

void VectorCallStore::requireNewIds(const CallChange& change) {
  if (change.expectedRevision == 0 && tables_.find(change.call) != nullptr) {
    throw StorageError("a call of that id exists");
  }
  for (const CallParticipant& row : change.participants) {
    const Tables::ParticipantRow* known = tables_.find(row.id);
    if (known != nullptr && known->participant.callId == change.call) continue;
    const auto sameUser = [&](const CallParticipant& other) { return other.user == row.user; };
    const auto given = std::count_if(change.participants.begin(), change.participants.end(), sameUser);
    if (known != nullptr || given > 1 || tables_.find(change.call, row.user) != nullptr) {
      throw StorageError("a participant of that id, or a row of that user, exists");
    }
  }
  for (const CallSession& session : change.sessions) {
    const auto isOf = [&](const CallParticipant& row) { return row.id == session.participant; };
    const Tables::ParticipantRow* known = tables_.find(session.participant);
    const bool stored = known != nullptr && known->participant.callId == change.call;
    if (stored || std::any_of(change.participants.begin(), change.participants.end(), isOf)) continue;
    throw StorageError("a session of no participant of that call");
  }
  for (const NewJob& job : change.jobs) {
    const auto sameId = [&](const NewJob& other) { return other.id == job.id; };
    const auto given = std::count_if(change.jobs.begin(), change.jobs.end(), sameId);
    if (given > 1 || tables_.knows(job.id)) throw StorageError("a job of that id exists");
  }
}

CallParticipant VectorCallStore::write(const CallParticipant& wanted, const CallChange& change) {
  Tables::ParticipantRow* row = tables_.find(wanted.id);
  if (row == nullptr) {
    row = &tables_.participants.emplace_back();
    row->participant.sequence = ++tables_.lastParticipant;
  }
  const std::int64_t sequence = row->participant.sequence;
  row->participant = wanted;
  row->participant.sequence = sequence;
  if (wanted.leftAt) row->departedAt = change.now;
  return row->participant;
}

void VectorCallStore::write(const CallSession& wanted, const CallChange& change, CommitResult& result) {
  const SessionKey key{change.call, wanted.user, wanted.device};
  Tables::SessionRow* row = tables_.find(key);
  if (wanted.open()) {
    if (row == nullptr) row = &tables_.sessions.emplace_back();
    *row = {wanted, change.call, {}, change.seenBy};
    row->session.lastSeen = change.now;
  } else if (row != nullptr && row->session.open()) {
    row->session.closedAt = wanted.closedAt;
    row->departedAt = change.now;
    result.closed.push_back(key);
  }
}

void VectorCallStore::write(const CallRing& wanted, const CallId& call) {
  Tables::RingRow* row = tables_.findRing(call, wanted.user);
  if (row == nullptr) row = &tables_.rings.emplace_back();
  *row = {wanted, call};
}

void VectorCallStore::closeSessions(const CallParticipant& of, const CallChange& change,
                                    CommitResult& result) {
  for (const Tables::SessionRow& each : tables_.sessions) {
    if (each.session.participant != of.id || !each.session.open()) continue;
    CallSession closed = each.session;
    closed.closedAt = of.leftAt;
    write(closed, change, result);
  }
}

void VectorCallStore::raiseThreadRevision(const ThreadId& thread) {
  const std::lock_guard lock(tables_.mutex);
  ++tables_.threadRevisions[thread];
}

std::optional<CallParticipant> VectorCallStore::findParticipant(const ParticipantId& participant) {
  const std::lock_guard lock(tables_.mutex);
  const Tables::ParticipantRow* row = tables_.find(participant);
  if (row == nullptr) return std::nullopt;
  return row->participant;
}

std::vector<CallParticipant> VectorCallStore::participants(const ParticipantsQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<CallParticipant> found;
  for (const Tables::ParticipantRow& row : tables_.participants) {
    const CallParticipant& each = row.participant;
    if (found.size() == query.limit) break;
    if (each.callId == query.call && each.sequence > query.after) found.push_back(each);
  }
  return found;
}

CallSnapshot VectorCallStore::snapshot(const Tables::CallRow& row, const UserId& viewer) {
  CallSnapshot snapshot{row.call};
  if (const auto* participant = tables_.find(row.call.id, viewer)) snapshot.viewer = participant->participant;
  if (const auto* ring = tables_.findRing(row.call.id, viewer)) snapshot.ring = ring->ring;
  return snapshot;
}

std::vector<messenger::UserId> VectorCallStore::others(const CallId& call, const HistoryQuery& query) {
  std::vector<UserId> found;
  for (const Tables::ParticipantRow& row : tables_.participants) {
    const CallParticipant& each = row.participant;
    if (found.size() == query.with) break;
    if (each.callId == call && each.user != query.viewer) found.push_back(each.user);
  }
  return found;
}

CallStore::HistoryPage VectorCallStore::history(const HistoryQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  HistoryPage page;
  const Tables::CallRow* before = query.before ? tables_.find(*query.before) : nullptr;
  page.knowsBefore = !query.before || (before != nullptr && before->call.threadId == query.thread);
  if (!page.knowsBefore) return page;
  std::for_each(tables_.calls.rbegin(), tables_.calls.rend(), [&](const Tables::CallRow& row) {
    if (row.call.threadId != query.thread) return;
    ++page.total;
    if (before != nullptr && row.call.sequence >= before->call.sequence) return;
    page.more = page.calls.size() == query.limit;
    if (page.more) return;
    page.calls.push_back(snapshot(row, query.viewer));
    page.calls.back().with = others(row.call.id, query);
  });
  return page;
}

std::vector<CallSnapshot> VectorCallStore::activeCalls(const std::vector<ThreadId>& threads,
                                                       const UserId& viewer) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<CallSnapshot> found;
  for (const Tables::CallRow& row : tables_.calls) {
    const bool wanted = std::find(threads.begin(), threads.end(), row.call.threadId) != threads.end();
    if (wanted && row.call.active()) found.push_back(snapshot(row, viewer));
  }
  return found;
}

std::vector<Call> VectorCallStore::activeCallsAfter(const ActiveCallsQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<Call> found;
  for (const Tables::CallRow& row : tables_.calls) {
    const std::int64_t sequence = row.call.sequence;
    if (found.size() == query.limit || sequence > query.upTo) break;
    if (row.call.active() && sequence > query.after) found.push_back(row.call.plain());
  }
  return found;
}

CallStore::ActiveSummary VectorCallStore::activeSummary(StorageTime startedBefore) {
  const std::lock_guard lock(tables_.mutex);
  ActiveSummary summary;
  for (const Tables::CallRow& row : tables_.calls) {
    if (!row.call.active() || row.startedAt >= startedBefore) continue;
    ++summary.count;
    summary.highestSequence = row.call.sequence;
  }
  return summary;
}

CallStore::Totals VectorCallStore::totals() {
  const std::lock_guard lock(tables_.mutex);
  const auto number = [](auto count) { return static_cast<std::size_t>(count); };
  Totals totals;
  totals.activeCalls = number(std::count_if(tables_.calls.begin(), tables_.calls.end(),
                                            [](const auto& row) { return row.call.active(); }));
  totals.openSessions = number(std::count_if(tables_.sessions.begin(), tables_.sessions.end(),
                                             [](const auto& row) { return row.session.open(); }));
  totals.ringing = number(std::count_if(tables_.rings.begin(), tables_.rings.end(), [&](const auto& row) {
    return row.ring.rings() && tables_.find(row.call)->call.active();
  }));
  return totals;
}

CallStore::MissedPage VectorCallStore::missed(const MissedQuery& query) {
  const std::lock_guard lock(tables_.mutex);
  MissedPage page;
  const Tables::CallRow* before = query.before ? tables_.find(*query.before) : nullptr;
  page.knowsBefore = !query.before || before != nullptr;
  if (!page.knowsBefore) return page;
  std::for_each(tables_.calls.rbegin(), tables_.calls.rend(), [&](const Tables::CallRow& row) {
    const Tables::RingRow* ring = tables_.findRing(row.call.id, query.user);
    if (ring == nullptr || !ring->ring.isMissed()) return;
    if (!ring->ring.seen) ++page.unseen;
    if (before != nullptr && row.call.sequence >= before->call.sequence) return;
    if (row.call.createdAt < query.since) return;
    page.more = page.calls.size() == query.limit;
    if (!page.more) page.calls.push_back(snapshot(row, query.user));
  });
  return page;
}

std::size_t VectorCallStore::markSeen(const UserId& user, std::int64_t upTo) {
  const std::lock_guard lock(tables_.mutex);
  std::size_t marked = 0;
  for (Tables::RingRow& each : tables_.rings) {
    const bool isMissed = each.ring.user == user && each.ring.isMissed() && !each.ring.seen;
    if (!isMissed || tables_.find(each.call)->call.sequence > upTo) continue;
    each.ring.seen = true;
    ++marked;
  }
  return marked;
}

std::vector<UserId> VectorCallStore::busy(const std::vector<UserId>& users) {
  const std::lock_guard lock(tables_.mutex);
  std::vector<UserId> found;
  for (const UserId& user : users) {
    const bool isIn =
        std::any_of(tables_.participants.begin(), tables_.participants.end(),
                    [&](const auto& row) { return row.participant.user == user && !row.participant.leftAt; });
    if (isIn) found.push_back(user);
  }
  return found;
}

std::size_t VectorCallStore::prune(const PruneRequest& request) {
  const std::lock_guard lock(tables_.mutex);
  std::size_t pruned = 0;
  for (auto row = tables_.calls.begin(); row != tables_.calls.end() && pruned < request.limit;) {
    if (!tables_.canBePruned(*row, request.endedBefore)) {
      ++row;
      continue;
    }
    std::erase_if(tables_.participants,
                  [&](const auto& each) { return each.participant.callId == row->call.id; });
    std::erase_if(tables_.sessions, [&](const auto& each) { return each.call == row->call.id; });
    std::erase_if(tables_.rings, [&](const auto& each) { return each.call == row->call.id; });
    row = tables_.calls.erase(row);
    ++pruned;
  }
  return pruned;
}

CallStore::Erased VectorCallStore::erase(const EraseRequest& request) {
  const std::lock_guard lock(tables_.mutex);
  Erased erased;
  const auto put = [&](UserId& where) {
    const bool isUser = where == request.user;
    if (isUser) where = request.instead;
    return isUser;
  };
  std::size_t looked = 0;
  for (Tables::CallRow& row : tables_.calls) {
    if (row.call.sequence <= request.after) continue;
    if (looked++ == request.limit) return erased;
    erased.next = row.call.sequence;
    bool named = put(row.call.owner);
    if (row.call.endedBy && put(*row.call.endedBy)) named = true;
    for (Tables::ParticipantRow& each : tables_.participants) {
      if (each.participant.callId == row.call.id && put(each.participant.user)) named = true;
    }
    for (Tables::SessionRow& each : tables_.sessions) {
      if (each.call == row.call.id) put(each.session.user);
    }
    for (Tables::RingRow& each : tables_.rings) {
      if (each.call == row.call.id && put(each.ring.user)) named = true;
    }
    if (!named) continue;
    ++row.call.revision;
    ++erased.calls;
  }
  erased.next.reset();
  return erased;
}

std::size_t VectorCallStore::prunable(StorageTime endedBefore) {
  const std::lock_guard lock(tables_.mutex);
  return static_cast<std::size_t>(
      std::count_if(tables_.calls.begin(), tables_.calls.end(),
                    [&](const auto& row) { return tables_.canBePruned(row, endedBefore); }));
}
