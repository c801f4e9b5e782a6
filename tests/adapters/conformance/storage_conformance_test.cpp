#include "messenger/adapters/memory.hpp"
#include "messenger/errors.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "messenger/testing/storage_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("memory storage: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(storageSuite(memoryStorage, reports.sink()));
}

TEST_CASE("forwarding storage: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(storageSuite(
      [] { return std::make_shared<FaultyStorage>(std::make_shared<ForwardingStorage>(memoryStorage())); },
      reports.sink()));
}

TEST_CASE("storage suite: a factory that returns null or throws -> every check fails",
          "[adapters][conformance]") {
  Reports all;
  storageSuite(memoryStorage, all.sink());
  Reports nothing;
  const std::size_t withNothing = storageSuite([] { return std::shared_ptr<Storage>{}; }, nothing.sink());
  REQUIRE(withNothing == nothing.size());
  Reports throwing;
  const StorageFactory thrower = []() -> std::shared_ptr<Storage> { throw StorageUnavailable("no disk"); };
  const std::size_t withThrower = storageSuite(thrower, throwing.sink());
  REQUIRE(withThrower == throwing.size());
  REQUIRE(throwing.size() > 50);
  REQUIRE(all.failed().empty());
}

}  // namespace
}  // namespace messenger::testing
