#include "rules/heartbeat.hpp"

#include "rules/call_rules.hpp"

namespace messenger::rules {

Decision heartbeat(const CallState& state, const UserId& user) {
  if (const auto why = whyNotInCall(state, user)) return refused(*why);
  Decision decision;
  decision.seen = user;
  return decision;
}

}  // namespace messenger::rules
