#pragma once

#include "adapters/sqlite/connection.hpp"
#include "messenger/model/time.hpp"

namespace messenger::inline v0::sqlite {

/// One boot of the machine, as Linux names it (/proc/sys/kernel/random/boot_id).
struct BootId {
  std::int64_t high = 0;
  std::int64_t low = 0;

  friend bool operator==(const BootId&, const BootId&) = default;
};

/// The current boot of this machine. Zero when it cannot be read: then the machine counts as not restarted as
/// long as the clock that follows from the stored anchor is not behind the latest time in the file.
[[nodiscard]] BootId currentBoot();

/// The clock of a database file: the machine's clock since boot plus an anchor that is stored in the file.
/// All processes that have the file open read the same time, and changes of the wall clock do not affect it.
///
/// In a new file it begins with the wall clock. After a reboot it continues from the latest time that is
/// stored in the file: it stands still while the machine is off. For this, each process that writes also
/// stores the current time once in each period `remembering`.
class FileClock {
 public:
  static constexpr Duration remembering = std::chrono::seconds{1};

  FileClock() = default;

  /// Reads the anchor, or stores a new one in its own transaction.
  FileClock(Connection& connection, const BootId& boot);

  [[nodiscard]] StorageTime at(SteadyPoint moment) const noexcept {
    return saturatingAdd(StorageTime{std::chrono::floor<Duration>(moment.time_since_epoch())}, anchor_);
  }

  [[nodiscard]] StorageTime now() const noexcept;

 private:
  Duration anchor_ = Duration::zero();
};

/// Lets the clock of whoever opens the file from now on go on from `now`. REQUIRES: a transaction.
void setClock(Connection& connection, StorageTime now);

/// Stores the current time of the file's clock, for the next boot. REQUIRES: a transaction.
void rememberTime(Connection& connection, StorageTime now);

}  // namespace messenger::sqlite
