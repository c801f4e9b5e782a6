// Targets with any query: a parameter's value is found wherever it stands, is never found twice, is text
// within its limit, and does not depend on the parameters around it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "messenger/http/query.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::http {
namespace {

using State = QueryParameter::State;

constexpr std::size_t mostBytes = 26;

void require(bool holds, const char* what, std::string_view target) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s: %.*s\n", what, static_cast<int>(target.size()), target.data());
  std::abort();
}

QueryParameter find(const std::string& target) {
  return findQueryParameter(target, "before", mostBytes);
}

bool isSame(const QueryParameter& one, const QueryParameter& other) {
  return one.state == other.state && one.value == other.value;
}

void check(const std::string& query) {
  const QueryParameter found = find("/h?" + query);
  require(found.state == State::given || found.value.empty(), "only a given one has a value", query);
  require(support::isPlainText(found.value, mostBytes), "a value is text within its limit", query);
  require(isSame(found, find("?x=1&" + query)), "parameters before it mean nothing", query);
  require(isSame(found, find("?" + query + "&y=%zz&%62efor=1")), "parameters behind it mean nothing", query);
  const QueryParameter again = find("?" + query + "&before=c");
  if (found.state == State::absent) {
    require(again.state == State::given && again.value == "c", "one that follows is found", query);
  } else {
    require(again.state == State::repeated, "a second one is refused", query);
  }
  require(isSame(again, find("?before=c&" + query)), "the order means nothing", query);
}

}  // namespace
}  // namespace messenger::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  messenger::http::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
