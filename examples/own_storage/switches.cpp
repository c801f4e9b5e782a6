#include <messenger/errors.hpp>

#include "vector_storage.hpp"

using namespace messenger;

CallStore::ActiveSummary VectorSwitches::takeCallsDown(const TakeDown& change) {
  const std::lock_guard lock(tables_.mutex);
  if (change.sweep && tables_.knows(change.sweep->id)) throw StorageError("a job of that id exists");
  tables_.callsDownUntil = change.until;
  CallStore::ActiveSummary active;
  for (const Tables::CallRow& row : tables_.calls) {
    if (!row.call.active()) continue;
    ++active.count;
    active.highestSequence = row.call.sequence;
  }
  if (active.count > 0 && change.sweep) {
    NewJob sweep = *change.sweep;
    sweep.cutoff = active.highestSequence;
    tables_.add(sweep);
  }
  return active;
}

bool VectorSwitches::bringCallsUp(StorageTime now) {
  const std::lock_guard lock(tables_.mutex);
  const bool wereDown = tables_.callsDownUntil && now < *tables_.callsDownUntil;
  tables_.callsDownUntil.reset();
  return wereDown;
}

std::optional<StorageTime> VectorSwitches::callsDownUntil() {
  const std::lock_guard lock(tables_.mutex);
  return tables_.callsDownUntil;
}
