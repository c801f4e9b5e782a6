#include "messenger/http/query.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/route.hpp"

namespace messenger::inline v0::http {
namespace {

/// The text before the divider, which is taken off `rest` together with it.
std::string_view takeUntil(std::string_view& rest, char divider) noexcept {
  const std::size_t at = rest.find(divider);
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return part;
}

std::optional<std::string> decoded(std::string_view encoded, std::size_t maxBytes) {
  std::string text{encoded};
  std::replace(text.begin(), text.end(), '+', ' ');
  return decodeId(text, maxBytes);
}

}  // namespace

QueryParameter findQueryParameter(std::string_view target, std::string_view name, std::size_t maxBytes) {
  using State = QueryParameter::State;
  takeUntil(target, '?');
  QueryParameter found;
  while (!target.empty()) {
    std::string_view value = takeUntil(target, '&');
    if (decoded(takeUntil(value, '='), name.size()) != name) continue;
    if (found.state != State::absent) return {State::repeated, {}};
    auto text = decoded(value, maxBytes);
    found.state = text ? State::given : State::malformed;
    if (text) found.value = *std::move(text);
  }
  return found;
}

}  // namespace messenger::http
