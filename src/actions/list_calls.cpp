#include <unordered_map>

#include "actions/actions.hpp"

namespace messenger::actions {

CallView viewOf(const CallSnapshot& seen, const Thread& thread, const ThreadMember& member) {
  CallView view;
  view.call = withoutRoom(seen.call);
  view.thread = thread;
  view.joined = seen.viewer.has_value();
  view.inCall = view.joined && !seen.viewer->leftAt;
  view.leftCall = view.joined && !view.inCall;
  view.kicked = view.joined && seen.viewer->kicked;
  view.admin = view.joined && (thread.isPrivate() || seen.call.owner == member.user || member.admin);
  const bool mayEnter = seen.call.active() && seen.call.setupComplete && view.inCall && !view.kicked;
  if (mayEnter) {
    view.room = seen.call.room ? RoomView{seen.call.room->id, seen.call.room->pin, seen.call.room->payload}
                               : RoomView{};
  }
  return view;
}

Result<CallView> showCall(Context& context, const CallId& call, const UserId& user) {
  const auto caller = findCaller(context, call, user);
  if (!caller) return tl::unexpected(caller.error());
  return viewOf(caller->seen, caller->thread, caller->member);
}

Result<CallHistory> callHistory(Context& context, const ThreadId& thread, const UserId& user,
                                const std::optional<CallId>& before) {
  const auto caller = findThreadCaller(context, thread, user);
  if (!caller) return tl::unexpected(caller.error());
  HistoryQuery query{thread, std::nullopt, context.config.callsIndexCount, user};
  if (before) {
    const auto from = context.storage.findCall(*before, std::nullopt);
    if (!from || from->call.threadId != thread) return refuse(Reason::callNotFound);
    query.before = from->call.sequence;
    query.limit = context.config.callsPageCount;
  }
  const HistoryPage page = context.storage.history(query);
  CallHistory history;
  history.perPage = query.limit;
  history.total = page.total;
  history.calls.reserve(page.calls.size());
  for (const CallSnapshot& seen : page.calls)
    history.calls.push_back(viewOf(seen, caller->thread, caller->member));
  if (page.more && !page.calls.empty()) history.nextPage = page.calls.back().call.id;
  return history;
}

Result<std::vector<CallParticipant>> participants(Context& context, const CallId& call, const UserId& user) {
  const auto caller = findCaller(context, call, user);
  if (!caller) return tl::unexpected(caller.error());
  return context.storage.participants(call);
}

Result<CallParticipant> participant(Context& context, const CallId& call, const UserId& user,
                                    const ParticipantId& participantId) {
  const auto caller = findCaller(context, call, user);
  if (!caller) return tl::unexpected(caller.error());
  auto row = context.storage.findParticipant(participantId);
  if (!row || row->callId != call) return refuse(Reason::participantNotFound);
  return std::move(*row);
}

std::vector<CallView> activeCalls(Context& context, const UserId& user) {
  std::vector<CallView> views;
  for (const CallSnapshot& seen : context.storage.activeCalls(context.threads.threadsOf(user), user)) {
    const auto caller = findThreadCaller(context, seen.call.threadId, user);
    if (caller) views.push_back(viewOf(seen, caller->thread, caller->member));
  }
  return views;
}

}  // namespace messenger::actions
