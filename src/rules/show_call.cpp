#include "rules/show_call.hpp"

namespace messenger::rules {

CallView showCall(const CallWithRoom& call, const CallParticipant* viewer, const Thread& thread,
                  const ThreadMember& member) {
  CallView view;
  view.call = call.plain();
  view.thread = thread;
  view.joined = viewer != nullptr;
  view.inCall = view.joined && !viewer->leftAt;
  view.leftCall = view.joined && !view.inCall;
  view.kicked = view.joined && viewer->kicked;
  view.admin = view.joined && (thread.isPrivate() || call.owner == member.user || member.admin);
  const bool mayEnter = call.active() && call.setupComplete && view.inCall && !view.kicked;
  if (mayEnter) {
    view.room = call.room ? RoomView{call.room->id, call.room->pin, call.room->payload} : RoomView{};
  }
  return view;
}

}  // namespace messenger::rules
