#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace call_server {

/// The names under which a listener answers. A name that resolves to this machine, but is not one of them,
/// belongs to somebody else: a page of theirs would otherwise read and do everything as a page of this server
/// (DNS rebinding). Immutable.
class HostNames {
 public:
  /// `address` is what it listens on. When that is "any" (0.0.0.0 or ::) every IP address is answered, since
  /// no name leads to it; otherwise loopback's and this one. `more` are names and addresses.
  HostNames(const std::string& address, const std::vector<std::string>& more);

  /// Whether requests with this `Host` header are answered, whatever the port. One without a header too:
  /// every browser sends it.
  [[nodiscard]] bool allow(std::string_view host) const;

 private:
  bool anyAddress_ = false;
  std::unordered_set<std::string> names_;
};

/// A name or an IP address (in brackets or not), without a port.
[[nodiscard]] bool isHostName(std::string_view text);

}  // namespace call_server
