#include "actions/follow_ups.hpp"

#include <utility>

namespace messenger::actions {

std::vector<NewJob> FollowUps::forCall(JobType type, const CallId& call, TimePoint now) const {
  if (!context_.config.calling.subscriber.enabled) return {};
  return {make(type, call, now)};
}

NewJob FollowUps::make(JobType type, const std::optional<CallId>& call, TimePoint now) const {
  NewJob job;
  job.id = JobId{context_.ids.next(now)};
  job.type = type;
  job.queue = context_.config.calling.subscriber.channel;
  job.call = call;
  job.availableAt = now;
  return job;
}

void FollowUps::stored(const std::vector<NewJob>& jobs) {
  for (const NewJob& job : jobs) ids_.push_back(job.id);
  if (!jobs.empty()) context_.jobsStored.notify();
}

std::vector<JobId> FollowUps::take() {
  return std::exchange(ids_, {});
}

}  // namespace messenger::actions
