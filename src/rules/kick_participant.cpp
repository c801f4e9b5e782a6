#include "rules/kick_participant.hpp"

#include "rules/call_rules.hpp"

namespace messenger::inline v0::rules {

Decision kickParticipant(const KickParticipant& command, const CallState& state, const Access& access,
                         const RuleConfig& config, Now now) {
  const CallParticipant* found = state.find(command.participant);
  if (found == nullptr) return refused(Reason::participantNotFound);
  if (!access.thread.isGroup()) return refused(Reason::notGroup);
  if (const auto why = whyNotInCall(state, access.member.user)) return refused(*why);
  if (!isOwnerOrAdmin(state, access)) return refused(Reason::notOwnerOrAdmin);
  Decision decision;
  if (found->kicked == command.kicked) return decision;

  CallParticipant row = *found;
  row.kicked = command.kicked;
  row.updatedAt = notBefore(row.createdAt, now.wall);
  const bool leaves = command.kicked && !row.leftAt;
  if (leaves) row.leftAt = row.updatedAt;
  decision.change = changeOf(state, now);
  decision.change->participants.push_back(std::move(row));
  decision.notices = {notice::Kicked{command.participant, access.member.user}};
  if (leaves) {
    addOneLess(decision, state, {.reason = EndReason::lastLeft}, config, now);
    addRemovals(decision, state, found->user, config, now);
  }
  return decision;
}

}  // namespace messenger::rules
