#include "rules/ring_callees.hpp"

#include <algorithm>

#include "rules/rings.hpp"

namespace messenger::inline v0::rules {
namespace {

bool isMember(const Access& access, const UserId& user) {
  return std::any_of(access.members.begin(), access.members.end(),
                     [&](const ThreadMember& each) { return each.user == user; });
}

std::size_t countRinging(const CallState& state) {
  return static_cast<std::size_t>(std::count_if(state.rings.begin(), state.rings.end(),
                                                [](const CallRing& each) { return each.rings(); }));
}

/// Those of the callees who would begin to ring, each once.
std::vector<UserId> toRing(const std::vector<UserId>& callees, const CallState& state) {
  std::vector<UserId> chosen;
  for (const UserId& callee : callees) {
    const CallParticipant* row = state.find(callee);
    const CallRing* ring = state.findRing(callee);
    const bool rings = ring != nullptr && ring->rings();
    const bool isIn = row != nullptr && row->inCall();
    const bool isKnown = std::find(chosen.begin(), chosen.end(), callee) != chosen.end();
    if (!rings && !isIn && !isKnown) chosen.push_back(callee);
  }
  return chosen;
}

std::optional<Refusal> whyNot(const std::vector<UserId>& callees, const CallState& state,
                              const Access& access, const RuleConfig& config) {
  if (const auto why = whyNotInCall(state, access.member.user)) return Refusal{*why, {}};
  if (!config.ringing.enabled) return Refusal{Reason::ringingDisabled, {}};
  if (callees.empty()) return Refusal{Reason::invalidInput, "callees must name at least one user."};
  if (callees.size() > config.ringing.maxCallees) return Refusal{Reason::tooManyCallees, {}};
  for (const UserId& callee : callees) {
    const CallParticipant* row = state.find(callee);
    const bool isKicked = row != nullptr && row->kicked;
    if (isKicked || !isMember(access, callee)) return Refusal{Reason::userNotFound, {}};
    if (auto why = whyNotType(callee)) return why;
  }
  return std::nullopt;
}

}  // namespace

Decision ringCallees(const std::vector<UserId>& callees, const CallStore::Loaded& loaded,
                     const Access& access, const RuleConfig& config, Now now) {
  const CallState& state = loaded.call.value();
  if (auto why = whyNot(callees, state, access, config)) return refused(std::move(*why));
  const std::vector<UserId> chosen = toRing(callees, state);
  if (chosen.empty()) return {};
  if (countRinging(state) + chosen.size() > config.ringing.maxCallees) return refused(Reason::tooManyCallees);
  for (const UserId& callee : chosen) {
    const CallRing* ring = state.findRing(callee);
    const bool justNow =
        ring != nullptr && now.storage < saturatingAdd(ring->since, Duration{config.ringing.againAfter});
    if (justNow) return refused(Reason::rangJustNow);
  }

  Decision decision;
  decision.change = changeOf(state, now);
  decision.change->threadRevision = loaded.threadRevision;
  for (const UserId& callee : chosen) decision.change->rings.push_back(ringFor(callee, config, now));
  const bool timerRuns = std::any_of(state.rings.begin(), state.rings.end(),
                                     [](const CallRing& each) { return each.rings() && each.until; });
  if (config.ringing.noAnswerAfter.count() > 0 && !timerRuns)
    decision.change->jobs.push_back(ringTimer(state.call.id, config, now));
  decision.notices = {notice::Ringing{access.member, chosen}};
  return decision;
}

}  // namespace messenger::rules
