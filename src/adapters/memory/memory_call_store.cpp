#include <algorithm>
#include <map>

#include "adapters/memory/memory_storage.hpp"

namespace messenger::inline v0::memory {

using support::Lock;

namespace {

/// The requested rows, each once.
std::vector<CallParticipant> rowsOf(const CallRow& call, const ParticipantRow* user,
                                    const ParticipantRow* participant, bool everyoneInCall) {
  std::vector<CallParticipant> rows;
  if (everyoneInCall) {
    rows.reserve(call.inCall.size() + 2);
    for (const auto& [sequence, row] : call.inCall) rows.push_back(row->participant);
  }
  const auto add = [&](const ParticipantRow* row) {
    if (row != nullptr && !(everyoneInCall && row->isIn())) rows.push_back(row->participant);
  };
  add(user);
  if (participant != user) add(participant);
  return rows;
}

void addOthers(const CallRow& call, const std::vector<UserId>& users, std::vector<CallParticipant>& rows) {
  for (const UserId& each : users) {
    const ParticipantRow* row = call.find(each);
    if (row == nullptr) continue;
    const ParticipantId& id = row->participant.id;
    const bool isThere =
        std::any_of(rows.begin(), rows.end(), [&](const auto& known) { return known.id == id; });
    if (!isThere) rows.push_back(row->participant);
  }
}

void addSessions(const ParticipantRow* of, std::vector<CallSession>& sessions) {
  if (of == nullptr) return;
  for (const auto& [device, row] : of->sessions) sessions.push_back(row.session);
}

}  // namespace

CallStore::Loaded MemoryCallStore::load(const LoadRequest& request) {
  const Lock lock(tables_.mutex);
  Loaded loaded;
  loaded.callsDownUntil = tables_.callsDownUntil;
  std::optional<ThreadId> thread = request.thread;
  const CallRow* call = nullptr;
  if (request.call) call = tables_.calls.find(*request.call);
  if (request.thread) call = tables_.calls.findActive(*request.thread);
  if (call != nullptr) {
    thread = call->call.threadId;
    const ParticipantRow* user = request.user ? call->find(*request.user) : nullptr;
    const ParticipantRow* participant =
        request.participant ? tables_.calls.find(*request.participant) : nullptr;
    if (participant != nullptr && participant->call != call) participant = nullptr;
    loaded.call = {call->call,
                   rowsOf(*call, user, participant, request.everyoneInCall),
                   call->inCall.size(),
                   {},
                   call->ringsFor(request.user, request.rings)};
    addOthers(*call, request.others, loaded.call->participants);
    addSessions(user, loaded.call->sessions);
    if (participant != user) addSessions(participant, loaded.call->sessions);
  }
  if (!thread) return loaded;
  loaded.threadRevision = tables_.threads.revision(*thread);
  if (request.membership) {
    loaded.membership = tables_.threads.membership(*thread, request.user.value_or(UserId{}));
  }
  return loaded;
}

CommitResult MemoryCallStore::commit(const CallChange& change) {
  const Lock lock(tables_.mutex);
  const CommitResult::Status status = guard(change);
  if (status != CommitResult::Status::committed) return {status};
  tables_.calls.requireWritable(change);
  tables_.jobs.requireNew(change.jobs);

  CommitResult result = tables_.calls.write(change);
  if (change.removesMember) tables_.threads.remove(result.call.threadId, *change.removesMember);
  if (change.settles) tables_.jobs.settle(*change.settles);
  for (const JobType type : change.cancels) tables_.jobs.cancel(change.call, type);
  for (const NewJob& job : change.jobs) tables_.jobs.add(job);
  result.roster = answer(change.answersThread, result.call.threadId);
  return result;
}

std::optional<Roster> MemoryCallStore::answer(CallChange::ThreadAnswer wanted, const ThreadId& thread) {
  using Answer = CallChange::ThreadAnswer;
  if (wanted == Answer::roster) return tables_.threads.roster(thread);
  auto found = wanted == Answer::thread ? tables_.threads.find(thread) : std::nullopt;
  return found ? std::optional{Roster{std::move(*found)}} : std::nullopt;
}

CommitResult::Status MemoryCallStore::guard(const CallChange& change) {
  using Status = CommitResult::Status;
  const CallRow* row = tables_.calls.find(change.call);
  const bool isNew = change.expectedRevision == 0;
  if (!isNew && (row == nullptr || row->call.revision != change.expectedRevision)) return Status::conflict;
  const Call* call = row != nullptr ? &row->call : nullptr;
  if (isNew && change.row) call = &*change.row;
  if (change.threadRevision && call != nullptr &&
      tables_.threads.revision(call->threadId) != *change.threadRevision) {
    return Status::conflict;
  }
  if (change.settles && tables_.jobs.findClaimed(change.settles->job, change.settles->token) == nullptr) {
    return Status::claimLost;
  }
  if (change.unlessCallsDown && tables_.callsDownUntil && change.now < *tables_.callsDownUntil) {
    return Status::callsDown;
  }
  if (isNew && change.row && change.row->active() &&
      tables_.calls.findActive(change.row->threadId) != nullptr) {
    return Status::activeCallExists;
  }
  return Status::committed;
}

void MemoryCallStore::raiseThreadRevision(const ThreadId& thread) {
  const Lock lock(tables_.mutex);
  tables_.threads.raiseRevision(thread);
}

std::optional<CallParticipant> MemoryCallStore::findParticipant(const ParticipantId& participant) {
  const Lock lock(tables_.mutex);
  const ParticipantRow* row = tables_.calls.find(participant);
  if (row == nullptr) return std::nullopt;
  return row->participant;
}

std::vector<CallParticipant> MemoryCallStore::participants(const ParticipantsQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<CallParticipant> result;
  const CallRow* found = tables_.calls.find(query.call);
  if (found == nullptr) return result;
  const auto& rows = found->participants;
  auto at = std::upper_bound(
      rows.begin(), rows.end(), query.after,
      [](std::int64_t after, const ParticipantRow& row) { return after < row.participant.sequence; });
  for (; at != rows.end() && result.size() < query.limit; ++at) result.push_back(at->participant);
  return result;
}

CallStore::HistoryPage MemoryCallStore::history(const HistoryQuery& query) {
  const Lock lock(tables_.mutex);
  HistoryPage page;
  std::optional<std::int64_t> before;
  if (query.before) {
    const CallRow* row = tables_.calls.find(*query.before);
    page.knowsBefore = row != nullptr && row->call.threadId == query.thread;
    if (!page.knowsBefore) return page;
    before = row->call.sequence;
  }
  const std::vector<CallRow*>* all = tables_.calls.ofThread(query.thread);
  if (all == nullptr) return page;
  page.total = all->size();
  auto end = all->end();
  if (before) {
    end = std::lower_bound(all->begin(), all->end(), *before, [](const CallRow* row, std::int64_t sequence) {
      return row->call.sequence < sequence;
    });
  }
  while (end != all->begin() && page.calls.size() < query.limit) {
    --end;
    page.calls.push_back((*end)->snapshot(query.viewer));
    page.calls.back().with = (*end)->others(query.viewer, query.with);
  }
  page.more = end != all->begin();
  return page;
}

std::vector<CallSnapshot> MemoryCallStore::activeCalls(const std::vector<ThreadId>& threads,
                                                       const UserId& viewer) {
  const Lock lock(tables_.mutex);
  std::map<std::int64_t, const CallRow*> rows;  // in order, and each once
  for (const ThreadId& thread : threads) {
    if (const CallRow* row = tables_.calls.findActive(thread)) rows[row->call.sequence] = row;
  }
  std::vector<CallSnapshot> result;
  result.reserve(rows.size());
  for (const auto& [sequence, row] : rows) result.push_back(row->snapshot(viewer));
  return result;
}

std::vector<Call> MemoryCallStore::activeCallsAfter(const ActiveCallsQuery& query) {
  const Lock lock(tables_.mutex);
  std::vector<Call> result;
  const auto& rows = tables_.calls.active();
  auto at = rows.upper_bound(query.after);
  for (; at != rows.end() && at->first <= query.upTo && result.size() < query.limit; ++at) {
    result.push_back(at->second->call.plain());
  }
  return result;
}

CallStore::ActiveSummary MemoryCallStore::activeSummary(StorageTime startedBefore) {
  const Lock lock(tables_.mutex);
  ActiveSummary result;
  for (const auto& [sequence, row] : tables_.calls.active()) {
    if (row->startedAt >= startedBefore) continue;
    ++result.count;
    result.highestSequence = sequence;
  }
  return result;
}

CallStore::Totals MemoryCallStore::totals() {
  const Lock lock(tables_.mutex);
  Totals result;
  result.activeCalls = tables_.calls.active().size();
  result.openSessions = tables_.calls.byLastSeen().size();
  for (const auto& [sequence, row] : tables_.calls.active()) {
    for (const auto& [callee, ring] : row->rings) result.ringing += ring.rings() ? 1 : 0;
  }
  return result;
}

CallStore::MissedPage MemoryCallStore::missed(const MissedQuery& query) {
  const Lock lock(tables_.mutex);
  MissedPage page;
  const CallRow* before = query.before ? tables_.calls.find(*query.before) : nullptr;
  page.knowsBefore = !query.before || before != nullptr;
  const auto* calls = tables_.calls.missedBy(query.user);
  if (!page.knowsBefore || calls == nullptr) return page;
  std::for_each(calls->rbegin(), calls->rend(), [&](const auto& each) {
    const CallRow& row = *each.second;
    const CallRing& ring = row.rings.at(query.user);
    if (!ring.isMissed()) return;
    if (!ring.seen) ++page.unseen;
    const bool isOlder = before == nullptr || row.call.sequence < before->call.sequence;
    if (!isOlder || row.call.createdAt < query.since) return;
    page.more = page.calls.size() == query.limit;
    if (!page.more) page.calls.push_back(row.snapshot(query.user));
  });
  return page;
}

std::size_t MemoryCallStore::markSeen(const UserId& user, std::int64_t upTo) {
  const Lock lock(tables_.mutex);
  std::size_t marked = 0;
  const auto* calls = tables_.calls.missedBy(user);
  if (calls == nullptr) return marked;
  for (const auto& [sequence, row] : *calls) {
    if (sequence > upTo) break;
    if (CallTable::markSeen(*row, user)) ++marked;
  }
  return marked;
}

std::vector<UserId> MemoryCallStore::busy(const std::vector<UserId>& users) {
  const Lock lock(tables_.mutex);
  std::vector<UserId> found;
  for (const UserId& each : users) {
    if (tables_.calls.isBusy(each)) found.push_back(each);
  }
  return found;
}

bool MemoryCallStore::canBePruned(const CallRow& row, StorageTime endedBefore) const {
  return !row.call.roomMayExist && row.lastDeparture() < endedBefore && !tables_.jobs.hasJobOf(row.call.id);
}

std::size_t MemoryCallStore::prune(const PruneRequest& request) {
  const Lock lock(tables_.mutex);
  std::size_t pruned = 0;
  const auto& rows = tables_.calls.ended();
  for (auto next = rows.begin(); next != rows.end() && pruned < request.limit;) {
    CallRow& row = *next++->second;
    if (row.startedAt >= request.endedBefore) break;
    if (!canBePruned(row, request.endedBefore)) continue;
    tables_.calls.remove(row);
    ++pruned;
  }
  return pruned;
}

CallStore::Erased MemoryCallStore::erase(const EraseRequest& request) {
  const Lock lock(tables_.mutex);
  Erased erased;
  std::vector<CallRow*> rows = tables_.calls.after(request.after, request.limit + 1);
  if (rows.size() > request.limit) {
    rows.pop_back();
    erased.next = rows.back()->call.sequence;
  }
  for (CallRow* each : rows) {
    if (tables_.calls.replace(*each, request.user, request.instead)) ++erased.calls;
  }
  return erased;
}

std::size_t MemoryCallStore::prunable(StorageTime endedBefore) {
  const Lock lock(tables_.mutex);
  std::size_t found = 0;
  for (const auto& [sequence, row] : tables_.calls.ended()) {
    if (canBePruned(*row, endedBefore)) ++found;
  }
  return found;
}

}  // namespace messenger::memory
