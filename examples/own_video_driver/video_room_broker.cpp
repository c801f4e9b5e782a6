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
  // Those who join a group's call more than once (a phone beside a laptop) need room too.
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
  // alreadyThere is success as well: a process that died before it could record the room made it, with the
  // same name, pin and secret, as they all follow from the call's id. What fails, service_ throws.
  service_->create(room_);
  return true;
}

bool VideoRoomBroker::destroy(const CallWithRoom& call) {
  // call.room is empty when no create was ever recorded: the name and the secret are what they would have
  // been.
  switch (service_->destroy(nameFor(call), derivedText(key_, "secret", call.id.value()))) {
    case VideoRoom::Destroyed::destroyed:
    case VideoRoom::Destroyed::noSuchRoom:  // gone is what was wanted
      return true;
    case VideoRoom::Destroyed::wrongSecret:
      break;
  }
  throw messenger::DriverError("the service does not take our secret for " + nameFor(call));
}
// [/create]
