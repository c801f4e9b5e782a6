#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/export.hpp"
#include "messenger/model/ids.hpp"

namespace messenger::inline v0 {

class Messenger;

namespace janus {

/// The progress of a reconciliation.
struct ReconcileProgress {
  /// The rooms of the server come first, then the active calls.
  enum class Phase : std::uint8_t { rooms, calls };
  Phase phase = Phase::rooms;  ///< what is being looked at
  std::size_t done = 0;        ///< rooms, or calls
  std::size_t total = 0;       ///< 0 for calls, whose number is not known
};

/// How to reconcile.
struct ReconcileOptions {
  /// Reports only, and changes nothing.
  bool dryRun = false;
  /// Called from time to time, on the OS thread that reconciles.
  std::function<void(const ReconcileProgress&)> progress{};
  /// Returning true ends the reconciliation early, between two rooms or calls.
  std::function<bool()> stopRequested{};
};

/// A room of the server, and the call that it is marked with.
struct ReconciledRoom {
  std::string room;  ///< its id, as text
  CallId call;       ///< from the mark in its description
};

/// What could not be reconciled.
struct ReconcileFailure {
  std::string room;  ///< its id, as text; empty when it is about a call alone
  CallId call;       ///< the call; empty when there is none
  std::string text;  ///< can be shown to an operator
};

/// What was found and done.
struct ReconcileReport {
  bool dryRun = false;                    ///< nothing was changed
  bool stopped = false;                   ///< ended early by `stopRequested`
  std::size_t rooms = 0;                  ///< on the server
  std::size_t foreign = 0;                ///< of these: without the library's mark, not touched
  std::size_t inUse = 0;                  ///< of these: rooms of active calls
  std::size_t activeCalls = 0;            ///< checked
  std::vector<ReconciledRoom> destroyed;  ///< rooms of calls that have ended; a dry run only reports them
  std::vector<ReconciledRoom> unknown;    ///< marked, but of a call that the storage does not have
  std::vector<ReconciledRoom> renewed;  ///< active calls whose room was missing; a dry run only reports them
  std::vector<ReconcileFailure> failures;  ///< the rest was reconciled all the same
};

/// Makes the rooms of a server agree with the calls of a storage: after a restart of Janus, which loses its
/// rooms, and after the storage was restored from an older copy, which leaves rooms without a call. Safe to
/// run at any time, at the same time as workers and other reconcilers. Thread-compatible; blocks until it has
/// finished.
class MESSENGER_EXPORT Reconciler {
 public:
  /// Takes the room key of the drivers. Throws std::invalid_argument when the client has no
  /// `videoRoomSecret`: without it Janus does not list the rooms, which are private.
  Reconciler(Messenger& messenger, VideoRoom room, Secret roomKey);

  /// Destroys the marked rooms whose call has ended, and renews the missing rooms of active calls
  /// (`Host::renewRoom`). A failure with one room is reported and does not stop the others. Returns an error
  /// when the server cannot list its rooms; throws StorageError when the calls cannot be listed.
  [[nodiscard]] JanusResult<ReconcileReport> reconcile(const ReconcileOptions& options = {});

 private:
  Messenger& messenger_;
  VideoRoom room_;
  Secret roomKey_;
};

}  // namespace janus
}  // namespace messenger
