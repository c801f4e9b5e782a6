#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/route.hpp"
#include "messenger/http/response.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0::http {

/// 200 `{"message":"success"}`.
[[nodiscard]] Response success();

[[nodiscard]] Response withBody(int status, std::string body);

/// 404 for an unknown path.
[[nodiscard]] Response noSuchRoute();

/// 405, with the methods that the endpoint allows.
[[nodiscard]] Response methodNotAllowed(Endpoint endpoint);

/// 401.
[[nodiscard]] Response unauthenticated();

/// 413 and 414.
[[nodiscard]] Response bodyTooLarge();
[[nodiscard]] Response pathTooLong();

/// 404 for an unknown id: `threadNotFound`, `callNotFound` or `participantNotFound`.
[[nodiscard]] Response notFound(Reason reason);

/// 400 and 422 for the body of a kick.
[[nodiscard]] Response malformedBody();
[[nodiscard]] Response kickedNotBoolean();

/// 422 for a `device_id` that cannot name a device.
[[nodiscard]] Response unusableDevice();

/// 422 for `callees` that name no users.
[[nodiscard]] Response unusableCallees();

/// 422 for a field or parameter that names no call.
[[nodiscard]] Response unusableCall(std::string_view field);

/// 422 for a `call_type` that there is not.
[[nodiscard]] Response unusableMoment(std::string_view field);
[[nodiscard]] Response unusableCallType();

/// 422 for a parameter of a list.
[[nodiscard]] Response unusableParameter(std::string_view name, std::size_t mostInPage);

/// The response to a refusal: 404, 422, 503 or 403.
[[nodiscard]] Response refused(const Refusal& refusal, std::chrono::seconds retryAfter);

/// 503, without details of the failure.
[[nodiscard]] Response unavailable(std::string_view reason, std::chrono::seconds retryAfter);

}  // namespace messenger::http
