#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "messenger/model/call.hpp"
#include "messenger/model/thread.hpp"

namespace messenger {

/// Makes and destroys rooms at a video provider. The one class a host writes.
///
/// A fresh object is made for every job, used by one thread, and destroyed after it: members need no lock,
/// what several drivers share does. `create` and `destroy` of one call never run at the same time, unless a
/// process was frozen for longer than its lease; those of different calls do, one for each worker thread.
/// They may block; `Config::jobs` says for how long
/// (`unattendedLease` where no worker renews). They may call the Messenger. They run outside every lock and
/// transaction.
///
/// A process may die at any point of either, so both may come again for the same call:
/// derive the room's identity from `call.id`, and let `create` adopt a room that is already there.
class VideoDriver {
 public:
  VideoDriver() = default;
  VideoDriver(const VideoDriver&) = delete;
  VideoDriver& operator=(const VideoDriver&) = delete;
  virtual ~VideoDriver() = default;

  /// Makes the room of `call`. Returns true when it is there, and the getters describe it; false when not.
  /// Throwing counts as false, and `what()` is kept with the job: put no secret in it. After false the call
  /// is tried again (`Config::jobs`), then ended with `setupFailed`, and `destroy` is called, as the provider
  /// may have made the room all the same.
  virtual bool create(const Thread& thread, const Call& call) = 0;

  /// Destroys the room of `call`. `call.room` is what `create` gave, and is empty when its outcome was never
  /// recorded: then the room's identity follows from `call.id`. Returns true when the room is gone, also when
  /// the provider never knew it. False or throwing: tried again, then kept as a failed job.
  virtual bool destroy(const CallWithRoom& call) = 0;

  // What the last `create` that returned true made. At most `maxRoomField` bytes each, `maxRoomPayload`
  // characters for the payload, valid UTF-8; more counts as a failed `create`.

  [[nodiscard]] virtual std::optional<std::string> getRoomId() const = 0;
  [[nodiscard]] virtual std::optional<std::string> getRoomPin() const = 0;
  [[nodiscard]] virtual std::optional<std::string> getRoomSecret() const = 0;
  [[nodiscard]] virtual std::optional<std::string> getExtraPayload() const = 0;
};

/// Makes a driver for one job. Called from any thread that runs jobs. Throwing, or returning nothing, counts
/// as a failed try.
using VideoDriverFactory = std::function<std::unique_ptr<VideoDriver>()>;

}  // namespace messenger
