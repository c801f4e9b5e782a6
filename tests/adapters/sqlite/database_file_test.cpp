#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/sqlite/database_file.hpp"
#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;
using Catch::Matchers::Contains;

namespace {

/// Requires that opening is refused with this text, and that the file and its folder are as they were.
void requireUntouched(const SqliteFixture& fixture, const std::string& text) {
  const std::string before = fixture.bytes();
  const auto names = fixture.names();
  try {
    (void)fixture.open();
    FAIL("opened");
  } catch (const StorageIncompatible& error) {
    CHECK_THAT(error.what(), Contains(text));
    CHECK_THAT(error.what(), Contains(fixture.file().string()));
  }
  CHECK((fixture.bytes() == before));  // too long to be printed
  CHECK(fixture.names() == names);
}

unsigned permissions(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 0777U;
}

}  // namespace

TEST_CASE("database file: missing -> made and readable by its owner only", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const mode_t before = ::umask(0);
  const auto storage = fixture.open();
  ::umask(before);
  CHECK(started(*storage, "c1", "t1") == Status::committed);
  CHECK(permissions(fixture.file()) == 0600U);
  CHECK(permissions(fixture.file().string() + "-wal") == 0600U);
  CHECK(permissions(fixture.file().string() + "-shm") == 0600U);
}

TEST_CASE("database file: an umask that removes all permissions -> the owner has access", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const mode_t before = ::umask(0777);
  const auto storage = fixture.open();
  ::umask(before);
  CHECK(permissions(fixture.file()) == 0600U);
}

TEST_CASE("database file: empty -> becomes a database", "[sqlite][unit]") {
  const SqliteFixture fixture;
  fixture.write("");
  CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
  CHECK(fixture.number("PRAGMA application_id") == sqlite::applicationId);
  CHECK(fixture.number("PRAGMA user_version") ==
        static_cast<std::int64_t>(sqlite::schemaMigrations().size()));
  CHECK(fixture.text("PRAGMA journal_mode") == "wal");
  CHECK(fixture.text("PRAGMA integrity_check") == "ok");
}

TEST_CASE("database file: a database without tables -> gets the library's tables", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SECTION("with a rollback journal") {
    fixture.run("CREATE TABLE t (a); DROP TABLE t");
  }
  SECTION("with a write-ahead log") {
    fixture.run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); DROP TABLE t");
  }
  CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
}

TEST_CASE("database file: reopened -> stored data is there", "[sqlite][unit]") {
  const SqliteFixture fixture;
  CHECK(started(*fixture.open(), "c1", "t1") == Status::committed);
  const auto storage = fixture.open();
  CHECK(load(*storage, "c1").value().participants.size() == 1);
  CHECK(started(*storage, "c2", "t1") == Status::activeCallExists);
}

