#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_participant.hpp"
#include "messenger/model/call_ring.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::inline v0 {

/// How a call is started.
struct StartOptions {
  DeviceId device{};                ///< of the user who starts it, with which they are in the call
  CallType type = CallType::video;  ///< told to everybody; the driver may make another room for it
  /// Instead of `Config::limits`, all of them.
  std::optional<CallLimits> limits{};
  /// What the host wants to know of the call again: it comes back in `Call::data`, in events and views, and
  /// is sent to no client. UTF-8 without NUL, at most `longestData` bytes.
  std::string data{};

  /// Bytes that `data` may have.
  static constexpr std::size_t longestData = 1024;
};

/// The result of `joinCall`.
struct Joined {
  CallParticipant participant;  ///< the user's row
  bool first = false;           ///< the user had never been in this call before
  /// `CallSession::mediaId` of the device that joined, for its owner alone.
  std::optional<Secret> mediaId{};
};

/// The room as a client in the call may see it.
struct RoomView {
  std::optional<std::string> id;       ///< as `VideoDriver::getRoomId` returned it
  std::optional<std::string> pin;      ///< as `VideoDriver::getRoomPin` returned it
  std::optional<std::string> payload;  ///< as `VideoDriver::getExtraPayload` returned it
};

/// A call as one user may see it.
struct CallView {
  Call call;              ///< without its room
  Thread thread;          ///< the thread it is in
  bool admin = false;     ///< in the call and may end it: owner of the call, thread admin, or private thread
  bool inCall = false;    ///< joined and not left
  bool leftCall = false;  ///< joined and not in it any more
  bool joined = false;    ///< ever
  bool kicked = false;    ///< may not join again until un-kicked
  std::optional<RoomView> room;  ///< only while the call is active and set up, and the viewer is in it
  /// What the call was to the viewer; none of that where `Config::ringing.enabled` is off.
  enum class Part : std::uint8_t {
    none,      ///< they did not start it, never joined, and were not rung
    outgoing,  ///< they started it
    answered,  ///< they joined
    ringing,
    missed,
    declined,
    cancelled,
    busy,
  };
  Part part = Part::none;  ///< of the viewer
  /// In a history, where `Config::ringing.enabled` is on: who else was ever in the call, in the order of
  /// joining; at most `mostWith`, and whether there are more.
  std::vector<UserId> with{};
  bool withMore = false;  ///< there are more than `with` has
  /// How many `with` may have.
  static constexpr std::size_t mostWith = 8;
  /// Of the viewer's open sessions, by device; with the room, and where sessions are removed from rooms.
  std::vector<std::pair<DeviceId, Secret>> mediaIds{};
};

/// `none`, `outgoing`, …: the enumerator's own name.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(CallView::Part part) noexcept;

/// Calls that a user has missed.
struct MissedCalls {
  /// A missed call.
  struct Missed {
    CallView call;  ///< as the user may see it
    CallRing ring;  ///< the user's own row
  };
  std::vector<Missed> calls;       ///< newest first
  std::size_t unseen = 0;          ///< all that they have missed and not seen, of any age
  std::optional<CallId> nextPage;  ///< `before` for the next page; none on the last page
};

/// A page of a thread's calls.
struct CallHistory {
  std::vector<CallView> calls;     ///< newest first
  std::size_t perPage = 0;         ///< how many a page holds
  std::size_t total = 0;           ///< all calls of the thread
  std::optional<CallId> nextPage;  ///< `before` for the next page; none on the last page
};

}  // namespace messenger
