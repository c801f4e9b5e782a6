#include "http_message.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace call_server {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool sameHost(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

Response errorReply(int status, std::string_view reason, std::string_view message) {
  Response response;
  response.status = status;
  response.body = nlohmann::json{{"message", message}, {"reason", reason}}.dump();
  return response;
}

Response retryReply(int status, std::string_view reason, std::string_view message, long seconds) {
  Response response = errorReply(status, reason, message);
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

std::string_view pathOf(std::string_view target) {
  return target.substr(0, target.find('?'));
}

std::string percentDecoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front();
      text.remove_prefix(1);
      continue;
    }
    unsigned value = 0;
    if (text.size() < 3) return {};
    const char* begin = text.data() + 1;
    const auto [stop, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc{} || stop != begin + 2) return {};
    decoded += static_cast<char>(value);
    text.remove_prefix(3);
  }
  return decoded;
}

bool isSameOrigin(const Request& request) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    const std::string_view origin = request.origin;
    if (origin.starts_with(scheme)) {
      return !request.host.empty() && sameHost(origin.substr(scheme.size()), request.host);
    }
  }
  return false;
}

bool isForeign(const Request& request) {
  if (!request.origin.empty()) return !isSameOrigin(request);
  // Browsers send no Origin with a GET, but most say this. `none`: the user's own doing, as a bookmark.
  const std::string& site = request.fetchSite;
  return !site.empty() && site != "same-origin" && site != "none";
}

}  // namespace call_server
