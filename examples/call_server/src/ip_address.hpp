#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>

namespace call_server {

/// The IP address that a text spells, if it spells one. An IPv4 address in the form of IPv6
/// (::ffff:192.0.2.1) is IPv4, so that it is the same address in both forms.
[[nodiscard]] std::optional<boost::asio::ip::address> ipAddressOf(std::string_view text);

}  // namespace call_server
