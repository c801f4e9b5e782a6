#include "host_database.hpp"

#include <sqlite3.h>

#include <stdexcept>

namespace {

constexpr const char* tables = R"(
  DROP TABLE IF EXISTS conversation_members;
  DROP TABLE IF EXISTS conversations;
  DROP TABLE IF EXISTS users;
  CREATE TABLE users (id INTEGER PRIMARY KEY, display_name TEXT NOT NULL);
  CREATE TABLE conversations (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL,
                              archived INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE conversation_members (
    conversation_id INTEGER NOT NULL REFERENCES conversations, user_id INTEGER NOT NULL REFERENCES users,
    role TEXT NOT NULL DEFAULT 'member', accepted INTEGER NOT NULL DEFAULT 1, muted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation_id, user_id));
  CREATE INDEX members_by_user ON conversation_members (user_id);
  INSERT INTO users VALUES (1, 'Alice'), (2, 'Bob'), (3, 'Carol');
  INSERT INTO conversations (id, kind, title) VALUES (10, 'direct', ''), (20, 'channel', 'Release crew');
  INSERT INTO conversation_members (conversation_id, user_id, role) VALUES
    (10, 1, 'member'), (10, 2, 'member'), (20, 1, 'owner'), (20, 2, 'moderator'), (20, 3, 'member');
)";

void require(bool holds, sqlite3* db) {
  if (!holds) throw std::runtime_error(std::string{"the host's database: "} + sqlite3_errmsg(db));
}

}  // namespace

/// One statement with its numbers bound.
class HostDatabase::Query {
 public:
  Query(sqlite3* db, const char* sql, std::initializer_list<std::int64_t> numbers) : db_(db) {
    require(sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) == SQLITE_OK, db);
    int index = 0;
    for (const std::int64_t number : numbers) sqlite3_bind_int64(statement_, ++index, number);
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool next() {
    const int result = sqlite3_step(statement_);
    require(result == SQLITE_ROW || result == SQLITE_DONE, db_);
    return result == SQLITE_ROW;
  }
  [[nodiscard]] std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
    return {bytes == nullptr ? "" : bytes,
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
};

HostDatabase::HostDatabase(const std::filesystem::path& file) {
  const bool opened = sqlite3_open(file.c_str(), &db_) == SQLITE_OK;
  if (opened && sqlite3_exec(db_, tables, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  const std::string error = sqlite3_errmsg(db_);
  sqlite3_close(db_);
  throw std::runtime_error("the host's database: " + error);
}

HostDatabase::~HostDatabase() {
  sqlite3_close(db_);
}

std::optional<HostDatabase::Conversation> HostDatabase::findConversation(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  Query query(db_,
              "SELECT kind = 'direct', title, archived,"
              " (SELECT count(*) FROM conversation_members WHERE conversation_id = id)"
              " FROM conversations WHERE id = ?",
              {id});
  if (!query.next()) return std::nullopt;
  return Conversation{id, query.number(0) != 0, query.text(1), query.number(2) != 0, query.number(3)};
}

std::vector<HostDatabase::Member> HostDatabase::members(std::int64_t conversation) const {
  const std::lock_guard lock(mutex_);
  Query query(db_,
              "SELECT user_id, display_name, role, accepted, muted FROM conversation_members"
              " JOIN users ON users.id = user_id WHERE conversation_id = ? ORDER BY user_id",
              {conversation});
  std::vector<Member> members;
  while (query.next()) {
    members.push_back(
        {query.number(0), query.text(1), query.text(2), query.number(3) != 0, query.number(4) != 0});
  }
  return members;
}

std::optional<HostDatabase::Member> HostDatabase::findMember(std::int64_t conversation,
                                                             std::int64_t user) const {
  const std::lock_guard lock(mutex_);
  Query query(db_,
              "SELECT display_name, role, accepted, muted FROM conversation_members"
              " JOIN users ON users.id = user_id WHERE conversation_id = ? AND user_id = ?",
              {conversation, user});
  if (!query.next()) return std::nullopt;
  return Member{user, query.text(0), query.text(1), query.number(2) != 0, query.number(3) != 0};
}

std::vector<std::int64_t> HostDatabase::conversationsOf(std::int64_t user) const {
  const std::lock_guard lock(mutex_);
  Query query(db_, "SELECT conversation_id FROM conversation_members WHERE user_id = ?", {user});
  std::vector<std::int64_t> conversations;
  while (query.next()) conversations.push_back(query.number(0));
  return conversations;
}

std::optional<std::string> HostDatabase::displayName(std::int64_t user) const {
  const std::lock_guard lock(mutex_);
  Query query(db_, "SELECT display_name FROM users WHERE id = ?", {user});
  if (!query.next()) return std::nullopt;
  return query.text(0);
}

bool HostDatabase::removeMember(std::int64_t conversation, std::int64_t user) {
  const std::lock_guard lock(mutex_);
  Query query(db_, "DELETE FROM conversation_members WHERE conversation_id = ? AND user_id = ?",
              {conversation, user});
  query.next();
  return sqlite3_changes(db_) > 0;
}
