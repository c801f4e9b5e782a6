#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace messenger::inline v0::http {

/// Which part of a list is asked for: `?limit=` and `?after=`, the id of the last item that is known.
struct PageQuery {
  std::size_t limit = 0;
  std::optional<std::string> after{};  ///< decoded
  std::string_view wrong{};            ///< the parameter that cannot be used; empty when both can
};

/// Reads it from a target, in any order and among others. Without a limit: `most`. Wrong is a limit that is
/// no number from 1 to `most`, an `after` that is no id of at most `maxId` bytes, and either one when
/// repeated.
[[nodiscard]] PageQuery parsePageQuery(std::string_view target, std::size_t most, std::size_t maxId);

/// The value of a `Link` header that leads to what follows the item `last`. Relative to the address that was
/// asked for, or to what lies at `path` from there.
[[nodiscard]] std::string linkToNext(std::string_view path, std::string_view last, std::size_t limit);

/// Escapes all but letters, digits and `-_.`.
[[nodiscard]] std::string encodeId(std::string_view id);

}  // namespace messenger::http
