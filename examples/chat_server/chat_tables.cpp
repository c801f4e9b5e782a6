#include "chat_tables.hpp"

#include <messenger/errors.hpp>

using namespace messenger;

namespace {

constexpr auto tables = R"(
  PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS members (room TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (room, user)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS rooms_of_user ON members (user);
  CREATE TABLE IF NOT EXISTS said (id INTEGER PRIMARY KEY, room TEXT NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL);
)";

ThreadMember memberNamed(const std::string& user) {
  return {.user = userOf(user), .name = user, .startCalls = true};
}

}  // namespace

UserId userOf(const std::string& name) {
  return {"user", name};
}

ChatTables::ChatTables(const std::string& file)
    : database_(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, /*busy timeout in ms*/ 5000) {
  database_.exec(tables);
}

void ChatTables::addRoom(const std::string& room, const std::vector<std::string>& users) {
  const std::lock_guard lock(mutex_);
  for (const std::string& user : users) {
    run("INSERT OR IGNORE INTO members VALUES (?, ?)", {room, user});
  }
}

bool ChatTables::isUser(const std::string& name) const {
  return !threadsOf(userOf(name)).empty();
}

std::vector<std::string> ChatTables::say(const std::string& room, const std::string& user,
                                         const std::string& text) {
  if (!findMember(ThreadId{room}, userOf(user))) return {};
  const std::lock_guard lock(mutex_);
  run("INSERT INTO said (room, user, text) VALUES (?, ?, ?)", {room, user, text});
  return run("SELECT user FROM members WHERE room = ?", {room});
}

std::vector<std::string> ChatTables::run(const char* sql, std::initializer_list<std::string> values) const
    try {
  SQLite::Statement query(database_, sql);
  int place = 0;
  for (const std::string& value : values) query.bind(++place, value);
  std::vector<std::string> rows;
  while (query.executeStep()) rows.push_back(query.getColumn(0).getString());
  return rows;
} catch (const SQLite::Exception& error) {
  throw StorageUnavailable(error.what());  // the verb then changes nothing
}

std::optional<Thread> ChatTables::findThread(const ThreadId& thread) const {
  const std::size_t count = members(thread).size();
  if (count == 0) return std::nullopt;
  return Thread{.id = thread, .type = ThreadType::group, .subject = thread.value(), .members = count};
}

std::optional<ThreadMember> ChatTables::findMember(const ThreadId& thread, const UserId& user) const {
  const std::lock_guard lock(mutex_);
  const auto found = run("SELECT user FROM members WHERE room = ? AND user = ?", {thread.value(), user.id});
  if (found.empty()) return std::nullopt;
  return memberNamed(found.front());
}

std::vector<ThreadMember> ChatTables::members(const ThreadId& thread) const {
  const std::lock_guard lock(mutex_);
  std::vector<ThreadMember> found;
  for (const auto& user : run("SELECT user FROM members WHERE room = ?", {thread.value()})) {
    found.push_back(memberNamed(user));
  }
  return found;
}

std::vector<ThreadId> ChatTables::threadsOf(const UserId& user) const {
  const std::lock_guard lock(mutex_);
  std::vector<ThreadId> found;
  for (const auto& room : run("SELECT room FROM members WHERE user = ?", {user.id})) found.emplace_back(room);
  return found;
}

std::optional<std::string> ChatTables::findUserName(const UserId& user) const {
  return user.id;
}
