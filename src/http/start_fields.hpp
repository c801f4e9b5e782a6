#pragma once

#include <optional>
#include <string_view>

#include "messenger/http/request.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/ids.hpp"

namespace messenger::http {

/// The device that a request names: `device_id` in its query, else in the JSON object of its body. Empty
/// where none is named, also by null; a body that is no such object names none. Nothing when what is given
/// cannot name a device.
[[nodiscard]] std::optional<DeviceId> findDevice(const Request& request);

/// What kind of call is to be started: `call_type` in the JSON object of the body, "video" or "audio"; video
/// where nothing is said. Nothing for anything else.
[[nodiscard]] std::optional<CallType> findCallType(std::string_view body);

}  // namespace messenger::http
