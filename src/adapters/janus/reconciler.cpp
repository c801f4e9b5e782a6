#include "messenger/adapters/janus/reconciler.hpp"

#include <stdexcept>
#include <unordered_set>

#include "adapters/janus/id_kind.hpp"
#include "adapters/janus/room_keys.hpp"
#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::janus {
namespace {

/// One reconciliation.
class Run {
 public:
  Run(Messenger& messenger, const VideoRoom& room, const Secret& roomKey, const ReconcileOptions& options)
      : messenger_(messenger), room_(room), roomKey_(roomKey), options_(options) {
    report_.dryRun = options.dryRun;
  }

  void goThroughRooms(const std::vector<RoomInfo>& rooms) {
    report_.rooms = rooms.size();
    for (const RoomInfo& each : rooms) there_.insert(toText(each.id));
    std::size_t done = 0;
    for (const RoomInfo& each : rooms) {
      if (stopped()) return;
      tell(ReconcileProgress::Phase::rooms, ++done, rooms.size());
      const auto call = callOf(each);
      if (!call) {
        ++report_.foreign;
        continue;
      }
      guarded(toText(each.id), *call, [&] { judgeRoom(each.id, *call); });
    }
  }

  void goThroughCalls() {
    constexpr std::size_t page = 100;
    std::int64_t after = 0;
    for (auto calls = messenger_.host().activeCalls(after, page); !calls.empty();
         calls = messenger_.host().activeCalls(after, page)) {
      for (const Call& call : calls) {
        if (stopped()) return;
        after = call.sequence;
        tell(ReconcileProgress::Phase::calls, ++report_.activeCalls, 0);
        if (call.setupComplete) guarded("", call.id, [&] { judgeCall(call.id); });
      }
    }
  }

  [[nodiscard]] ReconcileReport take() { return std::move(report_); }

 private:
  /// The call whose room this is. The mark alone is not enough, because everyone in a room sees it.
  [[nodiscard]] std::optional<CallId> callOf(const RoomInfo& room) const {
    auto call = callOfMark(room.description, roomKey_);
    if (!call) return std::nullopt;
    const IdKind kind = std::holds_alternative<std::string>(room.id) ? IdKind::text : IdKind::number;
    if (roomIdOf(*call, roomKey_, kind) != room.id) return std::nullopt;
    return call;
  }

  void judgeRoom(const JanusId& id, const CallId& callId) {
    const auto call = messenger_.host().findCall(callId);
    if (!call) {
      report_.unknown.push_back({toText(id), callId});
      return;
    }
    if (call->active()) {
      ++report_.inUse;
      return;
    }
    if (!options_.dryRun) {
      const auto gone = room_.destroy(id, roomSecretOf(callId, roomKey_));
      if (!gone && !gone.error().isPlugin(video_room_code::noSuchRoom)) {
        report_.failures.push_back({toText(id), callId, gone.error().describe()});
        return;
      }
    }
    report_.destroyed.push_back({toText(id), callId});
  }

  void judgeCall(const CallId& call) {
    std::string id;
    const JanusResult<bool> there = withKind(room_, [&](IdKind kind) -> JanusResult<bool> {
      const JanusId derived = roomIdOf(call, roomKey_, kind);
      id = toText(derived);
      if (there_.contains(id)) return true;
      return room_.exists(derived);  // it may be newer than the list
    });
    if (!there) {
      report_.failures.push_back({id, call, there.error().describe()});
      return;
    }
    if (*there) return;
    // The storage decides: the call may have ended by now, or another process may have been faster.
    if (!options_.dryRun) {
      const Result<bool> renewed = messenger_.host().renewRoom(call);
      if (!renewed || !*renewed) return;
    }
    report_.renewed.push_back({id, call});
  }

  template <class Deed>
  void guarded(const std::string& room, const CallId& call, Deed deed) {
    try {
      deed();
    } catch (const Error& error) {
      report_.failures.push_back({room, call, support::textOf(error)});
    }
  }

  bool stopped() {
    if (!report_.stopped && options_.stopRequested && options_.stopRequested()) report_.stopped = true;
    return report_.stopped;
  }

  void tell(ReconcileProgress::Phase phase, std::size_t done, std::size_t total) const {
    if (options_.progress) options_.progress({phase, done, total});
  }

  Messenger& messenger_;
  const VideoRoom& room_;
  const Secret& roomKey_;
  const ReconcileOptions& options_;
  std::unordered_set<std::string> there_;
  ReconcileReport report_;
};

}  // namespace

Reconciler::Reconciler(Messenger& messenger, VideoRoom room, Secret roomKey)
    : messenger_(messenger), room_(std::move(room)), roomKey_(std::move(roomKey)) {
  if (roomKey_.reveal().empty()) throw std::invalid_argument("Reconciler: the room key must not be empty");
  if (!room_.client().options().videoRoomSecret) {
    throw std::invalid_argument(
        "Reconciler: JanusOptions::videoRoomSecret (JANUS_VIDEO_ROOM_SECRET) must be given, or Janus lists "
        "no private rooms");
  }
}

JanusResult<ReconcileReport> Reconciler::reconcile(const ReconcileOptions& options) {
  const auto rooms = room_.list();
  if (!rooms) return tl::unexpected(rooms.error());
  Run run(messenger_, room_, roomKey_, options);
  run.goThroughRooms(*rooms);
  run.goThroughCalls();
  return run.take();
}

}  // namespace messenger::janus
