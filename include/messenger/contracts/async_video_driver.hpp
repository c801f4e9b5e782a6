#pragma once

#include <functional>
#include <memory>
#include <string>

#include "messenger/export.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/room.hpp"
#include "messenger/model/thread.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0 {

/// What a driver reports: the room, which is empty except after a `create`; or why it failed.
using DriverOutcome = BasicResult<Room, std::string>;

/// With this an asynchronous driver reports what came of one request: once, from any OS thread, also before
/// the request returned. Only the first report counts. When the last copy is destroyed without a report, the
/// request has failed. Copyable; thread-safe.
class MESSENGER_EXPORT DriverCompletion {
 public:
  /// For who asks a driver. `receiver` is called once, on the OS thread that reports.
  explicit DriverCompletion(std::function<void(DriverOutcome)> receiver);

  /// It was done. After a `create`, `room` describes what exists now; otherwise it says nothing.
  void succeed(Room room = {}) const;

  /// It was not done, or nobody knows. `why` is kept with the job: put no secret in it.
  void fail(std::string why) const;

 private:
  class MESSENGER_NO_EXPORT Once;

  std::shared_ptr<Once> once_;
};

/// A video driver that waits for its provider without an OS thread: a VideoDriver whose requests return at
/// once and complete later. For an AsyncWorker; the rules for the rooms are those of VideoDriver, and so are
/// the exceptions from them.
///
/// One object serves all jobs. It is called on the loop, one request after another, so it needs no lock as
/// long as it stays there; it must not block. Several requests are under way at the same time, never two for
/// one call. An exception counts as a failure. A request that never completes keeps its place and its lease,
/// so each needs a time-out. What is passed by reference is there until the request returns.
class MESSENGER_EXPORT AsyncVideoDriver {
 public:
  AsyncVideoDriver() = default;
  AsyncVideoDriver(const AsyncVideoDriver&) = delete;
  AsyncVideoDriver& operator=(const AsyncVideoDriver&) = delete;
  virtual ~AsyncVideoDriver() = default;

  /// Makes the room of `call`, or adopts one that exists, as `VideoDriver::create`: it may be called again.
  virtual void create(const Thread& thread, const Call& call, DriverCompletion done) = 0;

  /// Destroys the room of `call`, as `VideoDriver::destroy`: also when it does not exist, and again.
  virtual void destroy(const CallWithRoom& call, DriverCompletion done) = 0;

  /// Takes a session out of the room, as `ParticipantRemoval::remove`. As it is here, for a provider that
  /// cannot do so, there is nothing to do.
  virtual void remove(const CallWithRoom& call, const Secret& mediaId, DriverCompletion done);
};

}  // namespace messenger
