#include <string>

#include "messenger/adapters/database/database.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::tests {
namespace {

std::string fileOf(const std::string& url) {
  DatabaseOptions options;
  options.url = url;
  REQUIRE(kindOf(options) == DatabaseKind::sqlite);
  return databaseFile(options).string();
}

std::string refusalOf(const std::string& url) {
  DatabaseOptions options;
  options.url = url;
  try {
    static_cast<void>(openStorage(options));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "opened";
}

}  // namespace

TEST_CASE("database: paths and sqlite URLs -> the file", "[database]") {
  CHECK(fileOf("/a/b.db") == "/a/b.db");
  CHECK(fileOf("sqlite:/a/b.db") == "/a/b.db");
  CHECK(fileOf("SQLite:/a/b.db") == "/a/b.db");
  CHECK(fileOf("sqlite:///a/b.db") == "/a/b.db");
  const std::string here = std::filesystem::current_path().string() + "/";
  CHECK(fileOf("b.db") == here + "b.db");
  CHECK(fileOf("sqlite:b.db") == here + "b.db");
  CHECK(fileOf("sqlite:c:b.db") == here + "c:b.db");
  CHECK(fileOf("a b:c.db") == here + "a b:c.db");
  CHECK(fileOf("folder/c:b.db") == here + "folder/c:b.db");
}

TEST_CASE("database: what names none -> refused and never repeated", "[database]") {
  const std::string url = GENERATE(
      as<std::string>{}, "mysql://me:pass-word-7@host/calls", "redis://:pass-word-7@host",
      "host=x password=pass-word-7", "password = pass-word-7", "sqlite://pass-word-7/b.db", "pass-word-7:x",
      "POSTGRES://me:pass-word-7@host/calls", "postgresql:pass-word-7", "sqlite:", "");
  CAPTURE(url);
  const std::string refusal = refusalOf(url);
  CHECK(refusal != "opened");
  CHECK(refusal.find("pass-word-7") == std::string::npos);
}

TEST_CASE("database: an unknown scheme -> those that exist are named", "[database]") {
  const std::string refusal = refusalOf("mysql://host/calls");
  CHECK(refusal.find("sqlite:PATH") != std::string::npos);
#ifdef MESSENGER_TESTS_WITH_POSTGRES
  CHECK(refusal.find("postgresql://") != std::string::npos);
#else
  CHECK(refusalOf("postgresql://host/calls").find("not built into this program") != std::string::npos);
#endif
}

TEST_CASE("database: a new file -> made and seen", "[database]") {
  testing::TempDir folder;
  DatabaseOptions options;
  options.url = "sqlite:" + folder.file("calls.db").string();
  CHECK(inspectDatabase(options).kind == DatabaseState::Kind::missing);
  CHECK(openStorage(options)->jobs().list({}).empty());
  const DatabaseState found = inspectDatabase(options);
  CHECK(found.kind == DatabaseState::Kind::ours);
  CHECK(found.version == found.latest);
  CHECK(checkDatabase(options).empty());
  CHECK(nameOf(options) == folder.file("calls.db").string());
}

TEST_CASE("presence: a URL -> memory or refused and never repeated", "[database]") {
  CHECK(openPresence("memory") != nullptr);
  CHECK(openPresence("") != nullptr);
  for (const char* url : {"memcached://me:pass-word-7@host", "pass-word-7"}) {
    try {
      static_cast<void>(openPresence(url));
      FAIL("opened");
    } catch (const std::invalid_argument& error) {
      CHECK(std::string{error.what()}.find("pass-word-7") == std::string::npos);
    }
  }
}

}  // namespace messenger::tests
