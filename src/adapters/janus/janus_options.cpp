#include "messenger/adapters/janus/janus_options.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "adapters/janus/room_keys.hpp"
#include "support/environment.hpp"

namespace messenger::inline v0::janus {
namespace {

using support::readTruth;
using support::variable;

// These texts do not contain values, because a value in the wrong variable may be a password.

[[noreturn]] void reject(std::string_view field, std::string_view allowed) {
  throw std::invalid_argument("JanusOptions::" + std::string{field} + " must be " + std::string{allowed});
}

bool isPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

void checkEndpoint(std::string_view field, std::string_view url) {
  if (url.empty()) return;
  constexpr std::string_view allowed =
      "a http:// or https:// address without user, query or fragment, as http://127.0.0.1:8088/janus";
  if (!isPlain(url)) reject(field, allowed);
  const std::size_t scheme = url.starts_with("http://") ? 7 : url.starts_with("https://") ? 8 : 0;
  if (scheme == 0 || url.find_first_of("@?#\\", scheme) != std::string_view::npos) reject(field, allowed);
  const std::string_view host = url.substr(scheme, url.find('/', scheme) - scheme);
  if (host.empty() || host.front() == ':') reject(field, allowed);
}

void checkTime(std::string_view field, std::chrono::milliseconds value) {
  if (value < std::chrono::milliseconds{1} || value > std::chrono::hours{1}) {
    reject(field, "between one millisecond and one hour");
  }
}

void checkSecret(std::string_view field, const std::optional<Secret>& secret) {
  if (!secret) return;
  if (secret->reveal().empty()) reject(field, "without a value, or not empty");
  if (secret->reveal().find('\0') != std::string::npos) reject(field, "without a zero byte");
}

void readSecret(const char* name, std::optional<Secret>& field) {
  if (auto value = variable(name)) field = Secret{std::move(*value)};
}

void readEndpoint(const char* name, std::string_view field, std::string& value) {
  if (auto given = variable(name)) value = std::move(*given);
  try {
    checkEndpoint(field, value);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("the environment variable " + std::string{name} + ": " + error.what());
  }
}

}  // namespace

JanusOptions JanusOptions::fromEnvironment() {
  JanusOptions options;
  readEndpoint("JANUS_SERVER_ENDPOINT", "endpoint", options.endpoint);
  readEndpoint("JANUS_ADMIN_SERVER_ENDPOINT", "adminEndpoint", options.adminEndpoint);
  readSecret("JANUS_API_SECRET", options.apiSecret);
  readSecret("JANUS_ADMIN_SECRET", options.adminSecret);
  readSecret("JANUS_VIDEO_ROOM_SECRET", options.videoRoomSecret);
  readSecret("JANUS_ROOM_KEY", options.roomKey);
  readTruth("JANUS_VERIFY_SSL", options.verifyTls);
  return options;
}

void JanusOptions::validate() const {
  if (endpoint.empty() && adminEndpoint.empty()) {
    throw std::invalid_argument(
        "JanusOptions::endpoint (JANUS_SERVER_ENDPOINT) or JanusOptions::adminEndpoint "
        "(JANUS_ADMIN_SERVER_ENDPOINT) must be given");
  }
  checkEndpoint("endpoint", endpoint);
  checkEndpoint("adminEndpoint", adminEndpoint);
  checkSecret("apiSecret", apiSecret);
  checkSecret("adminSecret", adminSecret);
  checkSecret("videoRoomSecret", videoRoomSecret);
  checkSecret("roomKey", roomKey);
  if (!isPlain(proxy)) reject("proxy", "an address without blanks");
  checkTime("connectTimeout", connectTimeout);
  checkTime("requestTimeout", requestTimeout);
  if (requestTimeout < connectTimeout) reject("requestTimeout", "at least connectTimeout");
  if (maxReplyBytes < 1024 || maxReplyBytes > std::size_t{1} << 30U) {
    reject("maxReplyBytes", "between 1 KiB and 1 GiB");
  }
}

Secret JanusOptions::keyOfRooms() const {
  if (roomKey && !roomKey->reveal().empty()) return *roomKey;
  if (videoRoomSecret && !videoRoomSecret->reveal().empty()) {
    return Secret{derive(*videoRoomSecret, "room key", "")};
  }
  throw std::invalid_argument(
      "JanusOptions::roomKey (JANUS_ROOM_KEY) or JanusOptions::videoRoomSecret (JANUS_VIDEO_ROOM_SECRET) "
      "must be given: ids, pins and secrets of rooms are derived from it");
}

}  // namespace messenger::janus
