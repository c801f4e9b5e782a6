#include "query.hpp"

#include <charconv>

#include "http_message.hpp"

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

Query::Value Query::find(std::string_view name) const {
  Value value;
  std::string_view rest = query_;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) != name) continue;
    if (value.text) value.isRepeated = true;
    value.text = equals == std::string_view::npos ? std::string{} : percentDecoded(pair.substr(equals + 1));
  }
  return value;
}

std::optional<PageQuery> pageQueryOf(std::string_view query, std::size_t most) {
  const Query parameters{query};
  const Query::Value limit = parameters.find("limit");
  Query::Value after = parameters.find("after");
  if (limit.isRepeated || after.isRepeated) return std::nullopt;
  PageQuery page{.limit = most, .after = std::move(after.text)};
  if (!limit.text) return page;
  const char* end = limit.text->data() + limit.text->size();
  const auto [stop, error] = std::from_chars(limit.text->data(), end, page.limit);
  if (error != std::errc{} || stop != end || page.limit == 0 || page.limit > most) return std::nullopt;
  return page;
}

std::string linkToNext(std::string_view last, std::size_t limit) {
  return "<?after=" + percentEncoded(last) + "&limit=" + std::to_string(limit) + R"(>; rel="next")";
}

}  // namespace call_server
