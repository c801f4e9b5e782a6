#include "tests/replay/records.hpp"

#include <utility>

namespace messenger::replay {
namespace {

Json about(const char* name, const Call& call) {
  return {{"name", name}, {"callId", call.id.value()}};
}

Json about(const char* name, const Call& call, const UserId& user) {
  Json event = about(name, call);
  event["userId"] = user.id;
  return event;
}

Json about(const char* name, const Call& call, const CallParticipant& participant) {
  Json event = about(name, call, participant.user);
  event["participantId"] = participant.id.value();
  return event;
}

struct ToJson {
  Json operator()(const CallStarted& event) const { return about("CallStarted", event.call, event.by); }
  Json operator()(const CallJoined& event) const {
    return about("CallJoined", event.call, event.participant);
  }
  Json operator()(const CallLeft& event) const { return about("CallLeft", event.call, event.participant); }
  Json operator()(const CallIgnored& event) const { return about("CallIgnored", event.call, event.by); }
  Json operator()(const CallEnded& event) const {
    Json json = about("CallEnded", event.call);
    json["by"] = event.by ? Json(event.by->id) : Json();
    json["endReason"] = wireName(event.reason);
    return json;
  }
  Json operator()(const KickedFromCall& event) const {
    Json json = about("KickedFromCall", event.call, event.participant);
    json["by"] = event.by.id;
    return json;
  }
  Json operator()(const CallSetupCompleted& event) const { return about("CallSetupCompleted", event.call); }
  Json operator()(const CallSetupFailed& event) const { return about("CallSetupFailed", event.call); }
  Json operator()(const CallTornDown& event) const { return about("CallTornDown", event.call); }
  Json operator()(const CallTeardownFailed& event) const { return about("CallTeardownFailed", event.call); }
  Json operator()(const BroadcastFailed& event) const {
    return {{"name", "BroadcastFailed"}, {"callId", event.call.value()}};
  }
  Json operator()(const JobFailed& event) const {
    return {{"name", "JobFailed"},
            {"callId", event.call ? Json(event.call->value()) : Json()},
            {"job", toString(event.type)}};
  }
  // No events of the protocol.
  Json operator()(const CallEnding&) const { return {}; }
  Json operator()(const DeviceJoined&) const { return {}; }
  Json operator()(const DeviceLeft&) const { return {}; }
  Json operator()(const CallRinging&) const { return {}; }
  Json operator()(const RingStopped&) const { return {}; }
  Json operator()(const CallMissed&) const { return {}; }
  Json operator()(const MemberRemoved&) const { return {}; }
};

}  // namespace

void RecordingBroadcaster::broadcast(const Broadcast& broadcast) {
  pushed_.push_back({{"as", broadcast.event},
                     {"channels", broadcast.channels},
                     {"payload", Json::parse(broadcast.payload)}});
}

Json RecordingBroadcaster::take() {
  return std::exchange(pushed_, Json::array());
}

Json toJson(const Event& event) {
  return std::visit(ToJson{}, event);
}

std::string_view wireName(EndReason reason) noexcept {
  switch (reason) {
    case EndReason::hungUp:
      return "ended";
    case EndReason::lastLeft:
      return "empty";
    case EndReason::inactive:
      return "inactive";
    case EndReason::declined:
      return "declined";
    case EndReason::setupFailed:
      return "setup_failed";
    case EndReason::maintenance:
      return "maintenance";
    case EndReason::host:
      return "host";
    case EndReason::alone:
    case EndReason::maxDuration:
    case EndReason::noAnswer:
      break;  // none of the protocol: its configuration has no limits, and does not ring
  }
  return "unknown";
}

}  // namespace messenger::replay
