#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "messenger/adapters/janus/video_room.hpp"
#include "messenger/model/ids.hpp"

namespace messenger {

class Messenger;

namespace janus {

/// How far a reconciliation is.
struct ReconcileProgress {
  enum class Phase : std::uint8_t { rooms, calls };
  Phase phase = Phase::rooms;
  std::size_t done = 0;
  std::size_t total = 0;  ///< calls: 0, as nobody has counted them
};

struct ReconcileOptions {
  /// Looks and reports, and changes nothing.
  bool dryRun = false;
  /// Called now and then, on the thread that reconciles.
  std::function<void(const ReconcileProgress&)> progress{};
  /// True ends it early, between two rooms or calls.
  std::function<bool()> stopRequested{};
};

struct ReconciledRoom {
  std::string room;
  CallId call;
};

struct ReconcileFailure {
  std::string room;
  CallId call;
  std::string text;  ///< fit to be shown
};

struct ReconcileReport {
  bool dryRun = false;
  bool stopped = false;                   ///< early, because it was asked to
  std::size_t rooms = 0;                  ///< on the server
  std::size_t foreign = 0;                ///< of them: without our mark, not touched
  std::size_t inUse = 0;                  ///< of them: of active calls
  std::size_t activeCalls = 0;            ///< looked at
  std::vector<ReconciledRoom> destroyed;  ///< of calls that have ended; in a dry run: would be
  std::vector<ReconciledRoom> unknown;    ///< with our mark, but this storage has no such call; not touched
  std::vector<ReconciledRoom> renewed;    ///< active calls whose room was gone; in a dry run: would be
  std::vector<ReconcileFailure> failures;
};

/// Brings rooms and calls together again: after a restart of Janus, which forgets its rooms; and for rooms
/// that were left behind, as by a storage that was restored from an older copy. Safe to run at any time,
/// beside workers and other reconcilers. Thread-compatible; blocks for as long as it takes.
class Reconciler {
 public:
  /// The key is the drivers' own. Throws std::invalid_argument when the client has no `videoRoomSecret`:
  /// without it Janus does not list our rooms, which are private.
  Reconciler(Messenger& messenger, VideoRoom room, Secret roomKey);

  /// Destroys rooms that carry our mark and whose call has ended; renews the rooms of active calls that are
  /// gone (`Messenger::renewRoom`). What fails for one room is reported, and the others go on. Fails when the
  /// server cannot list its rooms; throws StorageError when calls cannot be listed.
  [[nodiscard]] JanusResult<ReconcileReport> reconcile(const ReconcileOptions& options = {});

 private:
  Messenger& messenger_;
  VideoRoom room_;
  Secret roomKey_;
};

}  // namespace janus
}  // namespace messenger
