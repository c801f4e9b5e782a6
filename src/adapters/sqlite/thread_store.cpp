#include "adapters/sqlite/thread_store.hpp"

#include <fmt/format.h>

#include "adapters/sqlite/query.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText createText =
    "INSERT INTO threads (id, type, subject, calling, locked) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (id) DO NOTHING";
constexpr FixedText updateText = "UPDATE threads SET subject = ?2, calling = ?3, locked = ?4 WHERE id = ?1";

constexpr FixedText nameText =
    "INSERT INTO users (type, id, name) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (type, id) DO UPDATE SET name = excluded.name";
constexpr FixedText nameUnlessEmptyText = nameText + " WHERE excluded.name <> ''";

constexpr FixedText putMemberText =
    "INSERT INTO thread_members (thread_id, user_type, user_id, admin, start_calls, pending, muted) "
    "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM threads WHERE id = ?1 "
    "ON CONFLICT (thread_id, user_type, user_id) DO UPDATE SET admin = excluded.admin, "
    "start_calls = excluded.start_calls, pending = excluded.pending, muted = excluded.muted";
constexpr FixedText removeText =
    "DELETE FROM thread_members WHERE thread_id = ?1 AND user_type = ?2 AND user_id = ?3";

constexpr FixedText findThreadText =
    "SELECT type, subject, calling, locked, members FROM threads WHERE id = ?1";

constexpr FixedText selectMembers =
    "SELECT m.user_type, m.user_id, u.name, m.admin, m.start_calls, m.pending, m.muted "
    "FROM thread_members AS m LEFT JOIN users AS u ON u.type = m.user_type AND u.id = m.user_id "
    "WHERE m.thread_id = ?1 ";
constexpr FixedText findMemberText = selectMembers + "AND m.user_type = ?2 AND m.user_id = ?3";
constexpr FixedText membersText = selectMembers + "ORDER BY m.sequence";

constexpr FixedText threadsOfText =
    "SELECT thread_id FROM thread_members WHERE user_type = ?1 AND user_id = ?2";
constexpr FixedText userNameText = "SELECT name FROM users WHERE type = ?1 AND id = ?2";

ThreadType readThreadType(std::int64_t number) {
  switch (const auto type = static_cast<ThreadType>(number)) {
    case ThreadType::privateThread:
    case ThreadType::group:
      if (static_cast<std::int64_t>(type) == number) return type;
  }
  throw StorageCorrupt(fmt::format("threads.type cannot be {}", number));
}

ThreadMember readMember(const Query& row) {
  ThreadMember member;
  member.user = row.user(0);
  member.name = row.maybeText(2).value_or("");
  member.admin = row.flag(3);
  member.startCalls = row.flag(4);
  member.pending = row.flag(5);
  member.muted = row.flag(6);
  return member;
}

bool storeMember(Connection& connection, const ThreadId& thread, const ThreadMember& member) {
  const bool stored = Query(connection, putMemberText, thread, member.user, member.admin, member.startCalls,
                            member.pending, member.muted)
                          .run() == 1;
  if (stored) Query(connection, nameUnlessEmptyText, member.user, member.name).run();
  return stored;
}

}  // namespace

bool SqliteThreadStore::createThread(const NewThread& thread) {
  return pool_.write([&](Connection& connection, Transaction& transaction) {
    const Thread& made = thread.thread;
    const bool isNew =
        Query(connection, createText, made.id, made.type, made.subject, made.calling, made.locked).run() == 1;
    if (!isNew) return false;
    for (const ThreadMember& member : thread.members) storeMember(connection, made.id, member);
    transaction.commit();
    return true;
  });
}

bool SqliteThreadStore::updateThread(const Thread& thread) {
  return pool_.writeOne([&](Connection& connection) {
    return Query(connection, updateText, thread.id, thread.subject, thread.calling, thread.locked).run() == 1;
  });
}

bool SqliteThreadStore::putMember(const ThreadId& thread, const ThreadMember& member) {
  return pool_.write([&](Connection& connection, Transaction& transaction) {
    if (!storeMember(connection, thread, member)) return false;
    transaction.commit();
    return true;
  });
}

bool SqliteThreadStore::removeMember(const ThreadId& thread, const UserId& user) {
  return pool_.writeOne(
      [&](Connection& connection) { return Query(connection, removeText, thread, user).run() == 1; });
}

void SqliteThreadStore::putUser(const UserId& user, const std::string& name) {
  pool_.writeOne([&](Connection& connection) { return Query(connection, nameText, user, name).run(); });
}

std::optional<Thread> SqliteThreadStore::findThread(const ThreadId& thread) const {
  return pool_.readOne([&](Connection& connection) -> std::optional<Thread> {
    Query row(connection, findThreadText, thread);
    if (!row.next()) return std::nullopt;
    Thread found;
    found.id = thread;
    found.type = readThreadType(row.integer(0));
    found.subject = row.text(1);
    found.calling = row.flag(2);
    found.locked = row.flag(3);
    found.members = row.count(4);
    return found;
  });
}

std::optional<ThreadMember> SqliteThreadStore::findMember(const ThreadId& thread, const UserId& user) const {
  return pool_.readOne([&](Connection& connection) -> std::optional<ThreadMember> {
    Query row(connection, findMemberText, thread, user);
    if (!row.next()) return std::nullopt;
    return readMember(row);
  });
}

std::vector<ThreadMember> SqliteThreadStore::members(const ThreadId& thread) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<ThreadMember> found;
    Query row(connection, membersText, thread);
    while (row.next()) found.push_back(readMember(row));
    return found;
  });
}

std::vector<ThreadId> SqliteThreadStore::threadsOf(const UserId& user) const {
  return pool_.readOne([&](Connection& connection) {
    std::vector<ThreadId> found;
    Query row(connection, threadsOfText, user);
    while (row.next()) found.emplace_back(row.text(0));
    return found;
  });
}

std::optional<std::string> SqliteThreadStore::findUserName(const UserId& user) const {
  return pool_.readOne([&](Connection& connection) -> std::optional<std::string> {
    Query row(connection, userNameText, user);
    if (!row.next()) return std::nullopt;
    return row.text(0);
  });
}

}  // namespace messenger::sqlite
