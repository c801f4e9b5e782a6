#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace call_server {

/// The part of a target after the `?`: parameters in any order, of which an address takes those it knows. A
/// view; thread-safe.
class Query {
 public:
  explicit Query(std::string_view query) noexcept : query_(query) {}

  struct Value {
    bool isRepeated = false;            ///< refuse it: which one was meant is unknown
    std::optional<std::string> text{};  ///< decoded; nothing when the parameter is missing
  };
  [[nodiscard]] Value find(std::string_view name) const;

 private:
  std::string_view query_;
};

/// Which part of a list is asked for: `?limit=` and `?after=`, the id of the last one that is known.
struct PageQuery {
  std::size_t limit = 0;
  std::optional<std::string> after{};
};

/// Without a limit: `most`. Empty for a limit that is no number from 1 to `most`, or a repeated parameter.
[[nodiscard]] std::optional<PageQuery> pageQueryOf(std::string_view query, std::size_t most);

/// The value of a `Link` header that leads to what follows `last`, relative to the address that was asked
/// for.
[[nodiscard]] std::string linkToNext(std::string_view last, std::size_t limit);

}  // namespace call_server
