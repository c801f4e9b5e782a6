#include "testing/conformance/describe.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "support/time_text.hpp"

namespace messenger::inline v0::testing {
namespace {

/// `{name value, name value}`
class Fields {
 public:
  template <class Value>
  Fields& add(std::string_view name, const Value& value) {
    text_.append(text_.size() > 1 ? ", " : "").append(name).append(" ").append(describe(value));
    return *this;
  }
  [[nodiscard]] std::string text() const { return text_ + "}"; }

 private:
  std::string text_{"{"};
};

template <class Status, std::size_t count>
std::string nameOf(Status status, const std::array<std::string_view, count>& names) {
  const auto index = static_cast<std::size_t>(status);
  return index < count ? std::string{names.at(index)} : "unknown status " + std::to_string(index);
}

}  // namespace

std::string describe(std::string_view text) {
  constexpr std::size_t enough = 100;
  std::string result{"'"};
  result.append(text.substr(0, enough)).append("'");
  if (text.size() > enough) result += "… of " + std::to_string(text.size()) + " bytes";
  return result;
}

std::string describe(TimePoint moment) {
  return support::toText(moment);
}

std::string describe(Duration duration) {
  return std::to_string(duration.count()) + " us";
}

std::string describe(const UserId& user) {
  return describe(user.type) + ":" + describe(user.id);
}

std::string describe(const CallLimits& limits) {
  return Fields{}
      .add("participants", limits.participants)
      .add("duration", Duration{limits.duration})
      .add("warning", Duration{limits.warning})
      .add("alone", Duration{limits.alone})
      .add("emptyGrace", Duration{limits.emptyGrace})
      .text();
}

std::string describe(const Room& room) {
  return Fields{}
      .add("id", room.id)
      .add("pin", room.pin)
      .add("payload", room.payload)
      .add("secret", room.secret.has_value())
      .text();
}

std::string describe(const CallWithRoom& call) {
  return Fields{}
      .add("id", call.id)
      .add("thread", call.threadId)
      .add("owner", call.owner)
      .add("type", static_cast<int>(call.type))
      .add("limits", describe(call.limits))
      .add("data", call.data)
      .add("created", call.createdAt)
      .add("updated", call.updatedAt)
      .add("ended", call.endedAt)
      .add("reason", call.endReason)
      .add("by", call.endedBy)
      .add("setupComplete", call.setupComplete)
      .add("teardownComplete", call.teardownComplete)
      .add("roomMayExist", call.roomMayExist)
      // A room without details counts as none.
      .add("room", call.room.value_or(Room{}))
      .add("sequence", call.sequence)
      .add("revision", call.revision)
      .text();
}

std::string describe(const CallRing& ring) {
  return Fields{}
      .add("callee", ring.user)
      .add("state", std::string{toString(ring.state)})
      .add("rang", ring.rangAt)
      .add("updated", ring.updatedAt)
      .add("since", ring.since)
      .add("until", ring.until)
      .add("seen", ring.seen)
      .text();
}

std::string describe(const CallParticipant& participant) {
  return Fields{}
      .add("id", participant.id)
      .add("call", participant.callId)
      .add("user", participant.user)
      .add("kicked", participant.kicked)
      .add("left", participant.leftAt)
      .add("created", participant.createdAt)
      .add("updated", participant.updatedAt)
      .add("sequence", participant.sequence)
      .text();
}

std::string describe(const Job& job) {
  return Fields{}
      .add("id", job.id)
      .add("type", job.type)
      .add("queue", job.queue)
      .add("call", job.call)
      .add("cutoff", job.cutoff)
      .add("created", job.createdAt)
      .add("available", job.availableAt)
      .add("attempts", job.attempts)
      .add("token", job.token)
      .add("leased", job.leasedUntil)
      .add("failed", job.failed)
      .add("error", job.lastError)
      .add("sequence", job.sequence)
      .text();
}

std::string describe(const SessionKey& key) {
  return Fields{}.add("call", key.call).add("user", key.user).add("device", key.device).text();
}

std::string describe(const Thread& thread) {
  return Fields{}
      .add("id", thread.id)
      .add("type", static_cast<int>(thread.type))
      .add("subject", thread.subject)
      .add("calling", thread.calling)
      .add("locked", thread.locked)
      .add("members", thread.members)
      .text();
}

std::string describe(const ThreadMember& member) {
  return Fields{}
      .add("user", member.user)
      .add("name", member.name)
      .add("admin", member.admin)
      .add("startCalls", member.startCalls)
      .add("pending", member.pending)
      .add("notificationsMuted", member.notificationsMuted)
      .text();
}

std::string describe(EndReason reason) {
  return std::string{toString(reason)};
}

std::string describe(JobType type) {
  return std::string{toString(type)};
}

std::string describe(CommitResult::Status status) {
  static constexpr std::array<std::string_view, 5> names{"committed", "conflict", "activeCallExists",
                                                         "callsDown", "claimLost"};
  return nameOf(status, names);
}

std::string describe(StorageTime moment) {
  return describe(moment.time_since_epoch());
}

}  // namespace messenger::testing
