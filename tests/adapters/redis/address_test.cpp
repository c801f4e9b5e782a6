#include "adapters/redis/address.hpp"

#include "messenger/adapters/redis/redis_presence.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using Catch::Matchers::Contains;
using redis::Address;

namespace {

Address addressOf(const std::string& url) {
  RedisOptions options;
  options.url = url;
  return Address(options);
}

std::string refusalOf(const std::string& url) {
  try {
    static_cast<void>(redisPresence(url));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Redis address: all parts, and none", "[redis][address]") {
  const Address whole = addressOf("rediss://calls:p%40ss%2Fw@redis.example:6380/3");
  CHECK(whole.host() == "redis.example");
  CHECK(whole.port() == "6380");
  CHECK(whole.user() == "calls");
  CHECK(whole.password() == "p@ss/w");
  CHECK(whole.database() == 3);
  CHECK(whole.tls() == Address::Tls::verified);
  CHECK(whole.name() == "Redis redis.example:6380/3");
  CHECK(whole.shown("wrong p@ss/w\r\n") == "wrong [secret]");

  const Address bare = addressOf("redis://localhost");
  CHECK(bare.port() == "6379");
  CHECK(bare.user().empty());
  CHECK(bare.tls() == Address::Tls::none);
  CHECK(addressOf("redis://:secret@[::1]:7/").host() == "::1");
  CHECK(addressOf("redis://:secret@[::1]:7/").password() == "secret");
}

TEST_CASE("Redis address: a server that is not local -> TLS with a checked certificate", "[redis][address]") {
  CHECK_THAT(refusalOf("redis://redis.example"), Contains("does not encrypt"));
  CHECK_THAT(refusalOf("redis://127.0.0.1.example"), Contains("does not encrypt"));
  CHECK(refusalOf("redis://redis.example?tls=off").empty());
  CHECK(addressOf("redis://127.0.0.1").tls() == Address::Tls::none);
  CHECK(addressOf("rediss://127.0.0.1").tls() == Address::Tls::unverified);
  CHECK(addressOf("rediss://10.0.0.1").tls() == Address::Tls::verified);
  CHECK(addressOf("rediss://10.0.0.1?tls=unverified").tls() == Address::Tls::unverified);
}

TEST_CASE("Redis address: unreadable -> refused, and no part of it is shown", "[redis][address]") {
  for (const char* url :
       {"", "http://sesame@host", "redis://", "redis://user:sesame@", "redis://:sesame/x@host",
        "redis://host:sesame", "redis://host/sesame", "redis://user:sesa%me@host",
        "redis://u:sesame@host:1?sesame", "redis://u:a?sesame@host", "redis://:sesame @host",
        "redis://u:sesame@[::1", "redis://host:0", "redis://host:65536", "rediss://host?tls=off",
        "redis://localhost?tls=unverified", "redis://sesame@host"}) {
    CAPTURE(url);
    const std::string refusal = refusalOf(url);
    CHECK_THAT(refusal, Contains("RedisOptions::url"));
    CHECK_THAT(refusal, !Contains("sesa"));
  }
}

TEST_CASE("Redis options: out of bounds -> refused", "[redis][address]") {
  RedisOptions good;
  good.url = "redis://localhost";
  const auto isRefused = [&](auto change) {
    RedisOptions options = good;
    change(options);
    try {
      static_cast<void>(redisPresence(options));
      return false;
    } catch (const std::invalid_argument&) {
      return true;
    }
  };
  CHECK_FALSE(isRefused([](RedisOptions&) {}));
  CHECK(isRefused([](RedisOptions& o) { o.connections = 0; }));
  CHECK(isRefused([](RedisOptions& o) { o.timeLimit = std::chrono::milliseconds{9}; }));
  CHECK(isRefused([](RedisOptions& o) { o.keepFor = std::chrono::seconds{59}; }));
  CHECK(isRefused([](RedisOptions& o) { o.prefix = "{"; }));
}
