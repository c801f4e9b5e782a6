#include "messenger/adapters/memory.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("memory storage: two of them -> they share nothing", "[adapters][memory][unit]") {
  const auto one = memoryStorage();
  const auto other = memoryStorage();
  REQUIRE(started(*one, "call", "thread") == Status::committed);
  REQUIRE_FALSE(load(*other, "call"));
  REQUIRE(started(*other, "call", "thread") == Status::committed);
}

TEST_CASE("memory storage: a job that comes twice -> StorageError and nothing stored",
          "[adapters][memory][unit]") {
  const auto storage = memoryStorage();
  CallChange made = start("call", "thread");
  made.jobs.push_back(made.jobs.front());
  REQUIRE_THROWS_AS(storage->calls().commit(made), StorageError);
  REQUIRE_FALSE(load(*storage, "call"));
  REQUIRE(storage->jobs().list({}).empty());
}

}  // namespace
}  // namespace messenger::testing
