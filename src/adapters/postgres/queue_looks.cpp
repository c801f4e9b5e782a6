#include "adapters/postgres/queue_looks.hpp"

#include <algorithm>

namespace messenger::inline v0::postgres {

std::vector<QueueLooks::Long>::iterator QueueLooks::find(const JobQueue::ClaimRequest& request) {
  return std::find_if(long_.begin(), long_.end(), [&](const Long& each) {
    return each.queue == request.queue && each.leastUrgent == request.leastUrgent;
  });
}

StorageTime QueueLooks::begin(const JobQueue::ClaimRequest& request) {
  const support::Lock lock(mutex_);
  const auto queue = find(request);
  if (queue == long_.end()) return StorageTime::min();
  if (request.now < queue->wholeAgain) return queue->from;
  // Until this one has ended, others do not look through the whole.
  queue->wholeAgain = request.now + longestPause;
  return StorageTime::min();
}

void QueueLooks::end(const JobQueue::ClaimRequest& request, StorageTime from, const Outcome& outcome) {
  const StorageTime next = std::min(outcome.found, request.now - longestCommit);
  const support::Lock lock(mutex_);
  auto queue = find(request);
  if (from != StorageTime::min()) {
    if (queue != long_.end()) queue->from = std::max(queue->from, next);
  } else if (outcome.entries <= fewEntries) {
    if (queue != long_.end()) long_.erase(queue);
  } else {
    if (queue == long_.end()) queue = long_.insert(long_.end(), {request.queue, request.leastUrgent});
    queue->from = next;
    queue->wholeAgain = request.now + std::min<Duration>(10 * outcome.took, longestPause);
  }
}

}  // namespace messenger::postgres
