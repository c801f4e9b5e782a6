#include "adapters/sqlite/schema.hpp"

#include <fmt/format.h>

#include <array>

#include "adapters/sqlite/connection.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::sqlite {

namespace {

// docs/schema.md explains each table, constraint and index.
constexpr std::array version1 = {
    R"(CREATE TABLE calls (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         thread_id TEXT NOT NULL,
         owner_type TEXT NOT NULL,
         owner_id TEXT NOT NULL,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         ended_at INTEGER,
         end_reason INTEGER CHECK (end_reason BETWEEN 1 AND 255),
         ended_by_type TEXT,
         ended_by_id TEXT,
         setup_complete INTEGER NOT NULL DEFAULT 0 CHECK (setup_complete IN (0, 1)),
         teardown_complete INTEGER NOT NULL DEFAULT 0 CHECK (teardown_complete IN (0, 1)),
         room_may_exist INTEGER NOT NULL DEFAULT 0 CHECK (room_may_exist IN (0, 1)),
         room_id TEXT,
         room_pin TEXT,
         room_payload TEXT,
         room_secret TEXT,
         revision INTEGER NOT NULL,
         CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
         CHECK ((ended_by_type IS NULL) = (ended_by_id IS NULL)),
         CHECK (ended_by_type IS NULL OR ended_at IS NOT NULL),
         CHECK (teardown_complete = 0 OR ended_at IS NOT NULL),
         CHECK (setup_complete = 1 OR coalesce(room_id, room_pin, room_payload, room_secret) IS NULL)
       ) STRICT)",
    "CREATE UNIQUE INDEX calls_one_active_a_thread ON calls (thread_id) WHERE ended_at IS NULL",
    "CREATE INDEX calls_of_thread ON calls (thread_id, sequence)",
    // With ended_at in it counting the active calls reads the index alone.
    "CREATE INDEX calls_active ON calls (sequence, created_at, ended_at) WHERE ended_at IS NULL",

    R"(CREATE TABLE call_participants (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         call_sequence INTEGER NOT NULL REFERENCES calls (sequence),
         user_type TEXT NOT NULL,
         user_id TEXT NOT NULL,
         kicked INTEGER NOT NULL DEFAULT 0 CHECK (kicked IN (0, 1)),
         left_at INTEGER,
         created_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         last_heard_at INTEGER NOT NULL,
         heard_by INTEGER NOT NULL,
         UNIQUE (call_sequence, user_type, user_id),
         CHECK (kicked = 0 OR left_at IS NOT NULL)
       ) STRICT)",
    "CREATE INDEX call_participants_in_call ON call_participants (call_sequence) WHERE left_at IS NULL",
    "CREATE INDEX call_participants_silent ON call_participants (last_heard_at, sequence) "
    "WHERE left_at IS NULL",
    "CREATE INDEX call_participants_departed ON call_participants (left_at) WHERE left_at IS NOT NULL",

    R"(CREATE TABLE jobs (
         sequence INTEGER PRIMARY KEY,
         id TEXT NOT NULL UNIQUE,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         queue TEXT NOT NULL,
         call_id TEXT,
         cutoff INTEGER,
         created_at INTEGER NOT NULL,
         available_at INTEGER NOT NULL,
         attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
         token INTEGER NOT NULL DEFAULT 0,
         leased_until INTEGER,
         parked INTEGER NOT NULL DEFAULT 0 CHECK (parked IN (0, 1)),
         last_error TEXT,
         CHECK (parked = 0 OR leased_until IS NULL)
       ) STRICT)",
    "CREATE INDEX jobs_next ON jobs (queue, available_at, sequence) WHERE parked = 0",
    "CREATE INDEX jobs_of_call ON jobs (call_id) WHERE call_id IS NOT NULL",
    "CREATE INDEX jobs_parked ON jobs (sequence) WHERE parked = 1",

    "CREATE TABLE settings (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",

    R"(CREATE TABLE listeners (
         instance INTEGER PRIMARY KEY,
         listening_since INTEGER NOT NULL,
         saved_at INTEGER NOT NULL
       ) STRICT)",

    R"(CREATE TABLE users (
         type TEXT NOT NULL,
         id TEXT NOT NULL,
         name TEXT NOT NULL,
         PRIMARY KEY (type, id)
       ) STRICT, WITHOUT ROWID)",

    R"(CREATE TABLE threads (
         id TEXT PRIMARY KEY NOT NULL,
         type INTEGER NOT NULL CHECK (type BETWEEN 1 AND 255),
         subject TEXT NOT NULL,
         calling INTEGER NOT NULL CHECK (calling IN (0, 1)),
         locked INTEGER NOT NULL CHECK (locked IN (0, 1)),
         members INTEGER NOT NULL DEFAULT 0 CHECK (members >= 0)
       ) STRICT, WITHOUT ROWID)",

    R"(CREATE TABLE thread_members (
         sequence INTEGER PRIMARY KEY,
         thread_id TEXT NOT NULL REFERENCES threads (id),
         user_type TEXT NOT NULL,
         user_id TEXT NOT NULL,
         admin INTEGER NOT NULL CHECK (admin IN (0, 1)),
         start_calls INTEGER NOT NULL CHECK (start_calls IN (0, 1)),
         pending INTEGER NOT NULL CHECK (pending IN (0, 1)),
         muted INTEGER NOT NULL CHECK (muted IN (0, 1)),
         UNIQUE (thread_id, user_type, user_id)
       ) STRICT)",
    "CREATE INDEX thread_members_of_user ON thread_members (user_type, user_id)",
    // Every verb reads the number of members of a thread; counting them each time would be slow in a large
    // thread.
    "CREATE TRIGGER thread_members_counted_in AFTER INSERT ON thread_members BEGIN "
    "UPDATE threads SET members = members + 1 WHERE id = new.thread_id; END",
    "CREATE TRIGGER thread_members_counted_out AFTER DELETE ON thread_members BEGIN "
    "UPDATE threads SET members = members - 1 WHERE id = old.thread_id; END",
};

