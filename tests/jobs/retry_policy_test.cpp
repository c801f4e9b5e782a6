#include "messenger/jobs/retry_policy.hpp"

#include "tests/support/catch.hpp"

namespace messenger {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("retry_policy: each failure -> the wait doubles up to the longest", "[jobs][unit]") {
  Config::Jobs config;
  config.backoff = seconds{2};
  config.maxBackoff = seconds{20};
  config.jitter = 0;
  REQUIRE(retryDelay(config, 1, 0.9) == seconds{2});
  REQUIRE(retryDelay(config, 2, 0.9) == seconds{4});
  REQUIRE(retryDelay(config, 3, 0.9) == seconds{8});
  REQUIRE(retryDelay(config, 4, 0.9) == seconds{16});
  REQUIRE(retryDelay(config, 5, 0.9) == seconds{20});
  REQUIRE(retryDelay(config, 1000, 0.9) == seconds{20});
}

TEST_CASE("retry_policy: jitter -> lengthens the wait by at most its fraction", "[jobs][unit]") {
  Config::Jobs config;
  config.backoff = seconds{10};
  config.maxBackoff = seconds{10};
  config.jitter = 0.2;
  REQUIRE(retryDelay(config, 1, 0.0) == seconds{10});
  REQUIRE(retryDelay(config, 1, 0.5) == seconds{11});
  const auto most = retryDelay(config, 1, 0.999999);
  REQUIRE(most > milliseconds{11'900});
  REQUIRE(most <= seconds{12});
}

TEST_CASE("retry_policy: values at the bounds -> no overflow", "[jobs][unit]") {
  Config::Jobs config;
  config.backoff = hours{24};
  config.maxBackoff = hours{24};
  config.jitter = 1;
  REQUIRE_NOTHROW(Config{}.validate());
  REQUIRE(retryDelay(config, 1000, 0.999999) <= hours{48});
  config.backoff = milliseconds{0};
  REQUIRE(retryDelay(config, 1000, 0.5) == milliseconds{0});
}

}  // namespace messenger
