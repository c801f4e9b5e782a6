#include "http/call_thread_cache.hpp"

#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::http {
namespace {

CallId call(std::size_t number) {
  return CallId{"call-" + std::to_string(number)};
}

const ThreadId threadId{"thread"};

}  // namespace

TEST_CASE("call thread cache: a call -> known with its own thread only", "[http][unit]") {
  CallThreadCache known{100};
  REQUIRE(known.find("call-1", "thread") == CallThreadCache::Answer::unknown);
  known.remember(call(1), threadId);
  REQUIRE(known.find("call-1", "thread") == CallThreadCache::Answer::sameThread);
  REQUIRE(known.find("call-1", "another") == CallThreadCache::Answer::otherThread);
  REQUIRE(known.find("call-2", "thread") == CallThreadCache::Answer::unknown);
}

TEST_CASE("call thread cache: full -> keeps no more than its capacity", "[http][unit]") {
  constexpr std::size_t capacity = 320;
  CallThreadCache known{capacity};
  for (std::size_t i = 0; i < 10'000; ++i) known.remember(call(i), threadId);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < 10'000; ++i) {
    if (known.find(call(i).value(), "thread") != CallThreadCache::Answer::unknown) ++kept;
  }
  REQUIRE(kept > 0);
  REQUIRE(kept <= capacity);
}

TEST_CASE("call thread cache: a call that is used again and again -> stays", "[http][unit]") {
  CallThreadCache known{64};
  known.remember(call(0), threadId);
  for (std::size_t i = 1; i < 10'000; ++i) {
    known.remember(call(i), threadId);
    REQUIRE(known.find("call-0", "thread") == CallThreadCache::Answer::sameThread);
  }
}

TEST_CASE("call thread cache: many threads -> may read and write at once", "[http][unit]") {
  CallThreadCache known{256};
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&known] {
      for (std::size_t i = 0; i < 5'000; ++i) {
        known.remember(call(i % 500), threadId);
        (void)known.find(call((i * 7) % 500).value(), "thread");
      }
    });
  }
  for (std::thread& each : threads) each.join();
  REQUIRE(known.find(call(499).value(), "other") != CallThreadCache::Answer::sameThread);
}

}  // namespace messenger::http
