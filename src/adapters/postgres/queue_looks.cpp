#include "adapters/postgres/queue_looks.hpp"

#include <algorithm>

namespace messenger::inline v0::postgres {

std::vector<QueueLooks::Slow>::iterator QueueLooks::find(const JobQueue::ClaimRequest& request) {
  return std::find_if(slow_.begin(), slow_.end(), [&](const Slow& each) {
    return each.queue == request.queue && each.leastUrgent == request.leastUrgent;
  });
}

StorageTime QueueLooks::begin(const JobQueue::ClaimRequest& request, Steady::time_point now) {
  const support::Lock lock(mutex_);
  const auto slow = find(request);
  if (slow == slow_.end()) return StorageTime::min();
  if (now < slow->wholeAgain) return slow->from;
  slow->wholeAgain = now + longestPause;  // until this one has ended, others do not look through the whole
  return StorageTime::min();
}

void QueueLooks::end(const JobQueue::ClaimRequest& request, const Ended& look, Steady::time_point now) {
  const StorageTime from = std::min(look.found, request.now - longestCommit);
  const Steady::duration took = now - look.begun;
  const bool wasWhole = look.from == StorageTime::min();
  const support::Lock lock(mutex_);
  auto slow = find(request);
  if (!wasWhole) {
    if (slow != slow_.end()) slow->from = std::max(slow->from, from);
  } else if (took <= quick) {
    if (slow != slow_.end()) slow_.erase(slow);
  } else {
    if (slow == slow_.end()) slow = slow_.insert(slow_.end(), {request.queue, request.leastUrgent, {}, {}});
    slow->from = from;
    slow->wholeAgain = now + std::min<Steady::duration>(10 * (took - quick), longestPause);
  }
}

}  // namespace messenger::postgres
