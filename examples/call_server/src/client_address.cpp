#include "client_address.hpp"

#include <algorithm>
#include <stdexcept>

#include "ip_address.hpp"

namespace call_server {
namespace {

namespace ip = boost::asio::ip;

std::string countedAs(const ip::address& address) {
  if (address.is_v4()) return address.to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6{bytes}.to_string() + "/64";
}

/// Takes the last element of a list, without spaces around it.
std::string_view takeLast(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  while (!last.empty() && (last.front() == ' ' || last.front() == '\t')) last.remove_prefix(1);
  while (!last.empty() && (last.back() == ' ' || last.back() == '\t')) last.remove_suffix(1);
  return last;
}

}  // namespace

ClientAddresses::ClientAddresses(const std::vector<std::string>& trustedProxies) {
  for (const std::string& each : trustedProxies) {
    const auto address = ipAddressOf(each);
    if (!address) throw std::invalid_argument("a trusted proxy must be an IP address");
    trusted_.insert(address->to_string());
  }
}

std::string ClientAddresses::clientOf(std::string_view peer, std::string_view forwardedFor) const {
  auto client = ipAddressOf(peer);
  if (!client) return std::string{peer};
  // Each proxy adds the one before it at the end; what stands before the last one that is not trusted was
  // sent by that one, and may say anything.
  while (!forwardedFor.empty() && trusted_.contains(client->to_string())) {
    const auto before = ipAddressOf(takeLast(forwardedFor));
    if (!before) break;
    client = before;
  }
  return countedAs(*client);
}

}  // namespace call_server
