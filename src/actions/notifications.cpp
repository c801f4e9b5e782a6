#include "actions/notifications.hpp"

#include <algorithm>

#include "support/json_writer.hpp"
#include "support/text.hpp"
#include "support/thrown.hpp"
#include "support/time_text.hpp"

namespace messenger::inline v0::actions {
namespace {

using Answer = CallChange::ThreadAnswer;

constexpr Answer neededFor(const rules::notice::Started&) {
  return Answer::roster;
}
constexpr Answer neededFor(const rules::notice::Ringing& notice) {
  return notice.again ? Answer::thread : Answer::nothing;
}
constexpr Answer neededFor(const rules::notice::RingStopped&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::Missed&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::Ended&) {
  return Answer::roster;
}
constexpr Answer neededFor(const rules::notice::Joined&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::Left&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::DeviceJoined&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::DeviceLeft&) {
  return Answer::thread;
}
constexpr Answer neededFor(const rules::notice::Ignored&) {
  return Answer::thread;
}
template <class Other>
constexpr Answer neededFor(const Other&) {
  return Answer::nothing;
}

class Notifications {
 public:
  Notifications(Context& context, const CommitResult& committed, Audience audience)
      : context_(context),
        committed_(committed),
        call_(committed.call.plain()),
        audience_(std::move(audience)) {}

  void operator()(const rules::notice::Started& notice) {
    guarded("incoming.call", [&] { broadcastFrom("incoming.call", notice.starter, othersThan(notice)); });
    add(CallStarted{call_, notice.starter.user});
  }

  void operator()(const rules::notice::Ringing& notice) {
    if (notice.again)
      guarded("incoming.call", [&] { broadcastFrom("incoming.call", notice.by, notice.callees); });
    add(CallRinging{call_, notice.by.user, notice.callees});
  }

  void operator()(const rules::notice::RingStopped& notice) {
    guarded("ring.stopped", [&] {
      broadcastCall("ring.stopped", notice.callees, [&](support::JsonWriter& json) {
        json.key("reason").value(toString(notice.why));
        if (!notice.device.empty()) json.key("device_id").value(notice.device.value());
      });
    });
    for (const UserId& callee : notice.callees) {
      add(RingStopped{call_, callee, notice.state, notice.why, notice.device});
    }
    if (notice.state == RingState::missed) (*this)(rules::notice::Missed{notice.callees, notice.state});
  }

  void operator()(const rules::notice::Missed& notice) {
    guarded("call.missed", [&] { broadcastFrom("call.missed", ownerAsMember(), notice.callees); });
    for (const UserId& callee : notice.callees) add(CallMissed{call_, callee, notice.state});
  }

  void operator()(const rules::notice::Joined& notice) {
    const CallParticipant& row = written(notice.participant);
    broadcastDevice("joined.call", row.user, notice.device);
    add(CallJoined{call_, row, notice.device});
  }

  void operator()(const rules::notice::Left& notice) {
    const CallParticipant& row = written(notice.participant);
    broadcastDevice("left.call", row.user, notice.device, notice.endsAt);
    add(CallLeft{call_, row, notice.device, notice.endsAt});
  }

  void operator()(const rules::notice::DeviceJoined& notice) {
    const CallParticipant& row = written(notice.participant);
    broadcastDevice("device.joined", row.user, notice.device);
    add(DeviceJoined{call_, row, notice.device});
  }

  void operator()(const rules::notice::DeviceLeft& notice) {
    const CallParticipant& row = written(notice.participant);
    broadcastCall("device.left", {row.user}, [&](support::JsonWriter& json) {
      if (!notice.device.empty()) json.key("device_id").value(notice.device.value());
      json.key("reason").value(toString(notice.why));
    });
    add(DeviceLeft{call_, row, notice.device, notice.why});
  }

  void operator()(const rules::notice::Ignored& notice) {
    broadcastCall("call.ignored", {notice.by});
    add(CallIgnored{call_, notice.by});
  }

  void operator()(const rules::notice::Kicked& notice) {
    const CallParticipant& row = written(notice.participant);
    support::JsonWriter json;
    json.beginObject();
    json.key("thread_id").value(call_.threadId.value());
    json.key("call_id").value(call_.id.value());
    json.key("kicked").value(row.kicked);
    writeExtras(json, context_.extras.ofPayload("call.kicked", call_));
    json.endObject();
    broadcast("call.kicked", {row.user}, std::move(json).text());
    add(KickedFromCall{call_, row, notice.by});
  }

