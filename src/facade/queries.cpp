#include <limits>

#include "facade/messenger_impl.hpp"

namespace messenger {

// By a user

Result<CallView> Messenger::showCall(const CallId& call, const UserId& user) const {
  return actions::showCall(impl_->context, call, user);
}

Result<CallHistory> Messenger::callHistory(const ThreadId& thread, const UserId& user,
                                           const std::optional<CallId>& before) const {
  return actions::callHistory(impl_->context, thread, user, before);
}

Result<std::vector<CallParticipant>> Messenger::participants(const CallId& call, const UserId& user) const {
  return actions::participants(impl_->context, call, user);
}

Result<CallParticipant> Messenger::participant(const CallId& call, const UserId& user,
                                               const ParticipantId& participant) const {
  return actions::participant(impl_->context, call, user, participant);
}

std::vector<CallView> Messenger::activeCalls(const UserId& user) const {
  return actions::activeCalls(impl_->context, user);
}

// By the host

std::optional<Call> Messenger::findCall(const CallId& call) const {
  auto seen = impl_->context.storage.findCall(call, std::nullopt);
  if (!seen) return std::nullopt;
  return withoutRoom(std::move(seen->call));
}

std::optional<CallParticipant> Messenger::findParticipant(const ParticipantId& participant) const {
  return impl_->context.storage.findParticipant(participant);
}

std::vector<CallParticipant> Messenger::participantsOf(const CallId& call) const {
  return impl_->context.storage.participants(call);
}

std::vector<Call> Messenger::listActiveCalls(std::int64_t after, std::size_t limit) const {
  auto calls = impl_->context.storage.activeCallsUpTo(std::numeric_limits<std::int64_t>::max(), after, limit);
  for (Call& call : calls) call.room.reset();
  return calls;
}

const ThreadDirectory& Messenger::directory() const noexcept {
  return impl_->context.threads;
}

std::vector<Job> Messenger::pendingJobs(std::int64_t after, std::size_t limit) const {
  return impl_->context.storage.jobs({/*parked=*/false, after, limit});
}

std::vector<Job> Messenger::parkedJobs(std::int64_t after, std::size_t limit) const {
  return impl_->context.storage.jobs({/*parked=*/true, after, limit});
}

JobCounts Messenger::jobCounts() const {
  return impl_->context.storage.jobCounts(impl_->config.calling.subscriber.channel,
                                          impl_->context.clock.now().wall);
}

}  // namespace messenger
