#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace messenger::inline v0::http {

enum class Endpoint : std::uint8_t {
  activeCalls,
  ringingCalls,
  missedCalls,
  missedCallsSeen,
  calls,
  page,
  call,
  join,
  leave,
  end,
  ignore,
  rings,
  credentials,
  heartbeat,
  participants,
  participant,
};

/// A parsed path; the ids are still percent-encoded views into it.
struct Route {
  Endpoint endpoint = Endpoint::activeCalls;
  std::string_view thread;
  std::string_view call;
  std::string_view participant;
};

/// The endpoint of a path below the API's root (without the first slash and the query). Allocates nothing.
[[nodiscard]] std::optional<Route> findRoute(std::string_view path) noexcept;

enum class Method : std::uint8_t { get, head, post, put, patch };

[[nodiscard]] std::optional<Method> findMethod(std::string_view name) noexcept;

/// Whether the endpoint allows the method.
[[nodiscard]] bool allows(Endpoint endpoint, Method method) noexcept;

/// The value of the endpoint's `Allow` header.
[[nodiscard]] std::string_view allowed(Endpoint endpoint) noexcept;

/// `threads/{thread}/calls` and so on: the route without ids, for a log.
[[nodiscard]] std::string_view toString(Endpoint endpoint) noexcept;

/// An id from a path, decoded; empty when it is not valid: a bad escape, too long, not printable.
[[nodiscard]] std::optional<std::string> decodeId(std::string_view encoded, std::size_t maxBytes);

}  // namespace messenger::http