// Deadlines moved from the wall clock to the storage's clock (file_clock.hpp), which begins at the wall clock
// of the upgrade, so that old values keep their meaning. Values in the future, as after the wall clock was
// set back, are moved to the present, so that nothing waits for hours.
#define MESSENGER_SQL_NOW "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
constexpr std::array version2 = {
    "ALTER TABLE jobs RENAME COLUMN parked TO failed",
    "DROP INDEX jobs_parked",
    "CREATE INDEX jobs_failed ON jobs (sequence) WHERE failed = 1",
    "DROP INDEX jobs_of_call",
    // In the order in which they are claimed, so that claiming sorts nothing.
    "CREATE INDEX jobs_of_call ON jobs (call_id, available_at) WHERE call_id IS NOT NULL",
    "UPDATE jobs SET leased_until = min(leased_until, " MESSENGER_SQL_NOW
    " + 30000000) "
    "WHERE leased_until IS NOT NULL",
    "UPDATE jobs SET available_at = min(available_at, " MESSENGER_SQL_NOW " + 300000000)",

    "ALTER TABLE calls ADD COLUMN started_at INTEGER NOT NULL DEFAULT 0",
    "UPDATE calls SET started_at = min(created_at, " MESSENGER_SQL_NOW ")",
    "DROP INDEX calls_active",
    // With ended_at in it counting the active calls reads the index alone.
    "CREATE INDEX calls_active ON calls (sequence, started_at, ended_at) WHERE ended_at IS NULL",

    "ALTER TABLE call_participants RENAME COLUMN last_heard_at TO last_seen_at",
    "ALTER TABLE call_participants RENAME COLUMN heard_by TO seen_by",
    // Only in this direction: the other one would be checked against existing rows before they are filled.
    "ALTER TABLE call_participants ADD COLUMN departed_at INTEGER "
    "CHECK (departed_at IS NULL OR left_at IS NOT NULL)",
    "UPDATE call_participants SET last_seen_at = min(last_seen_at, " MESSENGER_SQL_NOW
    "), departed_at = min(left_at, " MESSENGER_SQL_NOW ")",
    "DROP INDEX call_participants_departed",
    "CREATE INDEX call_participants_departed ON call_participants (departed_at) "
    "WHERE departed_at IS NOT NULL",

    "DROP TABLE listeners",
    R"(CREATE TABLE presence_peers (
         instance INTEGER PRIMARY KEY,
         receiving_since INTEGER NOT NULL,
         reported_up_to INTEGER NOT NULL,
         lease_until INTEGER NOT NULL
       ) STRICT)",

    R"(CREATE TABLE thread_revisions (
         thread_id TEXT PRIMARY KEY NOT NULL,
         revision INTEGER NOT NULL
       ) STRICT, WITHOUT ROWID)",
};
#undef MESSENGER_SQL_NOW

// What a hanging provider must not keep waiting is found without walking past all that it does keep.
constexpr std::array version3 = {
    "CREATE INDEX jobs_urgent ON jobs (queue, available_at, sequence) WHERE failed = 0 AND type > 1",
    "CREATE INDEX jobs_sweeps ON jobs (queue, available_at, sequence) WHERE failed = 0 AND type > 2",
};

