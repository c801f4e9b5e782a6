#include "adapters/memory/memory_storage.hpp"

namespace messenger::inline v0::memory {

using support::Lock;

CallStore::ActiveSummary MemorySwitches::takeCallsDown(const TakeDown& change) {
  const Lock lock(tables_.mutex);
  if (change.sweep) tables_.jobs.requireNew({*change.sweep});
  tables_.callsDownUntil = change.until;
  CallStore::ActiveSummary result;
  const auto& active = tables_.calls.active();
  if (active.empty()) return result;
  result.count = active.size();
  result.highestSequence = active.rbegin()->first;
  if (change.sweep) {
    NewJob sweep = *change.sweep;
    sweep.cutoff = result.highestSequence;
    tables_.jobs.add(sweep);
  }
  return result;
}

bool MemorySwitches::bringCallsUp(StorageTime now) {
  const Lock lock(tables_.mutex);
  const bool wasDown = tables_.callsDownUntil && now < *tables_.callsDownUntil;
  tables_.callsDownUntil.reset();
  return wasDown;
}

std::optional<StorageTime> MemorySwitches::callsDownUntil() {
  const Lock lock(tables_.mutex);
  return tables_.callsDownUntil;
}

}  // namespace messenger::memory
