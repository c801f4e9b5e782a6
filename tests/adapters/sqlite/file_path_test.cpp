#include <SQLiteCpp/Database.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/peer.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

SqliteOptions at(fs::path path) {
  SqliteOptions options;
  options.path = std::move(path);
  return options;
}

/// Requires that it fails as StorageUnavailable, with this text, and never as something that passes.
void requireUnavailable(const std::string& text, const std::function<void()>& act) {
  try {
    act();
    FAIL("done");
  } catch (const StorageBusy& error) {
    FAIL(error.what());
  } catch (const StorageUnavailable& error) {
    CHECK_THAT(error.what(), Contains(text));
    CHECK_THAT(error.what(), !Contains("busy"));
  }
}

/// Reads until the storage looks at its file again (RecentFileCheck).
void readUntilNoticed(Storage& storage) {
  const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds{60};
  while (std::chrono::steady_clock::now() < latest) {
    try {
      (void)load(storage, "c1");
    } catch (const StorageUnavailable&) {
      return;
    }
  }
  FAIL("not noticed");
}

/// Requires that no change is made, and that no operation of the storage answers for long.
void requireGone(Storage& storage, const std::string& text) {
  requireUnavailable(text, [&] { (void)started(storage, "c2", "t2"); });
  readUntilNoticed(storage);
  requireUnavailable(text, [&] { (void)load(storage, "c1"); });
  requireUnavailable(text, [&] { (void)started(storage, "c2", "t2"); });
  requireUnavailable(text, [&] { (void)storage.calls().history({ThreadId{"t1"}, {}, 9, user("alice")}); });
  requireUnavailable(text, [&] { (void)storage.jobs().claim(claimNext()); });
}

}  // namespace

TEST_CASE("file path: it begins with two slashes → opened like any other", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const fs::path path = "/" + fixture.file().string();
  REQUIRE(path.string().substr(0, 2) == "//");
  SECTION("a new file") {}
  SECTION("a database without tables that another tool made") {
    fixture.run("PRAGMA journal_mode = WAL");
  }
  CHECK(started(*sqliteStorage(path), "c1", "t1") == Status::committed);
  CHECK(inspectSqliteFile(at(path)).kind == SqliteFileKind::ours);
  CHECK(checkSqliteFile(at(path)).empty());
  CHECK(load(*fixture.open(), "c1").has_value());
}

TEST_CASE("file path: the file is deleted or moved while it is open → unavailable until it is back",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const fs::path aside = fixture.file().string() + ".aside";
  fs::rename(fixture.file(), aside);
  requireGone(*storage, "deleted or moved");
  fs::rename(aside, fixture.file());
  CHECK(load(*storage, "c1").has_value());
  CHECK(started(*storage, "c2", "t2") == Status::committed);
}

TEST_CASE("file path: another file is put in its place → unavailable, and the other one is not touched",
          "[sqlite][unit]") {
  const SqliteFixture fixture;
  const SqliteFixture another;
  SqliteOptions options = fixture.options();
  SECTION("in its folder") {}
  SECTION("by a link") {
    options.path = fixture.file().parent_path() / "link.db";
    (void)fixture.open();
    fs::create_symlink(fixture.file(), options.path);
  }
  const auto storage = sqliteStorage(options);
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  SECTION("a reader is open") {
    CHECK(load(*storage, "c1").has_value());
  }
  SECTION("no reader is open") {}
  REQUIRE(started(*another.open(), "other", "t9") == Status::committed);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    const fs::path old = options.path.string() + suffix;
    if (fs::exists(old)) fs::rename(old, old.string() + ".aside");
  }
  fs::rename(another.file(), options.path);
  requireGone(*storage, "replaced by another file");
  CHECK(load(*sqliteStorage(options), "other").has_value());
  CHECK(checkSqliteFile(options).empty());
}

TEST_CASE("file path: replaced while a change waits for its turn → the change is not made",
          "[sqlite][processes]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::seconds{60};
  const auto storage = sqliteStorage(options);
  Peer holder(fixture.file().string(), "lock", "-");
  const fs::path aside = fixture.file().string() + ".aside";
  fs::rename(fixture.file(), aside);
  holder.go();
  requireUnavailable("deleted or moved", [&] { (void)started(*storage, "c1", "t1"); });
  fs::rename(aside, fixture.file());
  CHECK_FALSE(load(*storage, "c1").has_value());
  CHECK(started(*storage, "c1", "t1") == Status::committed);  // no lock was left behind
  CHECK(holder.wait() == 0);
}

TEST_CASE("file path: too long → said so, by every way of opening", "[sqlite][unit]") {
  const SqliteFixture fixture;
  fs::path path = fixture.file().parent_path();
  SECTION("the name") {
    path /= std::string(250, 'a');
  }
  SECTION("the name of a folder") {
    path /= std::string(300, 'a');
    path /= "app.db";
  }
  SECTION("the whole path") {
    for (int i = 0; i < 5; ++i) path /= std::string(100, 'a');
    fs::create_directories(path);
    path /= "app.db";
  }
  requireUnavailable("too long", [&] { (void)sqliteStorage(path); });
  requireUnavailable("too long", [&] { (void)inspectSqliteFile(at(path)); });
  requireUnavailable("too long", [&] { (void)checkSqliteFile(at(path)); });
}

TEST_CASE("file path: as long as can be → works", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const fs::path path = fixture.file().parent_path() / std::string(247, 'a');
  CHECK(started(*sqliteStorage(path), "c1", "t1") == Status::committed);
}

TEST_CASE("file path: locked by others for too long → busy, and only then", "[sqlite][processes]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.busyTimeout = std::chrono::milliseconds{20};
  const auto storage = sqliteStorage(options);
  Peer holder(fixture.file().string(), "lock", "-");
  try {
    (void)started(*storage, "c1", "t1");
    FAIL("done");
  } catch (const StorageBusy& error) {
    CHECK_THAT(error.what(), Contains("busy; it may succeed later"));
  }
}
