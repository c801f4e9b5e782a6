#include "query.hpp"

#include <charconv>
#include <utility>

#include "messenger/http/query.hpp"

namespace call_server {
namespace {

/// Escapes all but letters, digits and `-_.`, so that it fits anywhere.
std::string percentEncoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (isPlain || c == '-' || c == '_' || c == '.') {
      encoded += c;
      continue;
    }
    const auto value = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[value >> 4U];
    encoded += digits[value & 0xfU];
  }
  return encoded;
}

}  // namespace

std::optional<PageQuery> pageQueryOf(std::string_view target, std::size_t most) {
  using messenger::http::QueryParameter;
  constexpr std::size_t longestNumber = 20;
  constexpr std::size_t longestId = 255;
  const auto limit = messenger::http::findQueryParameter(target, "limit", longestNumber);
  auto after = messenger::http::findQueryParameter(target, "after", longestId);
  const auto isUsable = [](const QueryParameter& each) {
    return each.state == QueryParameter::State::absent || each.state == QueryParameter::State::given;
  };
  if (!isUsable(limit) || !isUsable(after)) return std::nullopt;
  PageQuery page{.limit = most};
  if (after.state == QueryParameter::State::given) page.after = std::move(after.value);
  if (limit.state == QueryParameter::State::absent) return page;
  const char* end = limit.value.data() + limit.value.size();
  const auto [stop, error] = std::from_chars(limit.value.data(), end, page.limit);
  if (error != std::errc{} || stop != end || page.limit == 0 || page.limit > most) return std::nullopt;
  return page;
}

std::string linkToNext(std::string_view last, std::size_t limit) {
  return "<?after=" + percentEncoded(last) + "&limit=" + std::to_string(limit) + R"(>; rel="next")";
}

}  // namespace call_server
