#include <array>
#include <vector>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

namespace {

constexpr std::array addNote = {"ALTER TABLE calls ADD COLUMN note TEXT",
                                "UPDATE calls SET note = 'kept since ' || created_at"};
constexpr std::array addOwner = {"CREATE TABLE owners AS SELECT DISTINCT owner_id FROM calls"};
constexpr std::array broken = {"ALTER TABLE calls ADD COLUMN other TEXT", "this is not SQL"};

/// The library's migrations, and versions that do not exist yet.
std::vector<sqlite::Migration> oursAnd(std::initializer_list<sqlite::Migration> later) {
  const auto ours = sqlite::schemaMigrations();
  std::vector<sqlite::Migration> all(ours.begin(), ours.end());
  all.insert(all.end(), later);
  return all;
}

}  // namespace

TEST_CASE("migration: an older file -> brought up to date with its data", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto version = static_cast<std::int64_t>(sqlite::schemaMigrations().size());
  CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
  REQUIRE(fixture.number("PRAGMA user_version") == version);

  const auto newer = oursAnd({{addNote}, {addOwner}});
  auto storage = sqlite::makeSqliteStorage(fixture.options(), nullptr, newer);
  CHECK(fixture.number("PRAGMA user_version") == version + 2);
  CHECK(fixture.text("SELECT note FROM calls").starts_with("kept since 17"));
  CHECK(fixture.text("SELECT owner_id FROM owners") == "alice");
  CHECK(started(*storage, "c2", "t1") == Status::activeCallExists);
  storage.reset();

  CHECK_NOTHROW(sqlite::makeSqliteStorage(fixture.options(), nullptr, newer));
  CHECK_THROWS_AS(fixture.open(), StorageIncompatible);
}

TEST_CASE("migration: a new file -> gets all steps at once", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto newer = oursAnd({{addNote}});
  const auto storage = sqlite::makeSqliteStorage(fixture.options(), nullptr, newer);
  CHECK(fixture.number("PRAGMA user_version") == static_cast<std::int64_t>(newer.size()));
}

TEST_CASE("migration: a step fails -> the previous version is left", "[sqlite][unit]") {
  const SqliteFixture fixture;
  CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
  const std::string before = fixture.dump();
  const auto newer = oursAnd({{addNote}, {broken}});
  CHECK_THROWS_AS(sqlite::makeSqliteStorage(fixture.options(), nullptr, newer), StorageError);
  CHECK(fixture.dump() == before);
  CHECK(load(*fixture.open(), "c1").has_value());
}

TEST_CASE("migration: the first opening fails at any statement -> the file can be opened", "[sqlite][unit]") {
  std::size_t n = 1;
  for (bool struck = true; struck; ++n) {
    const SqliteFixture fixture;
    FailingProbe probe;
    probe.failNth(n);
    try {
      (void)fixture.open(probe);
    } catch (const StorageUnavailable&) {
      CHECK(probe.struck());
    }
    struck = probe.struck();
    CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
  }
  CHECK(n > 20);
}
