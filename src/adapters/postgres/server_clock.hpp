#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "messenger/model/time.hpp"

namespace messenger::inline v0::postgres {

/// The clock of a database: the server's wall clock plus an offset that is stored in the database, followed
/// by this machine's clock since boot.
///
/// - Each process compares its own reading with the server's about once a second. A small difference is
///   drift: the clock is put forward, never back. A large one means that the server's clock was set, or that
///   another server has taken over: then the stored offset is changed so that the storage's clock goes on as
///   before, and all processes take over the new one.
/// - All processes of one machine use one anchor, which is stored with the name of the machine's boot: what
///   they read at one moment is the same. Between machines it differs by as much as an answer takes.
/// - `reached` is the latest time that any process has stored, so that the clock does not go back when all of
///   them start again.
///
/// Thread-safe.
class ServerClock {
 public:
  /// How far two readings may be apart, beside the time that the question took.
  static constexpr Duration tolerance = std::chrono::milliseconds{250};
  /// A smaller difference is left alone: it is how long an answer takes, and not drift.
  static constexpr Duration resolution = std::chrono::milliseconds{5};

  struct Reading {
    SteadyPoint sent;                 ///< of this machine, before the question
    SteadyPoint received;             ///< and after the answer
    Duration server;                  ///< the server's wall clock, since 1970
    Duration offset;                  ///< as stored
    Duration reached;                 ///< as stored
    std::optional<Duration> machine;  ///< the anchor of this machine, as stored
  };

  /// What is to be stored instead of what was read.
  struct Correction {
    std::optional<Duration> offset{};
    std::optional<Duration> machine{};
    [[nodiscard]] bool isNeeded() const noexcept { return offset || machine; }
  };

  /// A reading before the clock is used; again after each correction.
  [[nodiscard]] Correction begin(const Reading& reading) noexcept;

  /// A later one.
  [[nodiscard]] Correction follow(const Reading& reading) noexcept;

  /// Another process has read this time, so that it is not earlier here. One that is further ahead than the
  /// clocks of two machines can be is of something else, and left alone.
  void reached(StorageTime time) noexcept;

  [[nodiscard]] StorageTime at(SteadyPoint moment) const noexcept;
  /// The storage's time at this machine's boot.
  [[nodiscard]] Duration anchor() const noexcept { return Duration{anchor_.load(std::memory_order_acquire)}; }

  /// This machine's clock since boot.
  [[nodiscard]] static SteadyPoint here() noexcept;
  /// The key of this machine's anchor in the table of settings.
  [[nodiscard]] static std::string machineKey();

 private:
  void raise(Duration anchor) noexcept;

  std::atomic<std::int64_t> anchor_{0};
};

}  // namespace messenger::postgres
