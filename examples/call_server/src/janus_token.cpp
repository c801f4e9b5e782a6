#include "janus_token.hpp"

#include "crypto.hpp"

namespace call_server {

std::string janusToken(const messenger::Secret& key, std::int64_t expiry, std::string_view realm,
                       const std::vector<std::string>& descriptors) {
  std::string text = std::to_string(expiry) + ',' + std::string{realm};
  for (const std::string& each : descriptors) text += ',' + each;
  return text + ':' + base64(hmacSha1(key.reveal(), text));
}

}  // namespace call_server
