#include "http/route.hpp"

#include <array>
#include <cstddef>

#include "support/text.hpp"

namespace messenger::inline v0::http {
namespace {

constexpr std::size_t mostSegments = 6;

/// The parts between slashes. None when there are too many or one is empty, because no route is like that.
struct Segments {
  std::array<std::string_view, mostSegments> part;
  std::size_t count = 0;
};

Segments split(std::string_view path) noexcept {
  Segments segments;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || segments.count == mostSegments) return {};
    segments.part.at(segments.count++) = part;
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

std::optional<Endpoint> endpointBelowCall(std::string_view name) noexcept {
  if (name == "heartbeat") return Endpoint::heartbeat;
  if (name == "join") return Endpoint::join;
  if (name == "leave") return Endpoint::leave;
  if (name == "end") return Endpoint::end;
  if (name == "ignore") return Endpoint::ignore;
  if (name == "rings") return Endpoint::rings;
  if (name == "credentials") return Endpoint::credentials;
  if (name == "participants") return Endpoint::participants;
  return std::nullopt;
}

int hexDigit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Route> findRoute(std::string_view path) noexcept {
  const auto [part, count] = split(path);
  if (count == 1 && part[0] == "active-calls") return Route{};
  if (count == 1 && part[0] == "ringing-calls") return Route{Endpoint::ringingCalls, {}, {}, {}};
  if (count == 1 && part[0] == "missed-calls") return Route{Endpoint::missedCalls, {}, {}, {}};
  if (count == 2 && part[0] == "missed-calls" && part[1] == "seen")
    return Route{Endpoint::missedCallsSeen, {}, {}, {}};
  if (count < 3 || part[0] != "threads" || part[2] != "calls") return std::nullopt;

  Route route{Endpoint::calls, part[1], part[3], part[5]};
  switch (count) {
    case 3:
      return route;
    case 4:
      route.endpoint = Endpoint::call;
      return route;
    case 5:
      if (part[3] == "page") {
        route.endpoint = Endpoint::page;
        route.call = part[4];
        return route;
      }
      if (const auto endpoint = endpointBelowCall(part[4])) {
        route.endpoint = *endpoint;
        return route;
      }
      return std::nullopt;
    default:
      if (part[4] != "participants") return std::nullopt;
      route.endpoint = Endpoint::participant;
      return route;
  }
}

std::optional<Method> findMethod(std::string_view name) noexcept {
  if (name == "GET") return Method::get;
  if (name == "POST") return Method::post;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "HEAD") return Method::head;
  return std::nullopt;
}

bool allows(Endpoint endpoint, Method method) noexcept {
  const bool reads = method == Method::get || method == Method::head;
  switch (endpoint) {
    case Endpoint::calls:
    case Endpoint::heartbeat:
    case Endpoint::rings:
      return reads || method == Method::post;
    case Endpoint::join:
    case Endpoint::leave:
    case Endpoint::end:
    case Endpoint::ignore:
    case Endpoint::credentials:
    case Endpoint::missedCallsSeen:
      return method == Method::post;
    case Endpoint::participant:
      return reads || method == Method::put || method == Method::patch;
    case Endpoint::activeCalls:
    case Endpoint::ringingCalls:
    case Endpoint::missedCalls:
    case Endpoint::page:
    case Endpoint::call:
    case Endpoint::participants:
      return reads;
  }
  return false;
}

std::string_view allowed(Endpoint endpoint) noexcept {
  switch (endpoint) {
    case Endpoint::calls:
    case Endpoint::heartbeat:
    case Endpoint::rings:
      return "GET, HEAD, POST";
    case Endpoint::join:
    case Endpoint::leave:
    case Endpoint::end:
    case Endpoint::ignore:
    case Endpoint::credentials:
    case Endpoint::missedCallsSeen:
      return "POST";
    case Endpoint::participant:
      return "GET, HEAD, PUT, PATCH";
    case Endpoint::activeCalls:
    case Endpoint::ringingCalls:
    case Endpoint::missedCalls:
    case Endpoint::page:
    case Endpoint::call:
    case Endpoint::participants:
      return "GET, HEAD";
  }
  return "";
}

std::string_view toString(Endpoint endpoint) noexcept {
  switch (endpoint) {
    case Endpoint::activeCalls:
      return "active-calls";
    case Endpoint::ringingCalls:
      return "ringing-calls";
    case Endpoint::missedCalls:
      return "missed-calls";
    case Endpoint::missedCallsSeen:
      return "missed-calls/seen";
    case Endpoint::calls:
      return "threads/{thread}/calls";
    case Endpoint::page:
      return "threads/{thread}/calls/page/{call}";
    case Endpoint::call:
      return "threads/{thread}/calls/{call}";
    case Endpoint::join:
      return "threads/{thread}/calls/{call}/join";
    case Endpoint::leave:
      return "threads/{thread}/calls/{call}/leave";
    case Endpoint::end:
      return "threads/{thread}/calls/{call}/end";
    case Endpoint::ignore:
      return "threads/{thread}/calls/{call}/ignore";
    case Endpoint::rings:
      return "threads/{thread}/calls/{call}/rings";
    case Endpoint::credentials:
      return "threads/{thread}/calls/{call}/credentials";
    case Endpoint::heartbeat:
      return "threads/{thread}/calls/{call}/heartbeat";
    case Endpoint::participants:
      return "threads/{thread}/calls/{call}/participants";
    case Endpoint::participant:
      return "threads/{thread}/calls/{call}/participants/{participant}";
  }
  return "";
}

std::optional<std::string> decodeId(std::string_view encoded, std::size_t maxBytes) {
  // An escape has three characters for one byte, so a longer text cannot fit after decoding.
  if (encoded.size() / 3 > maxBytes) return std::nullopt;
  std::string id;
  id.reserve(encoded.size());
  while (!encoded.empty()) {
    if (encoded.front() != '%') {
      id += encoded.front();
      encoded.remove_prefix(1);
      continue;
    }
    if (encoded.size() < 3) return std::nullopt;
    const int high = hexDigit(encoded[1]);
    const int low = hexDigit(encoded[2]);
    if (high < 0 || low < 0) return std::nullopt;
    id += static_cast<char>(high * 16 + low);
    encoded.remove_prefix(3);
  }
  if (!support::isPlainText(id, maxBytes)) return std::nullopt;
  return id;
}

}  // namespace messenger::http
