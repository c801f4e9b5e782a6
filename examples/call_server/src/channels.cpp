#include "channels.hpp"

#include <messenger/errors.hpp>

#include <exception>
#include <nlohmann/json.hpp>

#include "demo_users.hpp"

namespace call_server {
namespace {

using messenger::Call;
using messenger::CallId;
using messenger::ThreadId;

std::string channelOfThread(const ThreadId& thread) {
  return "thread." + thread.value();
}

std::string threadChannel(const Call& call) {
  return channelOfThread(call.threadId);
}

std::string callChannel(const Call& call) {
  return "call." + call.id.value();
}

/// The thread's calls have changed: pages that show them load them again.
void tellThread(Channels& channels, const Call& call) {
  channels.publish(threadChannel(call), "thread.calls",
                   nlohmann::json{{"thread", call.threadId.value()}, {"call", call.id.value()}}.dump());
}

void tellCall(Channels& channels, const Call& call, std::string_view event) {
  channels.publish(callChannel(call), event, nlohmann::json{{"call", call.id.value()}}.dump());
}

void participantsChanged(Channels& channels, const Call& call) {
  tellCall(channels, call, "call.participants");
  tellThread(channels, call);
}

std::optional<std::string> reasonOf(messenger::Reason reason) {
  return std::string{toString(reason)};
}

}  // namespace

std::optional<std::string> refusalOf(const messenger::Messenger& messenger, const std::string& user,
                                     std::string_view channel) {
  constexpr std::string_view thread = "thread.";
  constexpr std::string_view call = "call.";
  if (channel.starts_with(thread)) {
    const ThreadId id{std::string{channel.substr(thread.size())}};
    const auto membership = messenger.host().directory().findMembership(id, userId(user));
    if (!membership) return reasonOf(messenger::Reason::threadNotFound);
    if (!membership->member) return reasonOf(messenger::Reason::notMember);
    return std::nullopt;
  }
  if (channel.starts_with(call)) {
    const auto view = messenger.showCall(CallId{std::string{channel.substr(call.size())}}, userId(user));
    if (!view) return reasonOf(view.error().reason);
    if (!view->call.active()) return reasonOf(messenger::Reason::callEnded);
    if (view->kicked) return reasonOf(messenger::Reason::kicked);
    if (!view->inCall) return reasonOf(messenger::Reason::notInCall);
    return std::nullopt;
  }
  return "unknownChannel";
}

std::size_t revokeLostRights(const messenger::Messenger& messenger, Hub& hub,
                             const std::function<bool()>& stops) {
  std::size_t unknown = 0;
  for (const ClientId client : hub.clientIds()) {
    const Hub::Rights rights = hub.rightsOf(client);
    for (const std::string& channel : rights.channels) {
      if (stops()) return unknown;
      try {
        if (refusalOf(messenger, rights.user, channel)) hub.revoke(channel, rights.user);
      } catch (const messenger::StorageUnavailable&) {
        throw;
      } catch (const std::exception&) {
        ++unknown;  // one that cannot be read does not keep the others
      }
    }
  }
  return unknown;
}

std::vector<messenger::Subscription> announceCalls(messenger::Messenger& messenger, Channels& channels) {
  std::vector<messenger::Subscription> held;
  held.push_back(messenger.onCallStarted(
      [&channels](const messenger::CallStarted& event) { tellThread(channels, event.call); }));
  held.push_back(messenger.onCallJoined(
      [&channels](const messenger::CallJoined& event) { participantsChanged(channels, event.call); }));
  held.push_back(messenger.onCallLeft([&channels](const messenger::CallLeft& event) {
    channels.revoke(callChannel(event.call), event.participant.user.id);
    participantsChanged(channels, event.call);
  }));
  held.push_back(messenger.onKickedFromCall([&channels](const messenger::KickedFromCall& event) {
    if (event.participant.kicked) channels.revoke(callChannel(event.call), event.participant.user.id);
    participantsChanged(channels, event.call);
  }));
  held.push_back(messenger.onCallSetupCompleted([&channels](const messenger::CallSetupCompleted& event) {
    tellCall(channels, event.call, "call.ready");
    tellThread(channels, event.call);
  }));
  held.push_back(messenger.onCallEnded([&channels](const messenger::CallEnded& event) {
    channels.revokeAll(callChannel(event.call));
    tellThread(channels, event.call);
  }));
  const auto ringsChanged = [&channels](const auto& event) { tellCall(channels, event.call, "call.rings"); };
  held.push_back(messenger.onCallRinging(ringsChanged));
  held.push_back(messenger.onRingStopped(ringsChanged));
  held.push_back(messenger.onMemberRemoved([&channels](const messenger::MemberRemoved& event) {
    channels.revoke(channelOfThread(event.thread), event.user.id);
  }));
  return held;
}

}  // namespace call_server
