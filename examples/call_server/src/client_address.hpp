#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace call_server {

/// Tells clients apart by their addresses, to count what they do before they have signed in. Immutable.
class ClientAddresses {
 public:
  /// Of trusted proxies `X-Forwarded-For` is believed, of nobody else. Throws std::invalid_argument for what
  /// is no address.
  explicit ClientAddresses(const std::vector<std::string>& trustedProxies);

  /// Who sent a request: `peer` is the other end of its connection, `forwardedFor` the header's value. An
  /// IPv6 address stands for its whole /64, because that is what one customer has.
  [[nodiscard]] std::string clientOf(std::string_view peer, std::string_view forwardedFor) const;

 private:
  std::unordered_set<std::string> trusted_;
};

}  // namespace call_server
