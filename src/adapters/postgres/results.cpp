#include "adapters/postgres/results.hpp"

#include <fmt/format.h>

#include <charconv>

#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {

std::int64_t Rows::integer(int column) const {
  const std::string_view text = view(column);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw StorageCorrupt(fmt::format("{} is not a number", ::PQfname(result_, column)));
  }
  return number;
}

std::int64_t Rows::counter(int column) const {
  constexpr std::int64_t most = 2'000'000'000;
  const std::int64_t number = integer(column);
  if (number >= 0 && number <= most) return number;
  throw StorageUnreadable(fmt::format("{} cannot be {}", ::PQfname(result_, column), number));
}

std::optional<std::int64_t> Rows::maybeInteger(int column) const {
  return isNull(column) ? std::nullopt : std::optional{integer(column)};
}

std::optional<std::string> Rows::maybeText(int column) const {
  return isNull(column) ? std::nullopt : std::optional{text(column)};
}

std::optional<TimePoint> Rows::maybeTime(int column) const {
  return isNull(column) ? std::nullopt : std::optional{time(column)};
}

std::optional<StorageTime> Rows::maybeStorageTime(int column) const {
  return isNull(column) ? std::nullopt : std::optional{storageTime(column)};
}

std::size_t Results::changed(std::size_t statement) const {
  const std::string_view text = ::PQcmdTuples(results_.at(statement).get());
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace messenger::postgres
