#pragma once

#include "adapters/sqlite/connection.hpp"
#include "messenger/model/time.hpp"

namespace messenger::sqlite {

/// One boot of the machine, as Linux names it (/proc/sys/kernel/random/boot_id).
struct BootId {
  std::int64_t high = 0;
  std::int64_t low = 0;

  friend bool operator==(const BootId&, const BootId&) = default;
};

/// Of this machine now. Zero where it cannot be read: then the machine counts as not restarted for as long as
/// the clock that follows from the stored anchor is not behind what the file knows.
[[nodiscard]] BootId currentBoot();

/// The clock of a database file: the machine's clock since boot plus an anchor that is stored in the file.
/// All processes that have the file open read the same time, and no setting of the wall clock moves it.
///
/// A new file begins at the wall clock. After a reboot the clock goes on from the latest time that the file
/// knows; while the machine was off it stood still. So that it knows one, each process that writes also
/// stores, once in `remembering`, how far the clock has come.
class FileClock {
 public:
  static constexpr Duration remembering = std::chrono::seconds{1};

  FileClock() = default;

  /// Reads the anchor, or stores a new one in a transaction of its own.
  FileClock(Connection& connection, const BootId& boot);

  [[nodiscard]] StorageTime at(SteadyPoint moment) const noexcept {
    return StorageTime{std::chrono::floor<Duration>(moment.time_since_epoch()) + anchor_};
  }

  [[nodiscard]] StorageTime now() const noexcept;

 private:
  Duration anchor_ = Duration::zero();
};

/// Remembers that the file's clock has come this far, for the next boot. REQUIRES: a transaction.
void rememberTime(Connection& connection, StorageTime now);

}  // namespace messenger::sqlite
