#include "http/start_fields.hpp"

#include "http/body_field.hpp"
#include "messenger/http/query.hpp"
#include "messenger/model/call_session.hpp"
#include "support/text.hpp"

namespace messenger::inline v0::http {
namespace {

constexpr std::string_view field = "device_id";

std::optional<DeviceId> checked(std::string text) {
  if (!isDevice(text)) return std::nullopt;
  return DeviceId{std::move(text)};
}

}  // namespace

std::optional<DeviceId> findDevice(const Request& request) {
  if (request.path.find('?') != std::string_view::npos) {
    QueryParameter parameter = findQueryParameter(request.path, field, longestDevice);
    if (parameter.state == QueryParameter::State::given) return checked(std::move(parameter.value));
    if (parameter.state != QueryParameter::State::absent) return std::nullopt;
  }
  const BodyField inBody = findBodyField(request.body, field);
  if (!inBody.value || inBody.value->is_null()) return DeviceId{};
  if (!inBody.value->is_string()) return std::nullopt;
  return checked(inBody.value->get<std::string>());
}

std::optional<CallType> findCallType(std::string_view body) {
  const BodyField type = findBodyField(body, "call_type");
  if (!type.value || type.value->is_null()) return CallType::video;
  for (const CallType each : {CallType::video, CallType::audio}) {
    if (*type.value == toString(each)) return each;
  }
  return std::nullopt;
}

std::optional<std::vector<UserId>> findCallees(std::string_view body, std::size_t maxId) {
  const BodyField given = findBodyField(body, "callees");
  if (!given.value || !given.value->is_array()) return std::nullopt;
  std::vector<UserId> callees;
  callees.reserve(given.value->size());
  for (const auto& each : *given.value) {
    if (!each.is_string()) return std::nullopt;
    auto user = UserId::parse(each.get_ref<const std::string&>());
    if (!user || !support::isPlainText(user->id, maxId)) return std::nullopt;
    callees.push_back(*std::move(user));
  }
  return callees;
}

}  // namespace messenger::http
