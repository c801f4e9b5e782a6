#include "host_names.hpp"

#include <algorithm>
#include <optional>

#include "ip_address.hpp"

namespace call_server {
namespace {

constexpr std::size_t longestName = 253;

/// Also in brackets, as an IPv6 address stands in an address of the web.
std::optional<boost::asio::ip::address> addressOf(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return ipAddressOf(text);
}

bool isNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

/// One spelling for each name and each address.
std::string plain(std::string_view name) {
  if (const auto address = addressOf(name)) return address->to_string();
  std::string small{name};
  std::transform(small.begin(), small.end(), small.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return small;
}

/// `Host` without its port; empty when what follows the name is no port.
std::string_view withoutPort(std::string_view host) {
  const std::size_t from = host.starts_with('[') ? host.find(']') : 0;
  if (from == std::string_view::npos) return {};
  const std::size_t colon = host.find(':', from);
  if (colon == std::string_view::npos) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool isPort = port.find_first_not_of("0123456789") == std::string_view::npos;
  return isPort ? host.substr(0, colon) : std::string_view{};
}

}  // namespace

bool isHostName(std::string_view text) {
  if (addressOf(text)) return true;
  return !text.empty() && text.size() <= longestName && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), isNameCharacter);
}

HostNames::HostNames(const std::string& address, const std::vector<std::string>& more)
    : names_{"localhost", plain(address)} {
  const auto listening = addressOf(address);
  anyAddress_ = listening && listening->is_unspecified();
  for (const std::string& each : more) names_.insert(plain(each));
}

bool HostNames::allow(std::string_view host) const {
  if (host.empty()) return true;
  const std::string_view name = withoutPort(host);
  if (!isHostName(name)) return false;
  if (const auto address = addressOf(name); address && (anyAddress_ || address->is_loopback())) return true;
  return names_.contains(plain(name));
}

}  // namespace call_server
