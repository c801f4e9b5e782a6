#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/call_session.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::inline v0 {

/// Lets single sessions into a room: what a driver can do besides, if its provider can.
class MESSENGER_EXPORT ParticipantAccess {
 public:
  ParticipantAccess() = default;
  ParticipantAccess(const ParticipantAccess&) = delete;
  ParticipantAccess& operator=(const ParticipantAccess&) = delete;
  virtual ~ParticipantAccess() = default;

  /// Lets a session, which is open and has a `mediaId`, into the room of `call`, which is set up; returns
  /// what its owner needs to enter, or nothing when that failed. The `mediaId` must not be found out from
  /// that.
  ///
  /// Called as often as the owner asks, on the OS thread of `Messenger::roomCredentials`, and may run beside
  /// anything else of the same call. The session may have been closed meanwhile: its credentials are then
  /// dropped, and `ParticipantRemoval::remove` comes after this. A process may die before that, so each time
  /// give a token that nobody has seen, or one that says by itself how long it is valid.
  virtual std::optional<RoomCredentials> admit(const CallWithRoom& call, const CallSession& session) = 0;
};

/// Takes single sessions out of a room: what a driver can do besides, if its provider can.
class MESSENGER_EXPORT ParticipantRemoval {
 public:
  ParticipantRemoval() = default;
  ParticipantRemoval(const ParticipantRemoval&) = delete;
  ParticipantRemoval& operator=(const ParticipantRemoval&) = delete;
  virtual ~ParticipantRemoval() = default;

  /// Takes the session of this `CallSession::mediaId` out of the room of `call`, for good: true when it is
  /// not in the room, and cannot come in again with what it has; also when it never was, or there is no room.
  /// A session that joins the call again has another `mediaId`. After false or an exception it is called
  /// again; after the last attempt the job is kept as failed. It does not run at the same time as `create` or
  /// `destroy` of the same call.
  virtual bool remove(const CallWithRoom& call, const Secret& mediaId) = 0;
};

/// Makes and destroys rooms at a video provider. The one class a host writes.
///
/// A new object is made for every job, used by one OS thread, and destroyed after it: its members need no
/// lock; what several drivers share does. `create` and `destroy` of one call do not run at the same time;
/// those of different calls do, one on each worker thread. They may block for as long as a worker renews
/// their lease; where none does, for less than `Config::jobs.unattendedLease`. They may call the Messenger.
/// They run outside every lock and transaction.
///
/// There are two exceptions, in which two may run for one call: a process was frozen for longer than its
/// lease; or the storage took no changes for longer than that (a full disk), so that the lease could not be
/// renewed, and a process that does not know of it claims the job first when it does again (docs/jobs.md).
///
/// A process may die at any point, so both may be called again for the same call: derive the room's identity
/// from `call.id`, and let `create` adopt a room that exists.
class MESSENGER_EXPORT VideoDriver {
 public:
  VideoDriver() = default;
  VideoDriver(const VideoDriver&) = delete;
  VideoDriver& operator=(const VideoDriver&) = delete;
  virtual ~VideoDriver() = default;

  /// Makes the room of `call`. Returns true when the room exists, and the getters describe it; otherwise
  /// false. An exception counts as false, and its `what()` is kept with the job: put no secret in it. After
  /// false `create` is called again (`Config::jobs`). After the last attempt the call ends with
  /// `setupFailed`, and `destroy` is called, because the provider may have made the room despite the failure.
  virtual bool create(const Thread& thread, const Call& call) = 0;

  /// Destroys the room of `call`. `call.room` is what `create` returned. It is empty when the outcome of
  /// `create` was never recorded; then derive the room's identity from `call.id`. Returns true when the room
  /// no longer exists, also when the provider never had it. After false or an exception it is called again;
  /// after the last attempt the job is kept as failed.
  virtual bool destroy(const CallWithRoom& call) = 0;

  /// Null when sessions cannot be taken out one by one. Part of the driver; asked for by the job
  /// RemoveFromRoom (`Config::calling.subscriber.removesSessions`).
  [[nodiscard]] virtual ParticipantRemoval* removal() noexcept { return nullptr; }

  /// Null when everyone who knows the room's id and pin may enter. Part of the driver; asked for by
  /// `Messenger::roomCredentials`.
  [[nodiscard]] virtual ParticipantAccess* access() noexcept { return nullptr; }

  // The room made by the last `create` that returned true. At most `maxRoomField` bytes each,
  // `maxRoomPayload` characters for the payload, valid UTF-8; anything else counts as a failed `create`.

  /// What a client names to enter the room: at most `maxRoomField` bytes of valid UTF-8, as the next two.
  [[nodiscard]] virtual std::optional<std::string> getRoomId() const = 0;
  /// What a client gives to enter; nothing where it needs none.
  [[nodiscard]] virtual std::optional<std::string> getRoomPin() const = 0;
  /// What administers the room. Only `destroy`, `removal` and `access` get it again; nothing where it needs
  /// none.
  [[nodiscard]] virtual std::optional<std::string> getRoomSecret() const = 0;
  /// Anything else that a client needs to enter: at most `maxRoomPayload` characters of valid UTF-8.
  [[nodiscard]] virtual std::optional<std::string> getExtraPayload() const = 0;
};

/// Makes a driver for one job. Called on any OS thread that runs jobs. An exception or null counts as a
/// failed attempt.
using VideoDriverFactory = std::function<std::unique_ptr<VideoDriver>()>;

}  // namespace messenger
