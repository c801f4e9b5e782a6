#include <unordered_map>

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "rules/show_call.hpp"

namespace messenger {

namespace {

CallView viewOf(const CallSnapshot& seen, const Thread& thread, const ThreadMember& member) {
  return rules::showCall(seen.call, seen.viewer ? &*seen.viewer : nullptr, thread, member);
}

}  // namespace

Result<CallView> Messenger::showCall(const CallId& call, const UserId& user) const {
  const auto seen = here().engine.look(user, {.call = call});
  if (!seen) return refuse(seen.error());
  const CallState& state = *seen->loaded.call;
  CallView view = rules::showCall(state.call, state.find(user), seen->access.thread, seen->access.member);
  if (!view.room) return view;
  for (const CallSession& each : state.sessions) {
    if (each.open() && each.mediaId) view.mediaIds.emplace_back(each.device, *each.mediaId);
  }
  return view;
}

Result<CallHistory> Messenger::callHistory(const ThreadId& thread, const UserId& user,
                                           const std::optional<CallId>& before) const {
  const auto access = rules::accessOf(here().context.threads.findMembership(thread, user));
  if (!access) return refuse(access.error());
  const Config& config = here().config;
  CallStore::HistoryQuery query{thread, before, before ? config.historyPageSize : config.historyFirstPageSize,
                                user};
  const CallStore::HistoryPage page = here().context.storage.calls().history(query);
  actions::reportUnreadable(here().context);
  if (!page.knowsBefore) return refuse(Reason::callNotFound);
  CallHistory history;
  history.perPage = query.limit;
  history.total = page.total;
  history.calls.reserve(page.calls.size());
  for (const CallSnapshot& seen : page.calls)
    history.calls.push_back(viewOf(seen, access->thread, access->member));
  if (page.more && !page.calls.empty()) history.nextPage = page.calls.back().call.id;
  return history;
}

Result<std::vector<CallParticipant>> Messenger::participants(const CallId& call, const UserId& user,
                                                             std::int64_t after, std::size_t limit) const {
  const auto seen = here().engine.look(user, {.call = call});
  if (!seen) return refuse(seen.error());
  return here().host.participants(call, after, limit);
}

Result<CallParticipant> Messenger::participant(const CallId& call, const UserId& user,
                                               const ParticipantId& participant) const {
  const auto seen = here().engine.look(user, {.call = call, .participant = participant});
  if (!seen) return refuse(seen.error());
  const CallParticipant* row = seen->loaded.call->find(participant);
  if (row == nullptr) return refuse(Reason::participantNotFound);
  return *row;
}

std::vector<CallView> Messenger::activeCalls(const UserId& user) const {
  const ThreadDirectory& directory = here().context.threads;
  const auto calls = here().context.storage.calls().activeCalls(directory.threadsOf(user), user);
  actions::reportUnreadable(here().context);
  std::vector<ThreadId> threads;
  threads.reserve(calls.size());
  for (const CallSnapshot& seen : calls) threads.push_back(seen.call.threadId);
  std::unordered_map<ThreadId, Membership> memberships;
  for (Membership& each : directory.findMemberships(threads, user)) {
    memberships.emplace(each.thread.id, std::move(each));
  }
  std::vector<CallView> views;
  for (const CallSnapshot& seen : calls) {
    const auto found = memberships.find(seen.call.threadId);
    if (found == memberships.end() || !found->second.member) continue;
    views.push_back(viewOf(seen, found->second.thread, *found->second.member));
  }
  return views;
}

}  // namespace messenger
