#pragma once

#include <optional>
#include <string_view>

#include "messenger/model/user_id.hpp"

namespace messenger::inline v0::http {

/// What the host's HTTP server received. The views must stay valid until `Router::handle` returns.
struct Request {
  std::string_view method;  ///< as sent, in capitals: `GET`
  std::string_view path;    ///< as sent, still percent-encoded, with its query; lists have `limit`, `after`
  std::optional<UserId> user;  ///< the user that the host has authenticated; empty: nobody
  std::string_view body;       ///< as received; empty when there was none
};

}  // namespace messenger::http
