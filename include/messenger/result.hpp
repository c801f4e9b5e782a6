#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "messenger/export.hpp"

namespace messenger::inline v0 {

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
  callFull = 22,              ///< join: as many are in the call as `Config::limits.participants` allows
  tooManyDevices = 23,        ///< join: as many devices of the user are in the call as may be
  calleeBusy = 24,            ///< start: the other side is in a call (`Config::Ringing::whenBusy`)
  ringingDisabled = 25,       ///< ring: `Config::ringing.enabled` is off
  rangJustNow = 26,           ///< ring: one of them was rung a moment ago (`Config::Ringing::againAfter`)
  tooManyCallees = 27,        ///< ring: more would ring than `Config::Ringing::maxCallees`
  roomNotReady = 28,          ///< credentials: the call is not set up; ask again a moment later
  noCredentials = 29,         ///< credentials: the driver gives none, or sessions have no media id
  providerFailed = 30,        ///< credentials: the video provider did not let the session in; ask again later
};

/// `callEnded`, `notMember`, …: the enumerator's own name, stable, fit for a response body.
MESSENGER_EXPORT [[nodiscard]] std::string_view toString(Reason reason) noexcept;

/// A sentence for a person, in English, that says what stands in the way.
MESSENGER_EXPORT [[nodiscard]] std::string_view describe(Reason reason) noexcept;

/// A "no" that correct calling code handles. A refused verb has changed nothing (`setupFailed` alone leaves
/// an ended call).
struct MESSENGER_EXPORT Refusal {
  Reason reason;       ///< what to branch on
  std::string detail;  ///< more for a person, possibly empty; never a secret

  /// `describe(reason)`, followed by the detail when there is one.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// A value, or why there is none. The compiler warns where one is dropped unseen. Has the interface of
/// `std::expected`: `has_value`, `value`, `error`, `*`, `->`, `value_or`, `and_then`. `value()` without a
/// value throws `tl::bad_expected_access`; `*` and `->` are undefined then. tl::expected is the one
/// third-party type in these headers.
template <class T, class Error>
class [[nodiscard]] BasicResult : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;
  using Base::value;

  /// Throws `tl::bad_expected_access` unless it succeeded.
  void value() const requires std::is_void_v<T> {
    if (!this->has_value()) throw tl::bad_expected_access<Error>(this->error());
  }

  /// `next(value)`, which returns another BasicResult of the same Error; or the error.
  template <class Next>
  // NOLINTNEXTLINE(readability-identifier-naming): named as in std::expected
  [[nodiscard]] auto and_then(Next&& next) const {
    if constexpr (std::is_void_v<T>) {
      using Other = std::invoke_result_t<Next>;
      return this->has_value() ? std::forward<Next>(next)() : Other(tl::unexpected<Error>(this->error()));
    } else {
      using Other = std::invoke_result_t<Next, const T&>;
      return this->has_value() ? std::forward<Next>(next)(**this)
                               : Other(tl::unexpected<Error>(this->error()));
    }
  }
};

/// A value, or a Refusal.
template <class T>
using Result = BasicResult<T, Refusal>;

/// What converts to any refused Result.
using Refused = tl::unexpected<Refusal>;

/// Makes a refusal: `return refuse(Reason::callEnded)`.
[[nodiscard]] inline Refused refuse(Reason reason, std::string detail = {}) {
  return Refused(Refusal{reason, std::move(detail)});
}

/// The same refusal, for a Result of another type.
[[nodiscard]] inline Refused refuse(Refusal refusal) {
  return Refused(std::move(refusal));
}

}  // namespace messenger