// When somebody was seen moves from the participant to each of their devices. Who left before has no session:
// nothing asks for one.
constexpr std::array version4 = {
    R"(CREATE TABLE call_sessions (
         participant_sequence INTEGER NOT NULL REFERENCES call_participants (sequence),
         device TEXT NOT NULL,
         media_id TEXT,
         opened_at INTEGER NOT NULL,
         closed_at INTEGER,
         last_seen_at INTEGER NOT NULL,
         seen_by INTEGER NOT NULL,
         departed_at INTEGER,
         PRIMARY KEY (participant_sequence, device),
         CHECK ((closed_at IS NULL) = (departed_at IS NULL))
       ) STRICT, WITHOUT ROWID)",
    "INSERT INTO call_sessions SELECT sequence, '', NULL, updated_at, NULL, last_seen_at, seen_by, NULL "
    "FROM call_participants WHERE left_at IS NULL",
    "CREATE INDEX call_sessions_silent ON call_sessions (last_seen_at, participant_sequence, device) "
    "WHERE closed_at IS NULL",
    "CREATE INDEX call_sessions_departed ON call_sessions (departed_at) WHERE departed_at IS NOT NULL",
    "DROP INDEX call_participants_silent",
    "DROP INDEX call_participants_departed",
    "ALTER TABLE call_participants DROP COLUMN last_seen_at",
    "ALTER TABLE call_participants DROP COLUMN seen_by",
};

// What a call was started with, and sessions that are taken out of its room. Calls from before have no
// limits: their timers find that they have nothing to do once the call has ended.
constexpr std::array version5 = {
    "ALTER TABLE calls ADD COLUMN limit_participants INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN limit_duration INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN limit_warning INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN limit_alone INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN limit_empty INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE calls ADD COLUMN data TEXT NOT NULL DEFAULT ''",
    // RemoveFromRoom (9) asks the provider, as a teardown does.
    "ALTER TABLE jobs ADD COLUMN media_id TEXT",
    "DROP INDEX jobs_sweeps",
    "CREATE INDEX jobs_sweeps ON jobs (queue, available_at, sequence) "
    "WHERE failed = 0 AND type > 2 AND type <> 9",
};

// Whom a call rings. `calls.rings` is set with the first row, so that a call without any costs no look.
constexpr std::array version6 = {
    "ALTER TABLE calls ADD COLUMN rings INTEGER NOT NULL DEFAULT 0",
    R"(CREATE TABLE call_rings (
         call_sequence INTEGER NOT NULL REFERENCES calls (sequence),
         user_type TEXT NOT NULL,
         user_id TEXT NOT NULL,
         state INTEGER NOT NULL CHECK (state BETWEEN 1 AND 255),
         rang_at INTEGER NOT NULL,
         updated_at INTEGER NOT NULL,
         since INTEGER NOT NULL,
         until INTEGER,
         seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)),
         PRIMARY KEY (call_sequence, user_type, user_id),
         CHECK (until IS NULL OR state = 1)
       ) STRICT, WITHOUT ROWID)",
    "CREATE INDEX call_rings_missed ON call_rings (user_type, user_id, call_sequence, seen) "
    "WHERE state IN (4, 6)",
    // Who is busy.
    "CREATE INDEX call_participants_of_user ON call_participants (user_type, user_id) WHERE left_at IS NULL",
};

constexpr std::array released = {Migration{version1}, Migration{version2}, Migration{version3},
                                 Migration{version4}, Migration{version5}, Migration{version6}};

constexpr const char* readApplication = "PRAGMA application_id";
constexpr const char* readVersion = "PRAGMA user_version";
constexpr const char* readTables = "SELECT count(*) FROM sqlite_schema";

}  // namespace

Migrations schemaMigrations() noexcept {
  return released;
}

void requireCompatible(std::string_view file, std::int64_t foundApplication, std::int64_t foundVersion,
                       bool hasTables, Migrations migrations) {
  if (foundApplication == applicationId) {
    if (foundVersion <= static_cast<std::int64_t>(migrations.size())) return;
    throw StorageIncompatible(
        fmt::format("{} is of version {}, made by a newer messenger; this one knows versions up to {}", file,
                    foundVersion, migrations.size()));
  }
  if (foundApplication != 0 || hasTables) {
    throw StorageIncompatible(fmt::format("{} belongs to another application (application_id {:#x}{})", file,
                                          foundApplication, hasTables ? ", with tables of its own" : ""));
  }
}

void migrate(Connection& connection, Migrations migrations) {
  const auto latest = static_cast<std::int64_t>(migrations.size());
  if (connection.number(readApplication) == applicationId && connection.number(readVersion) == latest) return;

  // Another process may have been faster, so the version under the write lock counts.
  connection.rollback();
  connection.begin(Begin::immediate);
  const std::int64_t application = connection.number(readApplication);
  const std::int64_t version = connection.number(readVersion);
  requireCompatible(connection.database().getFilename(), application, version,
                    connection.number(readTables) != 0, migrations);
  if (application == applicationId && version == latest) return connection.rollback();

  for (const Migration& step : migrations.subspan(static_cast<std::size_t>(version))) {
    for (const char* statement : step.statements) connection.execute(statement);
  }
  connection.execute(fmt::format("PRAGMA application_id = {}", applicationId).c_str());
  connection.execute(fmt::format("PRAGMA user_version = {}", latest).c_str());
  connection.commit();
  connection.announceCommit();
}

}  // namespace messenger::sqlite
