#include "http/page_query.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "messenger/http/query.hpp"

namespace messenger::inline v0::http {
namespace {

bool readLimit(std::string_view text, std::size_t most, std::size_t& limit) noexcept {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit);
  return error == std::errc{} && stop == end && limit >= 1 && limit <= most;
}

}  // namespace

PageQuery parsePageQuery(std::string_view target, std::size_t most, std::size_t maxId) {
  using State = QueryParameter::State;
  constexpr std::size_t maxLimit = 20;  // characters: no number has more
  PageQuery page{.limit = most};
  const QueryParameter limit = findQueryParameter(target, "limit", maxLimit);
  const bool limitFits = limit.state == State::absent ||
                         (limit.state == State::given && readLimit(limit.value, most, page.limit));
  if (!limitFits) page.wrong = "limit";
  QueryParameter after = findQueryParameter(target, "after", maxId);
  if (after.state == State::given) page.after = std::move(after.value);
  if (after.state == State::malformed || after.state == State::repeated) page.wrong = "after";
  return page;
}

std::string linkToNext(std::string_view path, std::string_view last, std::size_t limit) {
  return fmt::format(R"(<{}?after={}&limit={}>; rel="next")", path, encodeId(last), limit);
}

std::string encodeId(std::string_view id) {
  std::string encoded;
  encoded.reserve(id.size());
  for (const char c : id) {
    const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (isPlain || c == '-' || c == '_' || c == '.') {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace messenger::http
