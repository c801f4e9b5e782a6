// A process that looks at its own open database a second time keeps its locks: another process that comes and
// goes must not take the file for abandoned.
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/peer.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

/// Another process that opens the file, does what it is asked and closes it. Returns its answer.
std::string visit(const SqliteFixture& fixture, const std::string& what, const std::string& name) {
  Peer peer(fixture.file().string(), what, name);
  peer.go();
  const std::string answer = peer.line();
  CHECK(peer.wait() == 0);
  return answer;
}

/// Requires that what `storage` commits is seen by others, whoever came and went before.
void requireStillLocked(const SqliteFixture& fixture, Storage& storage) {
  CHECK(visit(fixture, "open", "visitor") == "1");
  CHECK(std::filesystem::exists(fixture.file().string() + "-wal"));
  CHECK(started(storage, "c1", "t1") == Status::committed);
  CHECK(visit(fixture, "start", "late-") == "0");  // t1 has its call
  CHECK(load(storage, "visitor").has_value());
}

}  // namespace

TEST_CASE("same process: looked at while it is open → its locks stay", "[sqlite][processes]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c0", "t0") == Status::committed);
  SECTION("not at all") {}
  SECTION("inspected") {
    CHECK(inspectSqliteFile(fixture.options()).kind == SqliteFileKind::ours);
  }
  SECTION("checked") {
    CHECK(checkSqliteFile(fixture.options()).empty());
  }
  SECTION("a second storage, destroyed") {
    CHECK(load(*fixture.open(), "c0").has_value());
  }
  SECTION("a second storage, kept") {
    const auto second = fixture.open();
    requireStillLocked(fixture, *second);
    CHECK(load(*storage, "c1").has_value());
    return;
  }
  SECTION("a storage that does not know its version") {
    CHECK_THROWS_AS(sqlite::makeSqliteStorage(fixture.options(), nullptr, {}), StorageIncompatible);
  }
  requireStillLocked(fixture, *storage);
}

TEST_CASE("same process: the first of two storages is destroyed → the second one's locks stay",
          "[sqlite][processes]") {
  const SqliteFixture fixture;
  auto first = fixture.open();
  const auto second = fixture.open();
  REQUIRE(started(*first, "c0", "t0") == Status::committed);
  first.reset();
  requireStillLocked(fixture, *second);
}

TEST_CASE("same process: two storages and looks from several threads → every change is there",
          "[sqlite][processes]") {
  constexpr int calls = 40;
  const SqliteFixture fixture;
  {
    const auto storage = fixture.open();
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      for (int i = 0; i < calls; ++i)
        (void)started(*storage, "a" + std::to_string(i), "a" + std::to_string(i));
    });
    threads.emplace_back([&] {
      for (int i = 0; i < calls; ++i) {
        (void)started(*fixture.open(), "b" + std::to_string(i), "b" + std::to_string(i));
        (void)inspectSqliteFile(fixture.options());
      }
    });
    for (int i = 0; i < 10; ++i) CHECK(visit(fixture, "open", "v" + std::to_string(i)) == "1");
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(fixture.number("SELECT count(*) FROM calls") == 2 * calls + 10);
  CHECK(fixture.text("PRAGMA integrity_check") == "ok");
}
