#include "http/page_query.hpp"

#include <fmt/format.h>

#include <charconv>

#include "http/route.hpp"

namespace messenger::http {
namespace {

bool readLimit(std::string_view text, std::size_t most, std::size_t& limit) noexcept {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, limit);
  return error == std::errc{} && stop == end && limit >= 1 && limit <= most;
}

}  // namespace

PageQuery parsePageQuery(std::string_view target, std::size_t most, std::size_t maxId) {
  PageQuery page{.limit = most};
  const std::size_t mark = target.find('?');
  std::string_view rest = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  bool hasLimit = false;
  while (!rest.empty() && page.wrong.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const std::size_t equals = pair.find('=');
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (name == "limit") {
      if (hasLimit || !readLimit(value, most, page.limit)) page.wrong = "limit";
      hasLimit = true;
    } else if (name == "after") {
      const bool isRepeated = page.after.has_value();
      page.after = decodeId(value, maxId);
      if (isRepeated || !page.after) page.wrong = "after";
    }
  }
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
