#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "bench/support/raw_sqlite.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::bench {

/// The activity check by SQLite's C interface: a query on the same partial index for those who are silent,
/// and the changes that putting them out makes. Confined to one thread.
class ActivityFloor {
 public:
  /// `perCommit`: how many are evicted in one transaction; the library uses one for each.
  ActivityFloor(const std::filesystem::path& file, const char* synchronous, std::size_t perCommit);

  /// Puts out whoever was last heard at or before that time; a call that empties ends, and gets a job.
  void check(StorageTime heardAtOrBefore);

 private:
  struct Silent {
    std::int64_t lastHeard;
    std::int64_t row;
    std::int64_t call;
    std::string callId;
  };
  [[nodiscard]] std::vector<Silent> nextBatch(std::int64_t heardAtOrBefore, const Silent& after);
  void putOut(const Silent& silent, std::int64_t now);

  std::size_t perCommit_;
  RawDatabase writer_;
  RawDatabase reader_;
  RawIds ids_;
  RawStatement begin_;
  RawStatement commit_;
  RawStatement silent_;
  RawStatement takeOut_;
  RawStatement close_;
  RawStatement raise_;
  RawStatement othersIn_;
  RawStatement end_;
  RawStatement insertJob_;
};

/// The write-behind: the same statement for each, or one that is given the row and looks nothing up; a
/// thousand to a transaction. Confined to one thread.
class HeardFloor {
 public:
  enum class Finds : std::uint8_t { byKey, byRow };

  HeardFloor(const std::filesystem::path& file, Finds finds);

  /// `rows`: those of the participants in the batch, in the same order.
  void save(const HeartbeatStore::Report& batch, const std::vector<std::size_t>& rows);

 private:
  Finds finds_;
  RawDatabase writer_;
  RawStatement begin_;
  RawStatement commit_;
  RawStatement byKey_;
  RawStatement byRow_;
};

}  // namespace messenger::bench
