#include "rules/show_call.hpp"

namespace messenger::inline v0 {

std::string_view toString(CallView::Part part) noexcept {
  switch (part) {
    case CallView::Part::none:
      return "none";
    case CallView::Part::outgoing:
      return "outgoing";
    case CallView::Part::answered:
      return "answered";
    case CallView::Part::ringing:
      return "ringing";
    case CallView::Part::missed:
      return "missed";
    case CallView::Part::declined:
      return "declined";
    case CallView::Part::cancelled:
      return "cancelled";
    case CallView::Part::busy:
      return "busy";
  }
  return "unknown";
}

namespace rules {
namespace {

CallView::Part partOf(RingState state) {
  switch (state) {
    case RingState::ringing:
      return CallView::Part::ringing;
    case RingState::answered:
      return CallView::Part::answered;
    case RingState::declined:
      return CallView::Part::declined;
    case RingState::missed:
      return CallView::Part::missed;
    case RingState::cancelled:
      return CallView::Part::cancelled;
    case RingState::busy:
      return CallView::Part::busy;
  }
  return CallView::Part::none;
}

CallView::Part partOf(const Call& call, const CallParticipant* viewer, const CallRing* ring,
                      const UserId& user) {
  if (call.owner == user) return CallView::Part::outgoing;
  if (viewer != nullptr) return CallView::Part::answered;
  return ring != nullptr ? partOf(ring->state) : CallView::Part::none;
}

}  // namespace

CallView showCall(const CallWithRoom& call, const CallParticipant* viewer, const CallRing* ring,
                  const Thread& thread, const ThreadMember& member) {
  CallView view;
  view.call = call.plain();
  view.thread = thread;
  view.joined = viewer != nullptr;
  view.inCall = view.joined && !viewer->leftAt;
  view.leftCall = view.joined && !view.inCall;
  view.kicked = view.joined && viewer->kicked;
  view.admin = view.joined && (thread.isPrivate() || call.owner == member.user || member.admin);
  view.part = partOf(call, viewer, ring, member.user);
  const bool mayEnter = call.active() && call.setupComplete && view.inCall && !view.kicked;
  if (mayEnter) {
    view.room = call.room ? RoomView{call.room->id, call.room->pin, call.room->payload} : RoomView{};
  }
  return view;
}

}  // namespace rules
}  // namespace messenger
