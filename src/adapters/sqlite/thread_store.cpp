#include "adapters/sqlite/thread_store.hpp"

#include <fmt/format.h>

#include <limits>

#include "adapters/sqlite/query.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"
#include "adapters/sqlite/steps.hpp"

namespace messenger::inline v0::sqlite {

namespace {

constexpr FixedText createText =
    "INSERT INTO threads (id, type, subject, calling, locked) VALUES (?1, ?2, ?3, ?4, ?5) "
    "ON CONFLICT (id) DO NOTHING";
constexpr FixedText updateText =
    "UPDATE threads SET subject = coalesce(?2, subject), calling = coalesce(?3, calling), "
    "locked = coalesce(?4, locked) WHERE id = ?1 RETURNING " +
    threadColumns;

constexpr FixedText nameText =
    "INSERT INTO users (type, id, name) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (type, id) DO UPDATE SET name = excluded.name";
constexpr FixedText nameUnlessEmptyText = nameText + " WHERE excluded.name <> ''";

// The column `muted` is ThreadMember::notificationsMuted; it keeps its name of version 1.
constexpr FixedText putMemberText =
    "INSERT INTO thread_members (thread_id, user_type, user_id, admin, start_calls, pending, muted) "
    "SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM threads WHERE id = ?1 "
    // A private thread accepts no third member; existing members may be changed.
    "AND (type <> 1 OR members < 2 OR EXISTS (SELECT 1 FROM thread_members WHERE thread_id = ?1 "
    "AND user_type = ?2 AND user_id = ?3)) "
    "ON CONFLICT (thread_id, user_type, user_id) DO UPDATE SET admin = excluded.admin, "
    "start_calls = excluded.start_calls, pending = excluded.pending, muted = excluded.muted";
constexpr FixedText isMemberText =
    "SELECT 1 FROM thread_members WHERE thread_id = ?1 AND user_type = ?2 AND user_id = ?3";

constexpr FixedText findThreadText = "SELECT " + threadColumns + " FROM threads WHERE id = ?1";

constexpr FixedText selectMembers =
    "SELECT m.user_type, m.user_id, u.name, m.admin, m.start_calls, m.pending, m.muted "
    "FROM thread_members AS m LEFT JOIN users AS u ON u.type = m.user_type AND u.id = m.user_id "
    "WHERE m.thread_id = ?1 ";
constexpr FixedText findMemberText = selectMembers + "AND m.user_type = ?2 AND m.user_id = ?3";
constexpr FixedText membersText = selectMembers + "ORDER BY m.sequence";

constexpr FixedText existsText = "SELECT 1 FROM threads WHERE id = ?1";
constexpr FixedText isActiveText = "SELECT 1 FROM calls WHERE thread_id = ?1 AND ended_at IS NULL";

constexpr FixedText membershipText =
    "SELECT " + membershipColumns + " FROM threads " + membershipJoins + "WHERE threads.id = ?3";

constexpr FixedText threadsOfText =
    "SELECT thread_id FROM thread_members WHERE user_type = ?1 AND user_id = ?2";
constexpr FixedText forgetNameText = "DELETE FROM users WHERE type = ?1 AND id = ?2";
constexpr FixedText userNameText = "SELECT name FROM users WHERE type = ?1 AND id = ?2";

ThreadMember readMember(const Query& row, int first = 0) {
  ThreadMember member;
  member.user = row.user(first);
  member.name = row.maybeText(first + 2).value_or("");
  member.admin = row.flag(first + 3);
  member.startCalls = row.flag(first + 4);
  member.pending = row.flag(first + 5);
  member.notificationsMuted = row.flag(first + 6);
  return member;
}

std::vector<ThreadMember> membersOf(Connection& connection, const ThreadId& thread,
                                    UnreadableRows& unreadable) {
  Query rows(connection, membersText, thread);
  return readPage(rows, std::numeric_limits<std::size_t>::max(), {"thread member"}, unreadable,
                  [](const Query& row) { return readMember(row); });
}

bool storeMember(Connection& connection, const ThreadId& thread, const ThreadMember& member) {
  const bool stored = Query(connection, putMemberText, thread, member.user, member.admin, member.startCalls,
                            member.pending, member.notificationsMuted)
                          .run() == 1;
  if (stored) Query(connection, nameUnlessEmptyText, member.user, member.name).run();
  return stored;
}

}  // namespace

std::optional<Membership> readMembership(const Query& row, int first) {
  if (row.isNull(first)) return std::nullopt;
  Membership membership{readThread(row, first + 1, ThreadId{row.text(first)})};
  const int member = first + 6;
  const int other = member + 7;
  if (row.isNull(member)) return membership;
  membership.member = readMember(row, member);
  if (!row.isNull(other)) membership.other = readMember(row, other);
  return membership;
}

std::optional<Roster> findRoster(Connection& connection, const ThreadId& thread, std::size_t mostMembers,
                                 UnreadableRows& unreadable) {
  Query row(connection, findThreadText, thread);
  if (!row.next()) return std::nullopt;
  Roster roster{readThread(row, 0, thread)};
  if (roster.thread.members <= mostMembers) roster.members = membersOf(connection, thread, unreadable);
  return roster;
}

bool SqliteThreadStore::createThread(const NewThread& thread) {
  return pool_.write([&](Connection& connection) {
    const Thread& made = thread.thread;
    const bool isNew =
        Query(connection, createText, made.id, made.type, made.subject, made.calling, made.locked).run() == 1;
    if (!isNew) return false;
    for (const ThreadMember& member : thread.members) storeMember(connection, made.id, member);
    return true;
  });
}

std::optional<Thread> SqliteThreadStore::updateThread(const ThreadId& thread, const ThreadUpdate& update) {
  return pool_.write([&](Connection& connection) -> std::optional<Thread> {
    Query row(connection, updateText, thread, update.subject, update.calling, update.locked);
    if (!row.next()) return std::nullopt;
    Thread updated = readThread(row, 0, thread);
    row.run();
    return updated;
  });
}

ThreadStore::PutMember SqliteThreadStore::putMember(const ThreadId& thread, const ThreadMember& member) {
  return pool_.write([&](Connection& connection) {
    if (storeMember(connection, thread, member)) return PutMember::stored;
    return Query(connection, existsText, thread).next() ? PutMember::full : PutMember::noThread;
  });
}

ThreadStore::RemoveMember SqliteThreadStore::removeMember(const ThreadId& thread, const UserId& user) {
  return pool_.write([&](Connection& connection) {
    if (!Query(connection, isMemberText, thread, user).next()) return RemoveMember::notMember;
    if (Query(connection, isActiveText, thread).next()) return RemoveMember::callActive;
    takeOffThread(connection, thread, user);
    return RemoveMember::removed;
  });
}

void SqliteThreadStore::putUser(const UserId& user, const std::string& name) {
  pool_.write([&](Connection& connection) { return Query(connection, nameText, user, name).run(); });
}

void SqliteThreadStore::eraseUser(const UserId& user) {
  pool_.write([&](Connection& connection) {
    std::vector<ThreadId> threads;
    {
      Query row(connection, threadsOfText, user);
      while (row.next()) threads.emplace_back(row.text(0));
    }
    for (const ThreadId& each : threads) takeOffThread(connection, each, user);
    return Query(connection, forgetNameText, user).run();
  });
}

std::optional<Thread> SqliteThreadStore::findThread(const ThreadId& thread) const {
  auto found = pool_.readShort([&](Connection& connection) {
    return sqlite::findRoster(connection, thread, /*mostMembers=*/0, pool_.unreadable());
  });
  return found ? std::optional{std::move(found->thread)} : std::nullopt;
}

std::optional<Roster> SqliteThreadStore::findRoster(const ThreadId& thread) const {
  return pool_.readOne([&](Connection& connection) {
    return sqlite::findRoster(connection, thread, anyNumber, pool_.unreadable());
  });
}

std::optional<ThreadMember> SqliteThreadStore::findMember(const ThreadId& thread, const UserId& user) const {
  return pool_.readShort([&](Connection& connection) -> std::optional<ThreadMember> {
    Query row(connection, findMemberText, thread, user);
    if (!row.next()) return std::nullopt;
    return readMember(row);
  });
}

std::vector<ThreadMember> SqliteThreadStore::members(const ThreadId& thread) const {
  return pool_.readOne(
      [&](Connection& connection) { return membersOf(connection, thread, pool_.unreadable()); });
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
  return pool_.readShort([&](Connection& connection) -> std::optional<std::string> {
    Query row(connection, userNameText, user);
    if (!row.next()) return std::nullopt;
    return row.text(0);
  });
}

std::optional<Membership> SqliteThreadStore::findMembership(const ThreadId& thread,
                                                            const UserId& user) const {
  return pool_.readShort([&](Connection& connection) -> std::optional<Membership> {
    Query row(connection, membershipText, user, thread);
    if (!row.next()) return std::nullopt;
    return readMembership(row, 0);
  });
}

std::vector<Membership> SqliteThreadStore::findMemberships(const std::vector<ThreadId>& threads,
                                                           const UserId& user) const {
  return pool_.read([&](Connection& connection) {
    std::vector<Membership> found;
    for (const ThreadId& thread : threads) {
      Query row(connection, membershipText, user, thread);
      if (!row.next()) continue;
      const auto membership = readOrNote(row, {"thread", /*idColumn=*/0}, pool_.unreadable(),
                                         [](const Query& each) { return readMembership(each, 0); });
      if (membership && *membership) found.push_back(**membership);
    }
    return found;
  });
}

std::vector<std::optional<std::string>> SqliteThreadStore::findUserNames(
    const std::vector<UserId>& users) const {
  return pool_.read([&](Connection& connection) {
    std::vector<std::optional<std::string>> names;
    names.reserve(users.size());
    for (const UserId& user : users) {
      Query row(connection, userNameText, user);
      names.push_back(row.next() ? std::optional{row.text(0)} : std::nullopt);
    }
    return names;
  });
}

}  // namespace messenger::sqlite
