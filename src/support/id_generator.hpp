#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "messenger/model/time.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::support {

/// Makes identifiers: 26 characters of Crockford's base 32, 48 bits of time in milliseconds and 80 random
/// bits, as the ULID specification lays them out. Ids made in the same millisecond by one generator count up,
/// so that they sort in the order of creation. Thread-safe.
class IdGenerator {
 public:
  /// Without a seed it takes one from std::random_device.
  explicit IdGenerator(std::optional<std::uint64_t> seed = std::nullopt);

  [[nodiscard]] std::string next(TimePoint now) MESSENGER_EXCLUDES(mutex_);

  /// 128 bits that nobody can guess, as 32 hexadecimal digits: from std::random_device each time, or after
  /// the seed.
  [[nodiscard]] std::string secret() MESSENGER_EXCLUDES(mutex_);

  /// A random number that is not zero.
  [[nodiscard]] std::int64_t randomNumber() MESSENGER_EXCLUDES(mutex_);

 private:
  std::uint64_t random() MESSENGER_REQUIRES(mutex_);

  const bool seeded_;
  Mutex mutex_;
  std::uint64_t state_ MESSENGER_GUARDED_BY(mutex_) = 0;
  std::uint64_t lastMillis_ MESSENGER_GUARDED_BY(mutex_) = 0;
  std::uint64_t high_ MESSENGER_GUARDED_BY(mutex_) = 0;  ///< the upper 16 of the 80 bits
  std::uint64_t low_ MESSENGER_GUARDED_BY(mutex_) = 0;   ///< the lower 64
};

}  // namespace messenger::support
