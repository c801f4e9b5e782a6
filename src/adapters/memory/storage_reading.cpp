// MemoryStorage: reading.
#include <algorithm>
#include <map>

#include "adapters/memory/memory_storage.hpp"
#include "messenger/adapters/memory.hpp"

namespace messenger::memory {

using support::Lock;

std::optional<CallSnapshot> MemoryStorage::findCall(const CallId& call,
                                                    const std::optional<UserId>& viewer) const {
  const Lock lock(mutex_);
  const CallRow* row = calls_.find(call);
  if (row == nullptr) return std::nullopt;
  return row->snapshot(viewer);
}

std::optional<CallParticipant> MemoryStorage::findParticipant(const ParticipantId& participant) const {
  const Lock lock(mutex_);
  const ParticipantRow* row = calls_.find(participant);
  if (row == nullptr) return std::nullopt;
  return row->participant;
}

std::vector<CallParticipant> MemoryStorage::participants(const CallId& call) const {
  const Lock lock(mutex_);
  std::vector<CallParticipant> result;
  const CallRow* found = calls_.find(call);
  if (found == nullptr) return result;
  result.reserve(found->participants.size());
  for (const ParticipantRow& row : found->participants) result.push_back(row.participant);
  return result;
}

HistoryPage MemoryStorage::history(const HistoryQuery& query) const {
  const Lock lock(mutex_);
  HistoryPage page;
  const std::vector<CallRow*>* all = calls_.ofThread(query.thread);
  if (all == nullptr) return page;
  page.total = all->size();
  auto end = all->end();
  if (query.before) {
    end = std::lower_bound(
        all->begin(), all->end(), *query.before,
        [](const CallRow* row, std::int64_t sequence) { return row->call.sequence < sequence; });
  }
  while (end != all->begin() && page.calls.size() < query.limit) {
    --end;
    page.calls.push_back((*end)->snapshot(query.viewer));
  }
  page.more = end != all->begin();
  return page;
}

std::vector<CallSnapshot> MemoryStorage::activeCalls(const std::vector<ThreadId>& threads,
                                                     const UserId& viewer) const {
  const Lock lock(mutex_);
  std::map<std::int64_t, const CallRow*> rows;  // in order, and each once
  for (const ThreadId& thread : threads) {
    if (const CallRow* row = calls_.findActive(thread)) rows[row->call.sequence] = row;
  }
  std::vector<CallSnapshot> result;
  result.reserve(rows.size());
  for (const auto& [sequence, row] : rows) result.push_back(row->snapshot(viewer));
  return result;
}

std::vector<Call> MemoryStorage::activeCallsUpTo(std::int64_t cutoff, std::int64_t after,
                                                 std::size_t limit) const {
  const Lock lock(mutex_);
  std::vector<Call> result;
  const auto& rows = calls_.active();
  for (auto at = rows.upper_bound(after); at != rows.end() && at->first <= cutoff && result.size() < limit;
       ++at) {
    result.push_back(at->second->call);
  }
  return result;
}

ActiveSummary MemoryStorage::activeSummary(TimePoint createdBefore) const {
  const Lock lock(mutex_);
  ActiveSummary result;
  for (const auto& [sequence, row] : calls_.active()) {
    if (row->call.createdAt >= createdBefore) continue;
    ++result.count;
    result.cutoff = sequence;
  }
  return result;
}

}  // namespace messenger::memory

namespace messenger {

std::shared_ptr<Storage> memoryStorage() {
  return std::make_shared<memory::MemoryStorage>();
}

}  // namespace messenger
