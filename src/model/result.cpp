#include "messenger/result.hpp"

namespace messenger::inline v0 {

std::string_view toString(Reason reason) noexcept {
  switch (reason) {
    case Reason::threadNotFound:
      return "threadNotFound";
    case Reason::callNotFound:
      return "callNotFound";
    case Reason::participantNotFound:
      return "participantNotFound";
    case Reason::notMember:
      return "notMember";
    case Reason::callingDisabled:
      return "callingDisabled";
    case Reason::callsDown:
      return "callsDown";
    case Reason::threadCallingDisabled:
      return "threadCallingDisabled";
    case Reason::threadLocked:
      return "threadLocked";
    case Reason::threadPending:
      return "threadPending";
    case Reason::mayNotStart:
      return "mayNotStart";
    case Reason::callAlreadyActive:
      return "callAlreadyActive";
    case Reason::setupFailed:
      return "setupFailed";
    case Reason::callEnded:
      return "callEnded";
    case Reason::kicked:
      return "kicked";
    case Reason::notInCall:
      return "notInCall";
    case Reason::alreadyJoined:
      return "alreadyJoined";
    case Reason::notOwnerOrAdmin:
      return "notOwnerOrAdmin";
    case Reason::notGroup:
      return "notGroup";
    case Reason::userNotFound:
      return "userNotFound";
    case Reason::invalidInput:
      return "invalidInput";
    case Reason::threadExists:
      return "threadExists";
    case Reason::callFull:
      return "callFull";
    case Reason::tooManyDevices:
      return "tooManyDevices";
    case Reason::calleeBusy:
      return "calleeBusy";
    case Reason::ringingDisabled:
      return "ringingDisabled";
    case Reason::rangJustNow:
      return "rangJustNow";
    case Reason::tooManyCallees:
      return "tooManyCallees";
    case Reason::roomNotReady:
      return "roomNotReady";
    case Reason::noCredentials:
      return "noCredentials";
    case Reason::providerFailed:
      return "providerFailed";
  }
  return "unknown";
}

std::string_view describe(Reason reason) noexcept {
  switch (reason) {
    case Reason::threadNotFound:
      return "There is no such thread.";
    case Reason::callNotFound:
      return "There is no such call.";
    case Reason::participantNotFound:
      return "There is no such participant in the call.";
    case Reason::notMember:
      return "The user is not a member of the thread.";
    case Reason::callingDisabled:
      return "Calling is switched off.";
    case Reason::callsDown:
      return "Calling is down for maintenance.";
    case Reason::threadCallingDisabled:
      return "Calling is switched off in this thread.";
    case Reason::threadLocked:
      return "The thread is locked.";
    case Reason::threadPending:
      return "The conversation has not been accepted yet.";
    case Reason::mayNotStart:
      return "The user may not start calls in this group.";
    case Reason::callAlreadyActive:
      return "The thread already has an active call.";
    case Reason::setupFailed:
      return "The call could not be set up.";
    case Reason::callEnded:
      return "The call has ended.";
    case Reason::kicked:
      return "The user was removed from the call.";
    case Reason::notInCall:
      return "The user is not in the call.";
    case Reason::alreadyJoined:
      return "The user has already joined the call.";
    case Reason::notOwnerOrAdmin:
      return "Only the owner of the call or an admin of the thread may do that.";
    case Reason::notGroup:
      return "This is possible only in groups.";
    case Reason::userNotFound:
      return "There is no such user.";
    case Reason::invalidInput:
      return "The input is not valid.";
    case Reason::callFull:
      return "The call is full.";
    case Reason::tooManyDevices:
      return "Too many devices of the user are in the call.";
    case Reason::calleeBusy:
      return "The other side is in another call.";
    case Reason::ringingDisabled:
      return "Ringing is switched off.";
    case Reason::rangJustNow:
      return "They were rung a moment ago.";
    case Reason::tooManyCallees:
      return "So many cannot be rung at the same time.";
    case Reason::roomNotReady:
      return "The room of the call is not ready.";
    case Reason::noCredentials:
      return "The room of the call needs no credentials.";
    case Reason::providerFailed:
      return "The video provider does not let anybody in at the moment.";
    case Reason::threadExists:
      return "A thread with that id exists.";
  }
  return "The request was refused.";
}

std::string Refusal::text() const {
  std::string text{describe(reason)};
  if (!detail.empty()) text.append(" ").append(detail);
  return text;
}

}  // namespace messenger
