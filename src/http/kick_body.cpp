#include "http/kick_body.hpp"

#include "http/body_field.hpp"

namespace messenger::inline v0::http {

KickBody parseKickBody(std::string_view body) {
  const BodyField kicked = findBodyField(body, "kicked");
  if (kicked.malformed) return KickBody::malformed;
  if (!kicked.value || kicked.value->is_number_float()) return KickBody::noFlag;
  const auto is = [&](const nlohmann::json& value) { return *kicked.value == value; };
  if (is(true) || is(1) || is("1")) return KickBody::kick;
  return is(false) || is(0) || is("0") ? KickBody::unkick : KickBody::noFlag;
}

}  // namespace messenger::http
