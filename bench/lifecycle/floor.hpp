#pragma once

#include <filesystem>
#include <string>

#include "bench/support/raw_sqlite.hpp"

namespace messenger::bench {

/// What a floor runs of the statements that the adapter runs.
enum class FloorDoes : std::uint8_t {
  changes,            ///< what changes rows, in as many commits
  changesAndLookUps,  ///< also what is read: pictures, guards, jobs, members
};

/// The users of a lifecycle as SQLite sees them: three members, two of whom join.
struct RawUsers {
  std::string type = "user";
  std::string owner = "100001";
  std::string guest = "100002";
};

/// A whole call in eight transactions of SQLite's C interface, on the adapter's tables: the same rows
/// inserted, changed and deleted, found by their numbers, in as many commits, with nothing around them.
/// Confined to one OS thread.
class LifecycleFloor {
 public:
  LifecycleFloor(const std::filesystem::path& file, const char* synchronous, FloorDoes does);

  void one(const std::string& thread, const RawUsers& users);

 private:
  void start(const RawUsers& users);
  void claim(bool intends);
  void setup();
  void join(const RawUsers& users);
  void leave(const RawUsers& users);
  void end(const RawUsers& users);
  void teardown();
  void insertJob(int type);

  [[nodiscard]] bool looks() const noexcept { return does_ == FloorDoes::changesAndLookUps; }
  /// Begins a transaction, and looks at the call's row as its guard does.
  void beginOnCall();

  FloorDoes does_;
  RawDatabase database_;
  RawIds ids_;

  // The call under way.
  std::string thread_;
  std::string call_;
  std::string job_;
  std::int64_t callRow_ = 0;
  std::int64_t ownerRow_ = 0;
  std::int64_t guestRow_ = 0;
  std::int64_t jobRow_ = 0;
  std::int64_t now_ = 0;

  RawStatement begin_;
  RawStatement commit_;
  RawStatement insertCall_;
  RawStatement insertParticipant_;
  RawStatement insertSession_;
  RawStatement closeSession_;
  RawStatement insertJob_;
  RawStatement claim_;
  RawStatement intend_;
  RawStatement finishJob_;
  RawStatement setup_;
  RawStatement raise_;
  RawStatement takeOut_;
  RawStatement end_;
  RawStatement teardown_;

  RawStatement pictureOfThread_;
  RawStatement pictureOfCall_;
  RawStatement guard_;
  RawStatement nextJob_;
  RawStatement jobOf_;
  RawStatement callOf_;
  RawStatement findThread_;
  RawStatement members_;
  RawStatement everyone_;
};

}  // namespace messenger::bench
