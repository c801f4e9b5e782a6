#include "background.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <limits>
#include <thread>

#include "tests/support/catch.hpp"

namespace call_server {

TEST_CASE("errands: several -> one after another up to a limit and none after a stop",
          "[call_server][unit]") {
  Errands errands(1);
  std::promise<void> begun;
  std::promise<void> open;
  std::atomic<int> done{0};
  REQUIRE(errands.run([&] {
    begun.set_value();
    open.get_future().wait();
    ++done;
  }));
  begun.get_future().wait();
  CHECK(errands.run([&] { ++done; }));
  CHECK_FALSE(errands.run([&] { ++done; }));
  open.set_value();
  std::promise<void> last;
  while (!errands.run([&] { last.set_value(); })) std::this_thread::yield();
  last.get_future().wait();
  CHECK(done == 2);
  errands.stop();
  CHECK_FALSE(errands.run([&] { ++done; }));
}

TEST_CASE("errands: stopped -> waits for the running one and drops the others", "[call_server][unit]") {
  std::promise<void> begun;
  std::promise<void> open;
  std::atomic<int> done{0};
  Errands errands(std::numeric_limits<std::size_t>::max());
  REQUIRE(errands.run([&] {
    begun.set_value();
    open.get_future().wait();
    ++done;
  }));
  begun.get_future().wait();
  REQUIRE(errands.run([&] { ++done; }));
  auto stopped = std::async(std::launch::async, [&] { errands.stop(); });
  // Refused: it knows of the stop.
  while (errands.run([] {})) std::this_thread::yield();
  open.set_value();
  stopped.get();
  CHECK(done == 1);
}

TEST_CASE("periodic: stopped while it waits -> ends at once", "[call_server][unit]") {
  std::atomic<int> rounds{0};
  std::promise<void> third;
  {
    Periodic often(std::chrono::milliseconds{1}, [&] {
      if (++rounds == 3) third.set_value();
    });
    third.get_future().wait();
  }
  std::promise<void> first;
  Periodic rarely(std::chrono::hours{1}, [&] { first.set_value(); });
  first.get_future().wait();
  rarely.stop();
  rarely.stop();
  CHECK(rarely.isStopping());
}

}  // namespace call_server
