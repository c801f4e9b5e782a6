#include "adapters/sqlite/query.hpp"

#include <fmt/format.h>

#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

bool Query::flag(int column) const {
  const std::int64_t value = integer(column);
  if (value != 0 && value != 1) {
    throw StorageUnreadable(
        fmt::format("{} is neither 0 nor 1: {}", statement_.getColumnName(column), value));
  }
  return value == 1;
}

std::int64_t Query::counter(int column) const {
  constexpr std::int64_t most = 2'000'000'000;
  const std::int64_t value = integer(column);
  if (value < 0 || value > most)
    throw StorageUnreadable(fmt::format("{} cannot be {}", statement_.getColumnName(column), value));
  return value;
}

std::optional<std::int64_t> Query::maybeInteger(int column) const {
  if (isNull(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Query::maybeText(int column) const {
  if (isNull(column)) return std::nullopt;
  return text(column);
}

std::optional<TimePoint> Query::maybeTime(int column) const {
  if (isNull(column)) return std::nullopt;
  return time(column);
}

std::optional<StorageTime> Query::maybeStorageTime(int column) const {
  if (isNull(column)) return std::nullopt;
  return storageTime(column);
}

// The error of a failed step was already thrown; reset only reports it again.
void Query::clear() noexcept {
  statement_.tryReset();
  statement_.clearBindings();
}

}  // namespace messenger::sqlite
