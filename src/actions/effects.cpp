#include "actions/effects.hpp"

#include <algorithm>

#include "support/json_writer.hpp"
#include "support/text.hpp"
#include "support/time_text.hpp"

namespace messenger::actions {

EffectsOf::EffectsOf(Context& context, const Call& call, const std::optional<Thread>& thread)
    : context_(context), call_(withoutRoom(call)), thread_(thread) {
  if (!thread_) guarded("thread", [this] { thread_ = context_.threads.findThread(call_.threadId); });
}

/// The change is committed: whatever goes wrong from here on must not reach the verb's caller.
template <class Build>
void EffectsOf::guarded(const char* as, Build&& build) {
  try {
    build();
  } catch (const std::exception& error) {
    effects_.emplace_back(
        Event{BroadcastFailed{call_.id, as, support::presentable(error.what(), std::nullopt)}});
  } catch (...) {
    effects_.emplace_back(Event{BroadcastFailed{call_.id, as, "something that is no std::exception"}});
  }
}

void EffectsOf::tell(const char* as, const std::vector<UserId>& users, std::string payload) {
  if (users.empty()) return;
  Broadcast broadcast{as, {}, std::move(payload), call_.id};
  for (const UserId& user : users) broadcast.channels.push_back("messenger." + user.type + '.' + user.id);
  effects_.emplace_back(std::move(broadcast));
}

std::string EffectsOf::callPayload(bool withThreadName) const {
  support::JsonWriter json;
  json.beginObject();
  json.key("id").value(call_.id.value());
  json.key("type").value(static_cast<int>(call_.type));
  json.key("type_verbose").value("VIDEO");
  json.key("thread_id").value(call_.threadId.value());
  if (thread_) {
    json.key("thread_type").value(static_cast<int>(thread_->type));
    if (withThreadName && thread_->isGroup()) json.key("thread_name").value(thread_->subject);
  }
  json.key("created_at").value(support::toText(call_.createdAt));
  json.key("updated_at").value(support::toText(call_.updatedAt));
  json.endObject();
  return std::move(json).text();
}

EffectsOf& EffectsOf::started(const ThreadMember& starter) {
  guarded("incoming.call", [&] {
    std::vector<UserId> others;
    for (const ThreadMember& member : context_.threads.members(call_.threadId)) {
      if (member.user != starter.user && !member.muted) others.push_back(member.user);
    }
    support::JsonWriter json;
    json.beginObject();
    json.key("call").raw(callPayload(/*withThreadName=*/true));
    json.key("sender").beginObject();
    json.key("name").value(starter.name);
    json.key("provider_id").value(starter.user.id);
    json.key("provider_alias").value(starter.user.type);
    json.endObject();
    json.endObject();
    tell("incoming.call", others, std::move(json).text());
  });
  return event(CallStarted{call_, starter.user});
}

EffectsOf& EffectsOf::joined(const CallParticipant& participant) {
  tell("joined.call", {participant.owner}, callPayload(/*withThreadName=*/false));
  return event(CallJoined{call_, participant});
}

EffectsOf& EffectsOf::left(const CallParticipant& participant) {
  tell("left.call", {participant.owner}, callPayload(/*withThreadName=*/false));
  return event(CallLeft{call_, participant});
}

EffectsOf& EffectsOf::ignored(const UserId& by) {
  tell("call.ignored", {by}, callPayload(/*withThreadName=*/false));
  return event(CallIgnored{call_, by});
}

EffectsOf& EffectsOf::kicked(const CallParticipant& participant, const UserId& by) {
  support::JsonWriter json;
  json.beginObject();
  json.key("thread_id").value(call_.threadId.value());
  json.key("call_id").value(call_.id.value());
  json.key("kicked").value(participant.kicked);
  json.endObject();
  tell("call.kicked", {participant.owner}, std::move(json).text());
  return event(KickedFromCall{call_, participant, by});
}

EffectsOf& EffectsOf::ended(const std::vector<CallParticipant>& putOut,
                            const std::optional<UserId>& removed) {
  guarded("call.ended", [&] {
    const auto wasIn = [&](const UserId& user) {
      return std::any_of(putOut.begin(), putOut.end(), [&](const auto& row) { return row.owner == user; });
    };
    std::vector<UserId> users;
    for (const ThreadMember& member : context_.threads.members(call_.threadId)) {
      const bool isTold = !member.muted || wasIn(member.user);
      if (isTold && member.user != removed) users.push_back(member.user);
    }
    tell("call.ended", users, callPayload(/*withThreadName=*/false));
  });
  return event(CallEnded{call_, call_.endReason.value_or(EndReason::hungUp), call_.endedBy,
                         call_.duration().value_or(Duration::zero())});
}

EffectsOf& EffectsOf::event(Event event) {
  effects_.emplace_back(std::move(event));
  return *this;
}

}  // namespace messenger::actions
