#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/simulation/step.hpp"

namespace messenger::simulation {

/// A disk below SQLite that fails on demand, and forgets what was not synced when the power goes. It is
/// SQLite's default VFS for as long as it lives. Confined to one OS thread at a time.
class Disk {
 public:
  Disk();
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  /// A folder of its own, removed at the end.
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// The fault strikes at the nth write or sync from now on: diskError at that one alone, diskFull at it and
  /// all later ones, powerFails for good. Zero is never.
  void arm(Fault fault, std::size_t at) noexcept;
  void disarm() noexcept;
  [[nodiscard]] bool powerIsOff() const noexcept { return powerIsOff_; }
  void turnPowerOff() noexcept { powerIsOff_ = true; }
  /// How many writes and syncs have failed.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }

  /// Turns the power on again. Of what was written and not synced, any part may be there: `seed` chooses.
  /// REQUIRES: no file is open.
  void restart(std::uint64_t seed);

 private:
  struct Vfs;  // the functions that SQLite calls

  /// A write, or a change of size, that was not synced.
  struct Unsynced {
    std::int64_t offset = 0;
    std::int64_t sizeBefore = 0;
    std::int64_t sizeAfter = 0;
    std::vector<char> before{};  ///< what was there, as far as there was something
    std::vector<char> after{};
  };

  /// What SQLite is told instead of the write that is about to happen; SQLITE_OK: it may.
  [[nodiscard]] int nextWrite(int errorCode) noexcept;
  [[nodiscard]] int whatIsTold(int errorCode) noexcept;
  static void restore(const std::string& file, const std::vector<Unsynced>& changes, std::uint64_t seed);

  std::filesystem::path folder_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  Fault fault_ = Fault::none;
  std::size_t left_ = 0;
  bool full_ = false;
  std::size_t failures_ = 0;
  bool powerIsOff_ = false;
  std::map<std::string, std::vector<Unsynced>> unsynced_;
};

}  // namespace messenger::simulation
