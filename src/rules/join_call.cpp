#include "rules/join_call.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {
namespace {

bool isFull(const CallState& state, const RuleConfig& config) {
  return config.limits.participants > 0 && state.inCall >= config.limits.participants;
}

}  // namespace

Decision joinCall(const JoinCall& command, const CallStore::Loaded& loaded, const Access& access,
                  const RuleConfig& config, Now now) {
  const CallState& state = loaded.call.value();
  const UserId& user = access.member.user;
  if (!state.call.active()) return refused(Reason::callEnded);
  const CallParticipant* known = state.find(user);
  if (known != nullptr && known->kicked) return refused(Reason::kicked);

  Decision decision;
  if (known != nullptr && known->inCall()) {
    decision.seen = user;
    return decision;
  }
  if (isFull(state, config)) return refused(Reason::callFull);
  if (auto why = whyNotType(user)) return refused(std::move(*why));
  CallParticipant row;
  if (known != nullptr) {
    row = *known;
    row.leftAt.reset();
    row.updatedAt = notBefore(row.createdAt, now.wall);
  } else {
    row.id = command.participant;
    row.callId = state.call.id;
    row.user = user;
    row.createdAt = now.wall;
    row.updatedAt = now.wall;
  }
  decision.notices = {notice::Joined{row.id}};
  decision.change = changeOf(state, now);
  decision.change->threadRevision = loaded.threadRevision;
  if (config.limits.alone.count() > 0) decision.change->cancels = {JobType::endLoneCall};
  decision.change->participants.push_back(std::move(row));
  return decision;
}

}  // namespace messenger::rules