TEST_CASE("database file: not a SQLite database -> refused and left as it was", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SECTION("short text") {
    fixture.write("hello");
  }
  SECTION("long text") {
    fixture.write(std::string(100'000, 'x'));
  }
  SECTION("zeros") {
    fixture.write(std::string(8192, '\0'));
  }
  SECTION("a header cut short") {
    fixture.write(std::string("SQLite format 3\0......", 22));
  }
  requireUntouched(fixture, "not a SQLite database");
}

TEST_CASE("database file: another application's database -> refused and left as it was", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SECTION("it has tables") {
    fixture.run("CREATE TABLE customers (id); INSERT INTO customers VALUES (1)");
  }
  SECTION("it has tables and a write-ahead log") {
    fixture.run("PRAGMA journal_mode = WAL; CREATE TABLE customers (id); INSERT INTO customers VALUES (1)");
  }
  SECTION("it says so in its header") {
    fixture.run("PRAGMA application_id = 77; PRAGMA user_version = 1");
  }
  SECTION("it has an unfinished transaction") {
    fixture.run("CREATE TABLE customers (id); INSERT INTO customers VALUES (1)");
    const std::string before = fixture.bytes();
    // A journal left by a killed process: SQLite would roll it back, and so change the file.
    SQLite::Database database(fixture.file().string(), SQLite::OPEN_READWRITE);
    database.exec(
        "PRAGMA cache_spill = 1; PRAGMA cache_size = 1; BEGIN; "
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
        "INSERT INTO customers SELECT randomblob(100) FROM n");
    std::filesystem::copy_file(fixture.file().string() + "-journal", fixture.file().string() + "-kept");
    const std::string halfway = fixture.bytes();
    database.exec("ROLLBACK");
    std::filesystem::rename(fixture.file().string() + "-kept", fixture.file().string() + "-journal");
    fixture.write(halfway);
    REQUIRE(halfway != before);
  }
  requireUntouched(fixture, "another application");
}

TEST_CASE("database file: another application is using its file -> not disturbed", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SQLite::Database other(fixture.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  other.exec("PRAGMA journal_mode = WAL; CREATE TABLE customers (id); INSERT INTO customers VALUES (1)");
  requireUntouched(fixture, "another application");
  other.exec("INSERT INTO customers VALUES (2)");
  CHECK(other.execAndGet("SELECT count(*) FROM customers").getInt64() == 2);
}

TEST_CASE("database file: a newer version -> refused and left as it was", "[sqlite][unit]") {
  const SqliteFixture fixture;
  (void)fixture.open();
  SECTION("in its header") {
    fixture.run("PRAGMA user_version = 99");
    requireUntouched(fixture, "newer messenger");
  }
  SECTION("in the write-ahead log of somebody who was killed") {
    const auto beside = [&](const char* suffix) {
      return std::filesystem::path(fixture.file().string() + suffix);
    };
    const std::vector<const char*> suffixes{"", "-wal", "-shm"};
    {
      SQLite::Database newer(fixture.file().string(), SQLite::OPEN_READWRITE);
      newer.exec("PRAGMA user_version = 99");
      for (const char* suffix : suffixes)
        std::filesystem::copy_file(beside(suffix),
                                   fixture.file().parent_path() / ("kept" + std::string(suffix)));
    }
    for (const char* suffix : suffixes)
      std::filesystem::rename(fixture.file().parent_path() / ("kept" + std::string(suffix)), beside(suffix));
    requireUntouched(fixture, "newer messenger");
  }
}

TEST_CASE("database file: a missing folder -> the error names it", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.path = fixture.file().parent_path() / "no-such-folder" / "app.db";
  CHECK_THROWS_AS(sqliteStorage(options), StorageUnavailable);
  CHECK_THROWS_WITH(sqliteStorage(options), Contains("no-such-folder does not exist"));
}

TEST_CASE("database file: not an ordinary file -> StorageUnavailable", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SECTION("a folder") {
    std::filesystem::create_directory(fixture.file());
  }
  SECTION("a named pipe") {
    REQUIRE(::mkfifo(fixture.file().c_str(), 0600) == 0);
  }
  SECTION("a link to nowhere") {
    std::filesystem::create_symlink("nowhere", fixture.file());
  }
  CHECK_THROWS_AS(fixture.open(), StorageUnavailable);
}

TEST_CASE("database file: a name that looks like a URI -> used as a name", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  options.path = fixture.file().parent_path() / "file:a?mode=memory#%41.db";
  CHECK(started(*sqliteStorage(options), "c1", "t1") == Status::committed);
  CHECK(std::filesystem::file_size(options.path) > 0);
  CHECK(started(*sqliteStorage(options), "c2", "t1") == Status::activeCallExists);
}

TEST_CASE("database file: options out of bounds -> std::invalid_argument", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  SECTION("no path") {
    options.path.clear();
  }
  SECTION("memory") {
    options.path = ":memory:";
  }
  SECTION("a negative timeout") {
    options.busyTimeout = std::chrono::milliseconds{-1};
  }
  SECTION("no reader") {
    options.readers = 0;
  }
  SECTION("too many readers") {
    options.readers = 65;
  }
  CHECK_THROWS_AS(sqliteStorage(options), std::invalid_argument);
}

TEST_CASE("database file: durability -> decides how the writer syncs", "[sqlite][unit]") {
  const SqliteFixture fixture;
  SqliteOptions options = fixture.options();
  const auto pragma = [&](const char* sql) {
    return sqlite::openWriter(options, nullptr, sqlite::schemaMigrations())->number(sql);
  };
  options.durability = Durability::full;
  CHECK(pragma("PRAGMA synchronous") == 2);
  options.durability = Durability::normal;
  CHECK(pragma("PRAGMA synchronous") == 1);
  CHECK(pragma("PRAGMA foreign_keys") == 1);
  CHECK(pragma("PRAGMA busy_timeout") == options.busyTimeout.count());
}
