#include "tests/adapters/sqlite/sqlite_fixture.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <fstream>
#include <sstream>
#include <vector>

namespace messenger::inline v0::testing {

SqliteOptions SqliteFixture::options() const {
  SqliteOptions options;
  options.path = file();
  options.durability = Durability::normal;
  return options;
}

std::shared_ptr<Storage> SqliteFixture::open() const {
  return sqliteStorage(options());
}

std::shared_ptr<Storage> SqliteFixture::open(sqlite::StatementProbe& probe) const {
  return sqlite::makeSqliteStorage(options(), &probe);
}

void SqliteFixture::run(const std::string& sql) const {
  SQLite::Database database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 5000);
  database.exec("PRAGMA foreign_keys = ON");
  database.exec(sql);
}

std::int64_t SqliteFixture::number(const std::string& sql) const {
  SQLite::Database database(file().string(), SQLite::OPEN_READONLY, 5000);
  return database.execAndGet(sql).getInt64();
}

std::string SqliteFixture::text(const std::string& sql) const {
  SQLite::Database database(file().string(), SQLite::OPEN_READONLY, 5000);
  return database.execAndGet(sql).getString();
}

std::string SqliteFixture::dump() const {
  SQLite::Database database(file().string(), SQLite::OPEN_READONLY, 5000);
  std::vector<std::string> tables;
  SQLite::Statement names(database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  while (names.executeStep()) tables.push_back(names.getColumn(0).getString());
  std::ostringstream out;
  for (const std::string& table : tables) {
    SQLite::Statement rows(database, "SELECT * FROM " + table + " ORDER BY 1, 2");
    while (rows.executeStep()) {
      if (rows.getColumn(0).getString() == "clock_reached") continue;
      out << table;
      for (int i = 0; i < rows.getColumnCount(); ++i)
        out << '|' << rows.getColumnName(i) << '=' << rows.getColumn(i).getString();
      out << '\n';
    }
  }
  return out.str();
}

std::string SqliteFixture::bytes() const {
  std::ifstream in(file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void SqliteFixture::write(std::string_view bytes) const {
  std::ofstream out(file(), std::ios::binary);
  out << bytes;
}

std::set<std::string> SqliteFixture::names() const {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(dir_.path()))
    found.insert(entry.path().filename().string());
  return found;
}

void FailingProbe::beforeStatement(std::string_view sql) {
  if (sql.find("clock_reached") == std::string_view::npos) ++statements_;
  if (failing_ == 0 || --failing_ > 0) return;
  struck_ = true;
  throw SQLite::Exception("injected", SQLITE_IOERR);
}

void FailingProbe::afterCommit() {
  if (!failingCommit_) return;
  failingCommit_ = false;
  struck_ = true;
  throw SQLite::Exception("injected after the commit", SQLITE_IOERR);
}

void FailingProbe::failNth(std::size_t n) {
  heal();
  failing_ = n;
}

void FailingProbe::failAfterCommit() {
  heal();
  failingCommit_ = true;
}

void FailingProbe::heal() {
  failing_ = 0;
  failingCommit_ = false;
  struck_ = false;
}

}  // namespace messenger::testing
