#include <algorithm>
#include <limits>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/steps.hpp"

namespace messenger::inline v0::postgres {
namespace {

// `threads.members` is kept by each statement that adds or deletes members.

// $1 the thread. What follows in the transaction does something only to a thread that it has made.
constexpr FixedText createText =
    "INSERT INTO @threads (id, type, subject, calling, locked) VALUES ($1::text, $2::smallint, $3::text, "
    "$4::bool, $5::bool) ON CONFLICT (id) DO NOTHING";
constexpr FixedText isOurThread =
    "threads.id = $1::text AND threads.xmin = pg_current_xact_id_if_assigned()::xid";
// A member who is given twice has the flags and the name of the last time.
constexpr FixedText firstMembersText =
    "WITH given AS (SELECT DISTINCT ON (type, id) type, id, admin, start_calls, pending, muted "
    "FROM unnest($2::text[], $3::text[], $4::bool[], $5::bool[], $6::bool[], $7::bool[]) WITH ORDINALITY "
    "AS members (type, id, admin, start_calls, pending, muted, place) ORDER BY type, id, place DESC), "
    "made AS (INSERT INTO @thread_members (thread_id, user_type, user_id, admin, start_calls, pending, "
    "muted) "
    "SELECT threads.id, given.type, given.id, given.admin, given.start_calls, given.pending, given.muted "
    "FROM @threads AS threads, given WHERE " +
    isOurThread +
    " RETURNING thread_id) UPDATE @threads AS threads SET members = (SELECT count(*) FROM made) WHERE " +
    isOurThread;
constexpr FixedText firstNamesText =
    "INSERT INTO @users (type, id, name) SELECT DISTINCT ON (names.type, names.id) names.type, names.id, "
    "names.name FROM @threads AS threads, unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY "
    "AS names (type, id, name, place) WHERE names.name <> '' AND " +
    isOurThread +
    " ORDER BY names.type, names.id, names.place DESC "
    "ON CONFLICT (type, id) DO UPDATE SET name = excluded.name";

constexpr FixedText updateText =
    "UPDATE @threads AS threads SET subject = coalesce($2::text, subject), "
    "calling = coalesce($3::bool, calling), locked = coalesce($4::bool, locked) WHERE id = $1::text "
    "RETURNING " +
    threadColumns;

constexpr FixedText nameText =
    "INSERT INTO @users (type, id, name) VALUES ($1::text, $2::text, $3::text) "
    "ON CONFLICT (type, id) DO UPDATE SET name = excluded.name";

// A private thread accepts no third member; existing members may be changed. The lock keeps those who add at
// the same time apart.
constexpr FixedText putMemberText =
    "WITH made AS (INSERT INTO @thread_members AS members (thread_id, user_type, user_id, admin, "
    "start_calls, pending, muted) SELECT threads.id, $2::text, $3::text, $4::bool, $5::bool, $6::bool, "
    "$7::bool FROM @threads AS threads WHERE threads.id = $1::text AND (threads.type <> 1 "
    "OR threads.members < 2 OR EXISTS (SELECT 1 FROM @thread_members AS present "
    "WHERE present.thread_id = $1::text AND present.user_type = $2::text AND present.user_id = $3::text)) "
    "ON CONFLICT (thread_id, user_type, user_id) DO UPDATE SET admin = excluded.admin, "
    "start_calls = excluded.start_calls, pending = excluded.pending, muted = excluded.muted "
    "RETURNING members.xmax = 0 AS is_new), "
    "named AS (INSERT INTO @users (type, id, name) SELECT $2::text, $3::text, $8::text FROM made "
    "WHERE $8::text <> '' ON CONFLICT (type, id) DO UPDATE SET name = excluded.name), "
    "counted AS (UPDATE @threads AS threads SET members = threads.members + 1 FROM made "
    "WHERE threads.id = $1::text AND made.is_new) "
    "SELECT EXISTS (SELECT 1 FROM made), EXISTS (SELECT 1 FROM @threads WHERE id = $1::text)";

// With the lock no call of the thread begins between the look and the commit.
constexpr FixedText removeMemberText =
    "WITH gone AS (DELETE FROM @thread_members AS members WHERE members.thread_id = $1::text "
    "AND members.user_type = $2::text AND members.user_id = $3::text "
    "AND NOT EXISTS (SELECT 1 FROM @calls WHERE thread_id = $1::text AND ended_at IS NULL) "
    "RETURNING members.thread_id), counted AS (UPDATE @threads AS threads SET members = threads.members - 1 "
    "FROM gone WHERE threads.id = gone.thread_id) " +
    raiseGone + "RETURNING 1";
constexpr FixedText isMemberText =
    "SELECT EXISTS (SELECT 1 FROM @thread_members WHERE thread_id = $1::text AND user_type = $2::text "
    "AND user_id = $3::text)";

// In one order, so that two of these cannot wait for each other.
constexpr FixedText lockThreadsOfText =
    "SELECT pg_advisory_xact_lock(hashtextextended(each.thread_id, $3::bigint)) FROM (SELECT thread_id "
    "FROM @thread_members WHERE user_type = $1::text AND user_id = $2::text ORDER BY thread_id OFFSET 0) "
    "AS each";
constexpr FixedText takeOffAllText =
    "WITH gone AS (DELETE FROM @thread_members AS members WHERE members.user_type = $1::text "
    "AND members.user_id = $2::text RETURNING members.thread_id), counted AS (UPDATE @threads AS threads "
    "SET members = threads.members - 1 FROM gone WHERE threads.id = gone.thread_id) " +
    raiseGone;
constexpr FixedText forgetNameText = "DELETE FROM @users WHERE type = $1::text AND id = $2::text";

constexpr FixedText findThreadText =
    "SELECT " + threadColumns + " FROM @threads AS threads WHERE threads.id = $1::text";
constexpr FixedText memberColumns =
    "members.user_type, members.user_id, users.name, members.admin, members.start_calls, members.pending, "
    "members.muted";
constexpr FixedText joinNames =
    " LEFT JOIN @users AS users ON users.type = members.user_type AND users.id = members.user_id ";
constexpr FixedText membersText = "SELECT " + memberColumns + " FROM @thread_members AS members" + joinNames +
                                  "WHERE members.thread_id = $1::text ";
constexpr FixedText allMembersText = membersText + "ORDER BY members.sequence";
constexpr FixedText findMemberText =
    membersText + "AND members.user_type = $2::text AND members.user_id = $3::text";
constexpr FixedText rosterText =
    "SELECT " + threadColumns + ", " + memberColumns +
    " FROM @threads AS threads LEFT JOIN @thread_members AS members ON members.thread_id = threads.id" +
    joinNames + "WHERE threads.id = $1::text ORDER BY members.sequence";
constexpr FixedText threadsOfText =
    "SELECT thread_id FROM @thread_members WHERE user_type = $1::text AND user_id = $2::text";
constexpr FixedText userNameText = "SELECT name FROM @users WHERE type = $1::text AND id = $2::text";

constexpr FixedText membershipText = "SELECT " + membershipColumns + " FROM @threads AS threads" +
                                     membershipJoins + "WHERE threads.id = $3::text";
constexpr FixedText membershipsText =
    "SELECT " + membershipColumns +
    " FROM unnest($3::text[]) WITH ORDINALITY AS wanted (id, place) JOIN @threads AS threads "
    "ON threads.id = wanted.id" +
    membershipJoins + "ORDER BY wanted.place";
constexpr FixedText userNamesText =
    "SELECT users.name FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted (type, id, place) "
    "LEFT JOIN @users AS users ON users.type = wanted.type AND users.id = wanted.id ORDER BY wanted.place";

constexpr std::size_t anyNumber = std::numeric_limits<std::size_t>::max();

/// Sends one statement that reads.
template <class... Values>
Results ask(ConnectionPool& pool, Sql sql, const Values&... values) {
  Batch batch;
  batch.add(sql, values...);
  return pool.read(std::move(batch));
}

}  // namespace

bool PostgresThreadStore::createThread(const NewThread& thread) {
  const Thread& made = thread.thread;
  UserArrays users;
  Array admins;
  Array starters;
  Array pending;
  Array muted;
  Array names;
  for (const ThreadMember& each : thread.members) {
    users.add(each.user);
    admins.add(each.admin);
    starters.add(each.startCalls);
    pending.add(each.pending);
    muted.add(each.notificationsMuted);
    names.add(std::string_view{each.name});
  }
  Batch batch;
  batch.add(createText, made.id, made.type, made.subject, made.calling, made.locked);
  batch.add(firstMembersText, made.id, users.types, users.ids, admins, starters, pending, muted);
  batch.add(firstNamesText, made.id, users.types, users.ids, names);
  return pool_.write(std::move(batch)).changed(0) == 1;
}

std::optional<Thread> PostgresThreadStore::updateThread(const ThreadId& thread, const ThreadUpdate& update) {
  Batch batch;
  batch.add(updateText, key(thread), update.subject, update.calling, update.locked);
  const Results results = pool_.write(std::move(batch));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return readThread(row, 0);
}

ThreadStore::PutMember PostgresThreadStore::putMember(const ThreadId& thread, const ThreadMember& member) {
  Batch batch;
  batch.add(lockThreadText, key(thread), pool_.lockKey(ConnectionPool::LockOf::threads));
  const std::size_t put = batch.add(putMemberText, key(thread), member.user, member.admin, member.startCalls,
                                    member.pending, member.notificationsMuted, member.name);
  const Results results = pool_.write(std::move(batch));
  const Rows row = results.row(put);
  if (row.flag(0)) return PutMember::stored;
  return row.flag(1) ? PutMember::full : PutMember::noThread;
}

ThreadStore::RemoveMember PostgresThreadStore::removeMember(const ThreadId& thread, const UserId& user) {
  Batch batch;
  batch.add(lockThreadText, key(thread), pool_.lockKey(ConnectionPool::LockOf::threads));
  const std::size_t removed = batch.add(removeMemberText, key(thread), key(user));
  const std::size_t isMember = batch.add(isMemberText, key(thread), key(user));
  const Results results = pool_.write(std::move(batch));
  if (results.rows(removed).size() > 0) return RemoveMember::removed;
  return results.row(isMember).flag(0) ? RemoveMember::callActive : RemoveMember::notMember;
}

void PostgresThreadStore::putUser(const UserId& user, const std::string& name) {
  Batch batch;
  batch.add(nameText, user, name);
  static_cast<void>(pool_.write(std::move(batch)));
}

void PostgresThreadStore::eraseUser(const UserId& user) {
  Batch batch;
  batch.add(lockThreadsOfText, key(user), pool_.lockKey(ConnectionPool::LockOf::threads));
  batch.add(takeOffAllText, key(user));
  batch.add(forgetNameText, key(user));
  static_cast<void>(pool_.write(std::move(batch)));
}

std::optional<Thread> PostgresThreadStore::findThread(const ThreadId& thread) const {
  const Results results = ask(pool_, findThreadText, key(thread));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return readThread(row, 0);
}

std::optional<Roster> PostgresThreadStore::findRoster(const ThreadId& thread) const {
  const Results results = ask(pool_, rosterText, key(thread));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  Roster roster{readThread(row, 0)};
  for (bool more = !row.isNull(threadColumnCount); more; more = row.next()) {
    roster.members.push_back(readMember(row, threadColumnCount));
  }
  return roster;
}

std::optional<ThreadMember> PostgresThreadStore::findMember(const ThreadId& thread,
                                                            const UserId& user) const {
  const Results results = ask(pool_, findMemberText, key(thread), key(user));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return readMember(row, 0);
}

std::vector<ThreadMember> PostgresThreadStore::members(const ThreadId& thread) const {
  const Results results = ask(pool_, allMembersText, key(thread));
  std::vector<ThreadMember> found;
  Rows row = results.rows(0);
  while (row.next()) found.push_back(readMember(row, 0));
  return found;
}

std::vector<ThreadId> PostgresThreadStore::threadsOf(const UserId& user) const {
  const Results results = ask(pool_, threadsOfText, key(user));
  std::vector<ThreadId> found;
  Rows row = results.rows(0);
  while (row.next()) found.emplace_back(row.text(0));
  return found;
}

std::optional<std::string> PostgresThreadStore::findUserName(const UserId& user) const {
  const Results results = ask(pool_, userNameText, key(user));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return row.text(0);
}

std::optional<Membership> PostgresThreadStore::findMembership(const ThreadId& thread,
                                                              const UserId& user) const {
  const Results results = ask(pool_, membershipText, key(user), key(thread));
  Rows row = results.rows(0);
  if (!row.next()) return std::nullopt;
  return readMembership(row, 0);
}

std::vector<Membership> PostgresThreadStore::findMemberships(const std::vector<ThreadId>& threads,
                                                             const UserId& user) const {
  Array wanted;
  for (const ThreadId& each : threads) wanted.addKey(each.value());
  const Results results = ask(pool_, membershipsText, key(user), wanted);
  Rows rows = results.rows(0);
  return readPage(rows, anyNumber, {"thread", /*idColumn=*/0}, pool_.unreadable(),
                  [](const Rows& row) { return readMembership(row, 0).value(); });
}

std::vector<std::optional<std::string>> PostgresThreadStore::findUserNames(
    const std::vector<UserId>& users) const {
  UserArrays wanted;
  for (const UserId& each : users) wanted.addKey(each);
  const Results results = ask(pool_, userNamesText, wanted.types, wanted.ids);
  std::vector<std::optional<std::string>> names;
  Rows row = results.rows(0);
  while (row.next()) names.push_back(row.maybeText(0));
  return names;
}

}  // namespace messenger::postgres
