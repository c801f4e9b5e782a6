#include <unordered_map>

#include "actions/unreadable.hpp"
#include "facade/messenger_impl.hpp"
#include "rules/show_call.hpp"

namespace messenger::inline v0 {

namespace {

/// Without ringing nobody can tell what a call was to those who did not join.
CallView shown(CallView view, const Config& config) {
  if (!config.ringing.enabled) view.part = CallView::Part::none;
  return view;
}

CallView viewOf(const CallSnapshot& seen, const Thread& thread, const ThreadMember& member) {
  CallView view = rules::showCall(seen.call, seen.viewer ? &*seen.viewer : nullptr,
                                  seen.ring ? &*seen.ring : nullptr, thread, member);
  view.with = seen.with;
  view.withMore = view.with.size() > CallView::mostWith;
  if (view.withMore) view.with.resize(CallView::mostWith);
  return view;
}

using Memberships = std::unordered_map<ThreadId, Membership>;

/// The user's memberships of the threads of these calls.
Memberships membershipsFor(const ThreadDirectory& directory, const std::vector<CallSnapshot>& calls,
                           const UserId& user) {
  std::vector<ThreadId> threads;
  threads.reserve(calls.size());
  for (const CallSnapshot& each : calls) threads.push_back(each.call.threadId);
  Memberships memberships;
  for (Membership& each : directory.findMemberships(threads, user)) {
    if (each.member) memberships.emplace(each.thread.id, std::move(each));
  }
  return memberships;
}

/// Of those in threads that the user is a member of: `show(call, view)`.
template <class Show>
void showEach(const actions::Context& context, const std::vector<CallSnapshot>& calls, const UserId& user,
              Show show) {
  const Memberships memberships = membershipsFor(context.threads, calls, user);
  for (const CallSnapshot& each : calls) {
    const auto found = memberships.find(each.call.threadId);
    if (found == memberships.end()) continue;
    show(each, shown(viewOf(each, found->second.thread, *found->second.member), context.config));
  }
}

std::vector<CallSnapshot> activeCallsOf(actions::Context& context, const UserId& user) {
  auto calls = context.storage.calls().activeCalls(context.threads.threadsOf(user), user);
  actions::reportUnreadable(context);
  return calls;
}

std::vector<CallView> viewsOf(const actions::Context& context, const std::vector<CallSnapshot>& calls,
                              const UserId& user) {
  std::vector<CallView> views;
  showEach(context, calls, user,
           [&](const CallSnapshot&, CallView view) { views.push_back(std::move(view)); });
  return views;
}

}  // namespace

Result<CallView> Messenger::showCall(const CallId& call, const UserId& user) const {
  const auto seen = here().engine.look(user, {.call = call});
  if (!seen) return refuse(seen.error());
  const CallState& state = *seen->loaded.call;
  CallView view = shown(rules::showCall(state.call, state.find(user), state.findRing(user),
                                        seen->access.thread, seen->access.member),
                        here().config);
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
  if (config.ringing.enabled) query.with = CallView::mostWith + 1;
  const CallStore::HistoryPage page = here().context.storage.calls().history(query);
  actions::reportUnreadable(here().context);
  if (!page.knowsBefore) return refuse(Reason::callNotFound);
  CallHistory history;
  history.perPage = query.limit;
  history.total = page.total;
  history.calls.reserve(page.calls.size());
  for (const CallSnapshot& seen : page.calls)
    history.calls.push_back(shown(viewOf(seen, access->thread, access->member), config));
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
  return viewsOf(here().context, activeCallsOf(here().context, user), user);
}

std::vector<CallView> Messenger::ringing(const UserId& user) const {
  auto calls = activeCallsOf(here().context, user);
  std::erase_if(calls, [](const CallSnapshot& each) { return !each.ring || !each.ring->rings(); });
  return viewsOf(here().context, calls, user);
}

Result<MissedCalls> Messenger::missedCalls(const UserId& user, TimePoint since,
                                           const std::optional<CallId>& before) const {
  const Config& config = here().config;
  const CallStore::MissedQuery query{user, since, before,
                                     before ? config.historyPageSize : config.historyFirstPageSize};
  const CallStore::MissedPage page = here().context.storage.calls().missed(query);
  actions::reportUnreadable(here().context);
  if (!page.knowsBefore) return refuse(Reason::callNotFound);
  MissedCalls missed;
  missed.unseen = page.unseen;
  showEach(here().context, page.calls, user, [&](const CallSnapshot& seen, CallView view) {
    missed.calls.push_back({std::move(view), seen.ring.value()});
  });
  if (page.more && !page.calls.empty()) missed.nextPage = page.calls.back().call.id;
  return missed;
}

Result<std::vector<CallRing>> Messenger::rings(const CallId& call, const UserId& user) const {
  const auto seen = here().engine.look(user, {.call = call, .rings = true});
  if (!seen) return refuse(seen.error());
  return seen->loaded.call->rings;
}

}  // namespace messenger
