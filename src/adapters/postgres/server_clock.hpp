#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "messenger/model/time.hpp"

namespace messenger::postgres {

/// The clock of a database: the server's wall clock plus an offset that is stored in the database, followed
/// by this machine's clock since boot.
///
/// Each process compares its own reading with the server's about once a second. A small difference is drift:
/// the clock is put forward, never back. A large one means that the server's clock was set, or that another
/// server has taken over: then the stored offset is changed so that the storage's clock goes on as before,
/// and all processes take over the new one. `reached` is the latest time that any process has stored, so that
/// the clock does not go back when all of them start again. Thread-safe.
class ServerClock {
 public:
  /// How far two readings may be apart, beside the time that the question took.
  static constexpr Duration tolerance = std::chrono::milliseconds{250};

  struct Reading {
    SteadyPoint sent;      ///< of this machine, before the question
    SteadyPoint received;  ///< and after the answer
    Duration server;       ///< the server's wall clock, since 1970
    Duration offset;       ///< as stored
    Duration reached;      ///< as stored
  };

  /// The first reading. Returns the offset to store instead of the one read, if any.
  [[nodiscard]] std::optional<Duration> begin(const Reading& reading) noexcept;

  /// A further one; the same.
  [[nodiscard]] std::optional<Duration> follow(const Reading& reading) noexcept;

  [[nodiscard]] StorageTime at(SteadyPoint moment) const noexcept;

  /// This machine's clock since boot.
  [[nodiscard]] static SteadyPoint here() noexcept;

 private:
  std::atomic<std::int64_t> anchor_{0};  ///< the storage's time at this machine's boot
};

}  // namespace messenger::postgres
