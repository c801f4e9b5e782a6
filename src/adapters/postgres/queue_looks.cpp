#include "adapters/postgres/queue_looks.hpp"

#include <algorithm>

namespace messenger::inline v0::postgres {

std::vector<QueueLooks::Slow>::iterator QueueLooks::find(const JobQueue::ClaimRequest& request) {
  return std::find_if(slow_.begin(), slow_.end(), [&](const Slow& each) {
    return each.queue == request.queue && each.leastUrgent == request.leastUrgent;
  });
}

StorageTime QueueLooks::begin(const JobQueue::ClaimRequest& request) {
  const support::Lock lock(mutex_);
  const auto slow = find(request);
  if (slow == slow_.end() || slow->inTurn < slowInTurn) return StorageTime::min();
  if (request.now < slow->wholeAgain) return slow->from;
  // Until this one has ended, others do not look through the whole.
  slow->wholeAgain = request.now + longestPause;
  return StorageTime::min();
}

void QueueLooks::end(const JobQueue::ClaimRequest& request, StorageTime from, StorageTime found,
                     Duration took) {
  const StorageTime next = std::min(found, request.now - longestCommit);
  const support::Lock lock(mutex_);
  auto slow = find(request);
  if (from != StorageTime::min()) {
    if (slow != slow_.end()) slow->from = std::max(slow->from, next);
  } else if (took <= quick) {
    if (slow != slow_.end()) slow_.erase(slow);
  } else {
    if (slow == slow_.end()) slow = slow_.insert(slow_.end(), {request.queue, request.leastUrgent});
    slow->inTurn = std::min(slow->inTurn + 1, slowInTurn);
    slow->from = next;
    slow->wholeAgain = request.now + std::min<Duration>(10 * (took - quick), longestPause);
  }
}

}  // namespace messenger::postgres
