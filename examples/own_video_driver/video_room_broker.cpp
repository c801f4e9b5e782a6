#include "video_room_broker.hpp"

#include <messenger/errors.hpp>

using messenger::Call;
using messenger::CallWithRoom;
using messenger::Thread;

namespace {

std::string nameFor(const Call& call) {
  return "call-" + call.id.value();
}

}  // namespace

// [settings]
RoomSettings VideoRoomBroker::settingsFor(const Thread& thread, const Call& call) const {
  RoomSettings settings;
  settings.name = nameFor(call);
  // Leave space for users who join a group's call with two devices.
  settings.publishers = thread.isGroup() ? thread.members + 6 : 4;
  settings.bitrate = thread.isGroup() ? 600'000 : 1'024'000;
  settings.pin = derivedText(key_, "pin", call.id.value()).substr(0, 8);
  settings.secret = derivedText(key_, "secret", call.id.value());
  return settings;
}
// [/settings]

// [create]
bool VideoRoomBroker::create(const Thread& thread, const Call& call) {
  room_ = settingsFor(thread, call);
  // alreadyThere also counts as success: a process made the room and died before it recorded it. Name, pin
  // and secret are the same, because they are derived from the call's id. On failure service_ throws.
  service_->create(room_);
  return true;
}

bool VideoRoomBroker::destroy(const CallWithRoom& call) {
  // call.room is empty when no create was recorded: then derive the name and the secret again.
  switch (service_->destroy(nameFor(call), derivedText(key_, "secret", call.id.value()))) {
    case VideoRoom::Destroyed::destroyed:
    case VideoRoom::Destroyed::noSuchRoom:  // a missing room counts as destroyed
      return true;
    case VideoRoom::Destroyed::wrongSecret:
      break;
  }
  throw messenger::DriverError("the service refuses the secret for " + nameFor(call));
}
// [/create]
