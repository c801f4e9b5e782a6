#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace messenger {

/// Why the domain said no. Callers branch on this, never on text. May be stored or sent: never renumber, only
/// add.
enum class Reason : std::uint8_t {
  threadNotFound = 1,         ///< no such thread
  callNotFound = 2,           ///< no such call
  participantNotFound = 3,    ///< no such participant in that call
  notMember = 4,              ///< the user is not a member of the thread
  callingDisabled = 5,        ///< start: `Config::calling.enabled` is off
  callsDown = 6,              ///< start: calls were taken down for maintenance
  threadCallingDisabled = 7,  ///< start: the thread's own switch is off
  threadLocked = 8,           ///< start: the thread is locked
  threadPending = 9,          ///< start: a side of the private thread has not accepted it yet
  mayNotStart = 10,           ///< start: neither admin nor allowed to start calls in the group
  callAlreadyActive = 11,     ///< start: the thread has an active call
  setupFailed = 12,           ///< start, synchronous mode: the provider gave no room; the call has ended
  callEnded = 13,             ///< the call is over
  kicked = 14,                ///< the user was kicked from the call
  notInCall = 15,             ///< the user is not in the call now
  alreadyJoined = 16,         ///< ignore: the user has already joined
  notOwnerOrAdmin = 17,       ///< end in a group, kick: neither owner of the call nor admin of the thread
  notGroup = 18,              ///< kick: the thread is private
  userNotFound = 19,          ///< the default thread directory knows no such user or member
  invalidInput = 20,          ///< a text or number is out of bounds; `detail` names the field
  threadExists = 21,          ///< the default thread directory has a thread with that id
};

/// `callEnded`, `notMember`, …: the enumerator's own name, stable, fit for a response body.
[[nodiscard]] std::string_view toString(Reason reason) noexcept;

/// A sentence for a person, in English, that says what stands in the way.
[[nodiscard]] std::string_view describe(Reason reason) noexcept;

/// A "no" that correct calling code handles. A refused verb has changed nothing (`setupFailed` alone leaves
/// an ended call).
struct Refusal {
  Reason reason;
  std::string detail;  ///< more for a person, possibly empty; never a secret

  /// `describe(reason)`, followed by the detail when there is one.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// A value or a Refusal. `.value()` on a refusal throws `tl::bad_expected_access`. The one third-party type
/// in our headers, under an alias so that it can become `std::expected`.
template <class T>
using Result = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refuse(Reason reason, std::string detail = {}) {
  return tl::unexpected<Refusal>(Refusal{reason, std::move(detail)});
}

}  // namespace messenger