  void operator()(const rules::notice::Ending& notice) {
    guarded("call.ending", [&] {
      const auto endsAt = [&](support::JsonWriter& json) {
        json.key("ends_at").value(support::toText(notice.endsAt));
      };
      broadcastCall("call.ending", notice.inCall, endsAt);
    });
    add(CallEnding{call_, notice.endsAt});
  }

  void operator()(const rules::notice::Ended& notice) {
    guarded("call.ended", [&] { broadcastCall("call.ended", audienceOfEnd(notice.removed)); });
    add(CallEnded{call_, call_.endReason.value_or(EndReason::hungUp), call_.endedBy,
                  call_.duration().value_or(Duration::zero())});
  }

  void operator()(const rules::notice::SetupCompleted&) { add(CallSetupCompleted{call_}); }
  void operator()(const rules::notice::SetupFailed& notice) { add(CallSetupFailed{call_, notice.error}); }
  void operator()(const rules::notice::TornDown&) { add(CallTornDown{call_}); }
  void operator()(const rules::notice::TeardownFailed& notice) {
    add(CallTeardownFailed{call_, notice.error});
  }
  void operator()(const JobFailed& failure) { add(failure); }

  void announce(const rules::Notice& notice) {
    guarded("notification", [&] { std::visit(*this, notice); });
  }

  [[nodiscard]] Effects take() { return std::move(effects_); }

 private:
  void add(Event event) { effects_.emplace_back(std::move(event)); }

  /// The change is committed, so later failures must not make the verb throw.
  template <class Build>
  void guarded(const char* event, Build&& build) {
    try {
      build();
    } catch (...) {
      add(BroadcastFailed{call_.id, event, support::whatWasThrown()});
    }
  }

  void broadcast(const char* event, const std::vector<UserId>& users, std::string payload) {
    if (users.empty()) return;
    Broadcast broadcast{event, {}, std::move(payload), call_.id};
    broadcast.channels.reserve(users.size());
    const UserId* without = nullptr;
    for (const UserId& user : users) {
      if (auto channel = Broadcast::channelOf(user)) {
        broadcast.channels.push_back(std::move(*channel));
      } else {
        without = &user;
      }
    }
    if (!broadcast.channels.empty()) effects_.emplace_back(std::move(broadcast));
    if (without == nullptr) return;
    add(BroadcastFailed{call_.id, event,
                        "the user " + support::presentable(without->text(), std::nullopt) +
                            " has no channel, because the type is not valid"});
  }

  void broadcastCall(const char* event, const std::vector<UserId>& users) {
    broadcastCall(event, users, [](support::JsonWriter&) {});
  }

  /// With the call and `more` as payload.
  template <class More>
  void broadcastCall(const char* event, const std::vector<UserId>& users, const More& more) {
    if (users.empty()) return;
    support::JsonWriter json;
    json.beginObject();
    writeCall(json, /*withThreadName=*/false);
    more(json);
    writeExtras(json, context_.extras.ofPayload(event, call_));
    json.endObject();
    broadcast(event, users, std::move(json).text());
  }

  /// To a user's own channel, where each of their devices hears it.
  void broadcastDevice(const char* event, const UserId& user, const DeviceId& device,
                       const std::optional<TimePoint>& endsAt = std::nullopt) {
    broadcastCall(event, {user}, [&](support::JsonWriter& json) {
      if (!device.empty()) json.key("device_id").value(device.value());
      if (endsAt) json.key("ends_at").value(support::toText(*endsAt));
    });
  }

  [[nodiscard]] std::vector<UserId> othersThan(const rules::notice::Started& notice) {
    const std::vector<UserId>& without = notice.notRung;
    std::vector<UserId> others;
    for (const ThreadMember& member : members()) {
      const bool hears = member.user != notice.starter.user && !member.notificationsMuted;
      if (hears && std::find(without.begin(), without.end(), member.user) == without.end())
        others.push_back(member.user);
    }
    return others;
  }

  /// Who started the call, by the name that they have now.
  [[nodiscard]] ThreadMember ownerAsMember() {
    ThreadMember owner;
    owner.user = call_.owner;
    owner.name = context_.threads.findUserName(call_.owner).value_or("");
    return owner;
  }

