#include "support/id_generator.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::support {
namespace {

TimePoint atMillis(std::int64_t millis) {
  return TimePoint{std::chrono::milliseconds{millis}};
}

TEST_CASE("id generator: an id -> 26 characters of Crockford's base 32", "[support][unit]") {
  IdGenerator ids;
  const std::string id = ids.next(atMillis(1'469'918'176'385));
  REQUIRE(id.size() == 26);
  REQUIRE(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
  // The time part of the ULID specification's own example.
  REQUIRE(id.substr(0, 10) == "01ARYZ6S41");
}

TEST_CASE("id generator: several ids -> text order is the order of creation", "[support][unit]") {
  IdGenerator ids;
  std::vector<std::string> made;
  for (std::int64_t millis = 1000; millis < 1010; ++millis) {
    for (int i = 0; i < 100; ++i) made.push_back(ids.next(atMillis(millis)));
  }
  REQUIRE(std::is_sorted(made.begin(), made.end()));
  REQUIRE(std::adjacent_find(made.begin(), made.end()) == made.end());
}

TEST_CASE("id generator: any moment -> accepted", "[support][unit]") {
  IdGenerator ids;
  REQUIRE(ids.next(atMillis(-5)).substr(0, 10) == "0000000000");
  REQUIRE(ids.next(TimePoint::max()).size() == 26);
  REQUIRE(ids.next(TimePoint::min()).size() == 26);
}

TEST_CASE("id generator: two generators -> different ids", "[support][unit]") {
  IdGenerator one;
  IdGenerator other;
  REQUIRE(one.next(atMillis(1)) != other.next(atMillis(1)));
  REQUIRE(one.randomNumber() != other.randomNumber());
}

TEST_CASE("id generator: random numbers -> more than zero", "[support][unit]") {
  IdGenerator ids;
  for (int i = 0; i < 1000; ++i) REQUIRE(ids.randomNumber() > 0);
}

TEST_CASE("id generator: several threads -> different ids", "[support][unit]") {
  IdGenerator ids;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) mine.push_back(ids.next(atMillis(7)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  REQUIRE(all.size() == 8000);
}

}  // namespace
}  // namespace messenger::support
