// By which names a server is called, and from where.
#include <string>
#include <vector>

#include "client_address.hpp"
#include "host_names.hpp"
#include "http_message.hpp"
#include "query.hpp"
#include "tests/support/catch.hpp"

namespace call_server {

TEST_CASE("host names: loopback and the address and those allowed -> answered with any port",
          "[call_server][unit]") {
  const HostNames names{"192.0.2.7", {"Calls.example", "2001:db8::1"}};
  for (const char* host :
       {"localhost", "LocalHost:8080", "127.0.0.1", "127.0.0.1:1", "127.1.2.3", "[::1]", "[::1]:8080",
        "[::ffff:127.0.0.1]", "192.0.2.7:80", "[::ffff:192.0.2.7]", "calls.example", "CALLS.example:443",
        "[2001:db8::1]:80", "[2001:DB8:0::1]", "localhost:", ""}) {
    INFO(host);
    CHECK(names.allow(host));
  }
}

TEST_CASE("host names: any other -> not answered", "[call_server][unit]") {
  const HostNames names{"192.0.2.7", {"calls.example"}};
  for (const char* host : {"evil.example",
                           "evil.example:8080",
                           "127.0.0.1.evil.example",
                           "localhost.evil.example",
                           "evil.example#localhost",
                           "calls.example.",
                           "xcalls.example",
                           "192.0.2.8",
                           "10.0.0.1:80",
                           "[2001:db8::1]",
                           "[::2]:80",
                           "2130706433",
                           "0x7f.1",
                           "localhost:80x",
                           "localhost:80:80",
                           "localhost@evil",
                           "[::1",
                           "::1",
                           "[::1]x:80",
                           "[localhost]",
                           " localhost",
                           "localhost ",
                           "local\thost",
                           ":80",
                           ".",
                           "-"}) {
    INFO(host);
    CHECK_FALSE(names.allow(host));
  }
}

TEST_CASE("host names: listening on any address -> every address and no other name", "[call_server][unit]") {
  for (const char* any : {"0.0.0.0", "::"}) {
    const HostNames names{any, {}};
    CHECK(names.allow("192.0.2.8:80"));
    CHECK(names.allow("[2001:db8::1]"));
    CHECK(names.allow("localhost"));
    CHECK_FALSE(names.allow("evil.example"));
  }
}

TEST_CASE("client address: without a trusted proxy -> the other end of the connection",
          "[call_server][unit]") {
  const ClientAddresses none{{}};
  CHECK(none.clientOf("192.0.2.1", "198.51.100.1") == "192.0.2.1");
  CHECK(none.clientOf("::ffff:192.0.2.1", "") == "192.0.2.1");
  const ClientAddresses other{{"192.0.2.9"}};
  CHECK(other.clientOf("192.0.2.1", "198.51.100.1") == "192.0.2.1");
}

TEST_CASE("client address: behind trusted proxies -> the last one that is none of them",
          "[call_server][unit]") {
  const ClientAddresses addresses{{"127.0.0.1", "10.0.0.1", "2001:db8::1"}};
  CHECK(addresses.clientOf("127.0.0.1", "198.51.100.1") == "198.51.100.1");
  CHECK(addresses.clientOf("::ffff:127.0.0.1", "198.51.100.1") == "198.51.100.1");
  CHECK(addresses.clientOf("127.0.0.1", "1.1.1.1, 198.51.100.1,  10.0.0.1\t") == "198.51.100.1");
  CHECK(addresses.clientOf("127.0.0.1", "1.1.1.1,2001:db8:0::1") == "1.1.1.1");
  // What it cannot read is a client's own word.
  CHECK(addresses.clientOf("127.0.0.1", "1.1.1.1, unknown") == "127.0.0.1");
  CHECK(addresses.clientOf("127.0.0.1", "1.1.1.1, ") == "127.0.0.1");
  CHECK(addresses.clientOf("127.0.0.1", "1.1.1.1, nonsense, 10.0.0.1") == "10.0.0.1");
  CHECK(addresses.clientOf("127.0.0.1", "") == "127.0.0.1");
  CHECK(addresses.clientOf("127.0.0.1", "10.0.0.1") == "10.0.0.1");
  CHECK_THROWS_AS(ClientAddresses{{"localhost"}}, std::invalid_argument);
}

TEST_CASE("client address: IPv6 -> counted by what one customer has", "[call_server][unit]") {
  const ClientAddresses none{{}};
  CHECK(none.clientOf("2001:db8:1:2:3:4:5:6", "") == none.clientOf("2001:db8:1:2::7", ""));
  CHECK(none.clientOf("2001:db8:1:2::", "") != none.clientOf("2001:db8:1:3::", ""));
}

TEST_CASE("origin: a request of another site's page -> foreign", "[call_server][unit]") {
  const auto isForeignWith = [](const std::string& origin, const std::string& site) {
    Request request;
    request.host = "127.0.0.1:80";
    request.origin = origin;
    request.fetchSite = site;
    return isForeign(request);
  };
  CHECK_FALSE(isForeignWith("", ""));  // no page, or a browser that does not say
  CHECK_FALSE(isForeignWith("http://127.0.0.1:80", ""));
  CHECK_FALSE(isForeignWith("", "same-origin"));
  CHECK_FALSE(isForeignWith("", "none"));
  CHECK(isForeignWith("http://evil.example", "same-origin"));
  CHECK(isForeignWith("null", ""));
  for (const char* site : {"same-site", "cross-site", "anything"}) CHECK(isForeignWith("", site));
}

TEST_CASE("query: parameters in any order and among others -> found or refused", "[call_server][unit]") {
  const auto among = pageQueryOf("/users?x=1&after=a%2fb&&limits=7&limit=2&y", 9);
  REQUIRE(among);
  CHECK(among->after == "a/b");
  CHECK(among->limit == 2);
  CHECK(pageQueryOf("/users", 9)->limit == 9);
  CHECK_FALSE(pageQueryOf("/users?y", 9)->after);
  for (const char* wrong :
       {"limit=", "limit=0", "limit=10", "limit=x", "limit=1&limit=1", "after=a&after=b"}) {
    INFO(wrong);
    CHECK_FALSE(pageQueryOf(std::string{"/users?"} + wrong, 9));
  }
  CHECK(linkToNext("a b", 2) == R"(<?after=a%20b&limit=2>; rel="next")");
}

}  // namespace call_server