  /// With the call and whom it is from as payload.
  void broadcastFrom(const char* event, const ThreadMember& sender, const std::vector<UserId>& users) {
    if (users.empty()) return;
    support::JsonWriter json;
    json.beginObject();
    json.key("call").beginObject();
    writeCall(json, /*withThreadName=*/true);
    if (audience_.thread) writeExtras(json, context_.extras.ofThread(*audience_.thread, std::nullopt));
    json.endObject();
    json.key("sender").beginObject();
    json.key("name").value(sender.name);
    json.key("provider_id").value(sender.user.id);
    json.key("provider_alias").value(sender.user.type);
    writeExtras(json, context_.extras.ofUser(sender.user));
    json.endObject();
    writeExtras(json, context_.extras.ofPayload(event, call_));
    json.endObject();
    broadcast(event, users, std::move(json).text());
  }

  /// All members, except those who muted notifications and were not in the call.
  [[nodiscard]] std::vector<UserId> audienceOfEnd(const std::optional<UserId>& removed) {
    // Sorted, not hashed: however the ids are chosen, it takes no longer.
    std::vector<const UserId*> wereIn;
    wereIn.reserve(committed_.left.size());
    for (const CallParticipant& row : committed_.left) wereIn.push_back(&row.user);
    const auto before = [](const UserId* one, const UserId* other) { return *one < *other; };
    std::sort(wereIn.begin(), wereIn.end(), before);
    const auto wasIn = [&](const UserId& user) {
      return std::binary_search(wereIn.begin(), wereIn.end(), &user, before);
    };
    std::vector<UserId> users;
    for (const ThreadMember& member : members()) {
      const bool hears = !member.notificationsMuted || wasIn(member.user);
      if (hears && member.user != removed) users.push_back(member.user);
    }
    return users;
  }

  /// Into the object that is open.
  void writeCall(support::JsonWriter& json, bool withThreadName) {
    lookUpThread();
    const std::optional<Thread>& thread = audience_.thread;
    json.key("id").value(call_.id.value());
    json.key("type").value(static_cast<int>(call_.type));
    json.key("type_verbose").value(call_.type == CallType::audio ? "AUDIO" : "VIDEO");
    json.key("thread_id").value(call_.threadId.value());
    if (thread) {
      json.key("thread_type").value(static_cast<int>(thread->type));
      if (withThreadName && thread->isGroup()) json.key("thread_name").value(thread->subject);
    }
    json.key("created_at").value(support::toText(call_.createdAt));
    json.key("updated_at").value(support::toText(call_.updatedAt));
  }

  /// Only one attempt; a payload without it is better than none.
  void lookUpThread() {
    if (audience_.thread || lookedUp_) return;
    lookedUp_ = true;
    guarded("thread", [this] { audience_.thread = context_.threads.findThread(call_.threadId); });
  }

  [[nodiscard]] const std::vector<ThreadMember>& members() {
    if (!audience_.members) readRoster();
    return *audience_.members;
  }

  void readRoster() {
    auto roster = context_.threads.findRoster(call_.threadId).value_or(Roster{});
    audience_.members = std::move(roster.members);
    if (!roster.thread.id.empty()) audience_.thread = std::move(roster.thread);
  }

  /// REQUIRES: the change wrote this row.
  [[nodiscard]] const CallParticipant& written(const ParticipantId& participant) const {
    for (const CallParticipant& row : committed_.participants) {
      if (row.id == participant) return row;
    }
    throw std::logic_error("a notice names a participant that its change did not write");
  }

  Context& context_;
  const CommitResult& committed_;
  const Call call_;
  Audience audience_;
  bool lookedUp_ = false;
  Effects effects_;
};

}  // namespace

CallChange::ThreadAnswer missingFor(const std::vector<rules::Notice>& notices, const Audience& known) {
  Answer missing = Answer::nothing;
  for (const rules::Notice& notice : notices) {
    const Answer needed = std::visit([](const auto& each) { return neededFor(each); }, notice);
    const bool has = needed == Answer::roster ? known.members.has_value() : known.thread.has_value();
    if (!has) missing = std::max(missing, needed);
  }
  return missing;
}

Effects notificationsOf(Context& context, const std::vector<rules::Notice>& notices,
                        const CommitResult& committed, Audience audience) {
  Notifications notifications(context, committed, std::move(audience));
  for (const rules::Notice& notice : notices) notifications.announce(notice);
  return notifications.take();
}

}  // namespace messenger::actions
