#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "messenger/http/request.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/ids.hpp"
#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::http {

/// The device that a request names: `device_id` in its query, else in the JSON object of its body. Empty
/// where none is named, also by null; a body that is no such object names none. Nothing when what is given
/// cannot name a device.
[[nodiscard]] std::optional<DeviceId> findDevice(const Request& request);

/// What kind of call is to be started: `call_type` in the JSON object of the body, "video" or "audio"; video
/// where nothing is said. Nothing for anything else.
[[nodiscard]] std::optional<CallType> findCallType(std::string_view body);

/// The users who are to be rung: `callees` in the JSON object of the body, an array of `type:id`, each an id
/// of at most `maxId` bytes. Nothing for anything else.
[[nodiscard]] std::optional<std::vector<UserId>> findCallees(std::string_view body, std::size_t maxId);

}  // namespace messenger::http
