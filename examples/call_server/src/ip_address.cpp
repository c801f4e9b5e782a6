#include "ip_address.hpp"

#include <string>

namespace call_server {

namespace ip = boost::asio::ip;

std::optional<ip::address> ipAddressOf(std::string_view text) {
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string{text}, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

}  // namespace call_server
