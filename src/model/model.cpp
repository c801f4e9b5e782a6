#include <algorithm>

#include "messenger/model/call.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/job.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0 {

std::string UserId::text() const {
  return type + ':' + id;
}

bool UserId::isType(std::string_view text) noexcept {
  const auto isAllowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= maxType && std::all_of(text.begin(), text.end(), isAllowed) &&
         text != "thread" && text != "call";
}

std::optional<UserId> UserId::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || !isType(text.substr(0, colon)) || colon + 1 == text.size()) {
    return std::nullopt;
  }
  return UserId{std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
}

std::string_view toString(CallType type) noexcept {
  return type == CallType::audio ? "audio" : "video";
}

std::string_view toString(EndReason reason) noexcept {
  switch (reason) {
    case EndReason::hungUp:
      return "hungUp";
    case EndReason::lastLeft:
      return "lastLeft";
    case EndReason::inactive:
      return "inactive";
    case EndReason::declined:
      return "declined";
    case EndReason::setupFailed:
      return "setupFailed";
    case EndReason::maintenance:
      return "maintenance";
    case EndReason::host:
      return "host";
    case EndReason::alone:
      return "alone";
    case EndReason::maxDuration:
      return "maxDuration";
    case EndReason::noAnswer:
      return "noAnswer";
  }
  return "unknown";
}

std::string_view toString(JobType type) noexcept {
  switch (type) {
    case JobType::setupCall:
      return "SetupCall";
    case JobType::teardownCall:
      return "TeardownCall";
    case JobType::checkCallsActivity:
      return "CheckCallsActivity";
    case JobType::endCalls:
      return "EndCalls";
    case JobType::warnOfEnd:
      return "WarnOfEnd";
    case JobType::endOverdueCall:
      return "EndOverdueCall";
    case JobType::endLoneCall:
      return "EndLoneCall";
    case JobType::endEmptyCall:
      return "EndEmptyCall";
    case JobType::removeFromRoom:
      return "RemoveFromRoom";
    case JobType::stopRinging:
      return "StopRinging";
  }
  return "unknown";
}

std::string_view toString(RingState state) noexcept {
  switch (state) {
    case RingState::ringing:
      return "ringing";
    case RingState::answered:
      return "answered";
    case RingState::declined:
      return "declined";
    case RingState::missed:
      return "missed";
    case RingState::cancelled:
      return "cancelled";
    case RingState::busy:
      return "busy";
  }
  return "unknown";
}

std::string_view toString(RingStop why) noexcept {
  switch (why) {
    case RingStop::answered:
      return "answered";
    case RingStop::declined:
      return "declined";
    case RingStop::missed:
      return "missed";
    case RingStop::cancelled:
      return "cancelled";
    case RingStop::ended:
      return "ended";
  }
  return "unknown";
}

std::string_view toString(JobOutcome outcome) noexcept {
  switch (outcome) {
    case JobOutcome::done:
      return "done";
    case JobOutcome::retry:
      return "retry";
    case JobOutcome::failed:
      return "failed";
    case JobOutcome::lost:
      return "lost";
  }
  return "unknown";
}

}  // namespace messenger
