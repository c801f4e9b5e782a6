#include "adapters/postgres/schema.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

#include "adapters/postgres/postgres_error.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

// As of version 6 of the SQLite schema: docs/schema.md explains each table and column. Texts compare byte by
// byte, whatever the locale of the database. Rows that change often have room on their page for the next
// version, so that an index is written only when an indexed column changes.
//
// An index for a part of a table has a condition that only the statements it is for have, too: of two columns
// that are NULL together one is in the condition of one index, the other in that of another one. On tables
// that are still small all indexes cost the same, and the planner must not walk through a wrong one.
constexpr std::array version1 = {
    R"(CREATE TABLE @calls (
         sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         id TEXT COLLATE "C" NOT NULL UNIQUE,
         thread_id TEXT COLLATE "C" NOT NULL,
         owner_type TEXT COLLATE "C" NOT NULL,
         owner_id TEXT COLLATE "C" NOT NULL,
         type SMALLINT NOT NULL CHECK (type BETWEEN 1 AND 255),
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         ended_at BIGINT,
         end_reason SMALLINT CHECK (end_reason BETWEEN 1 AND 255),
         ended_by_type TEXT COLLATE "C",
         ended_by_id TEXT COLLATE "C",
         setup_complete BOOLEAN NOT NULL DEFAULT false,
         teardown_complete BOOLEAN NOT NULL DEFAULT false,
         room_may_exist BOOLEAN NOT NULL DEFAULT false,
         room_id TEXT,
         room_pin TEXT,
         room_payload TEXT,
         room_secret TEXT,
         revision BIGINT NOT NULL,
         started_at BIGINT NOT NULL,
         limit_participants BIGINT NOT NULL DEFAULT 0,
         limit_duration BIGINT NOT NULL DEFAULT 0,
         limit_warning BIGINT NOT NULL DEFAULT 0,
         limit_alone BIGINT NOT NULL DEFAULT 0,
         limit_empty BIGINT NOT NULL DEFAULT 0,
         data TEXT NOT NULL DEFAULT '',
         rings BOOLEAN NOT NULL DEFAULT false,
         CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
         CHECK ((ended_by_type IS NULL) = (ended_by_id IS NULL)),
         CHECK (ended_by_type IS NULL OR ended_at IS NOT NULL),
         CHECK (NOT teardown_complete OR ended_at IS NOT NULL),
         CHECK (setup_complete OR coalesce(room_id, room_pin, room_payload, room_secret) IS NULL)
       ) WITH (fillfactor = 70))",
    "CREATE UNIQUE INDEX calls_one_active_a_thread ON @calls (thread_id) WHERE ended_at IS NULL",
    "CREATE INDEX calls_of_thread ON @calls (thread_id, sequence)",
    "CREATE INDEX calls_active ON @calls (sequence, started_at) WHERE end_reason IS NULL",

    R"(CREATE TABLE @call_participants (
         sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         id TEXT COLLATE "C" NOT NULL UNIQUE,
         call_sequence BIGINT NOT NULL REFERENCES @calls (sequence),
         user_type TEXT COLLATE "C" NOT NULL,
         user_id TEXT COLLATE "C" NOT NULL,
         kicked BOOLEAN NOT NULL DEFAULT false,
         left_at BIGINT,
         created_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         departed_at BIGINT,
         UNIQUE (call_sequence, user_type, user_id),
         CHECK (NOT kicked OR left_at IS NOT NULL),
         CHECK ((departed_at IS NULL) = (left_at IS NULL))
       ) WITH (fillfactor = 80))",
    "CREATE INDEX call_participants_in_call ON @call_participants (call_sequence) WHERE left_at IS NULL",
    "CREATE INDEX call_participants_of_user ON @call_participants (user_type, user_id) "
    "WHERE departed_at IS NULL",

    R"(CREATE TABLE @call_sessions (
         participant_sequence BIGINT NOT NULL REFERENCES @call_participants (sequence),
         device TEXT COLLATE "C" NOT NULL,
         media_id TEXT,
         opened_at BIGINT NOT NULL,
         closed_at BIGINT,
         last_seen_at BIGINT NOT NULL,
         seen_by BIGINT NOT NULL,
         departed_at BIGINT,
         PRIMARY KEY (participant_sequence, device),
         CHECK ((closed_at IS NULL) = (departed_at IS NULL))
       ) WITH (fillfactor = 70))",
    "CREATE INDEX call_sessions_silent ON @call_sessions (last_seen_at, participant_sequence, device) "
    "WHERE departed_at IS NULL",
    "CREATE INDEX call_sessions_departed ON @call_sessions (departed_at) WHERE departed_at IS NOT NULL",

    R"(CREATE TABLE @call_rings (
         call_sequence BIGINT NOT NULL REFERENCES @calls (sequence),
         user_type TEXT COLLATE "C" NOT NULL,
         user_id TEXT COLLATE "C" NOT NULL,
         state SMALLINT NOT NULL CHECK (state BETWEEN 1 AND 255),
         rang_at BIGINT NOT NULL,
         updated_at BIGINT NOT NULL,
         since BIGINT NOT NULL,
         until BIGINT,
         seen BOOLEAN NOT NULL DEFAULT false,
         PRIMARY KEY (call_sequence, user_type, user_id),
         CHECK (until IS NULL OR state = 1)
       ))",
    "CREATE INDEX call_rings_missed ON @call_rings (user_type, user_id, call_sequence, seen) "
    "WHERE state IN (4, 6)",

    // Its rows come and go: it is vacuumed by their number, not by their share of the table.
    R"(CREATE TABLE @jobs (
         sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         id TEXT COLLATE "C" NOT NULL UNIQUE,
         type SMALLINT NOT NULL CHECK (type BETWEEN 1 AND 255),
         queue TEXT COLLATE "C" NOT NULL,
         call_id TEXT COLLATE "C",
         cutoff BIGINT,
         media_id TEXT,
         created_at BIGINT NOT NULL,
         available_at BIGINT NOT NULL,
         attempts BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
         token BIGINT NOT NULL DEFAULT 0,
         leased_until BIGINT,
         failed BOOLEAN NOT NULL DEFAULT false,
         last_error TEXT,
         CHECK (NOT failed OR leased_until IS NULL)
       ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
               autovacuum_vacuum_cost_delay = 0))",
    "CREATE INDEX jobs_next ON @jobs (queue, available_at, sequence) WHERE NOT failed",
    "CREATE INDEX jobs_urgent ON @jobs (queue, available_at, sequence) WHERE NOT failed AND type > 1",
    "CREATE INDEX jobs_sweeps ON @jobs (queue, available_at, sequence) "
    "WHERE NOT failed AND type > 2 AND type <> 9",
    "CREATE INDEX jobs_of_call ON @jobs (call_id, available_at) WHERE call_id IS NOT NULL",
    "CREATE INDEX jobs_failed ON @jobs (sequence) WHERE failed",

    R"(CREATE TABLE @settings (
         key TEXT COLLATE "C" PRIMARY KEY,
         value BIGINT NOT NULL
       ) WITH (fillfactor = 10))",
    R"(CREATE TABLE @presence_peers (
         instance BIGINT PRIMARY KEY,
         receiving_since BIGINT NOT NULL,
         reported_up_to BIGINT NOT NULL,
         lease_until BIGINT NOT NULL
       ) WITH (fillfactor = 50))",
    R"(CREATE TABLE @thread_revisions (
         thread_id TEXT COLLATE "C" PRIMARY KEY,
         revision BIGINT NOT NULL
       ))",

    R"(CREATE TABLE @users (
         type TEXT COLLATE "C" NOT NULL,
         id TEXT COLLATE "C" NOT NULL,
         name TEXT NOT NULL,
         PRIMARY KEY (type, id)
       ))",
    R"(CREATE TABLE @threads (
         id TEXT COLLATE "C" PRIMARY KEY,
         type SMALLINT NOT NULL CHECK (type BETWEEN 1 AND 255),
         subject TEXT NOT NULL,
         calling BOOLEAN NOT NULL,
         locked BOOLEAN NOT NULL,
         members BIGINT NOT NULL DEFAULT 0 CHECK (members >= 0)
       ) WITH (fillfactor = 70))",
    R"(CREATE TABLE @thread_members (
         sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         thread_id TEXT COLLATE "C" NOT NULL REFERENCES @threads (id),
         user_type TEXT COLLATE "C" NOT NULL,
         user_id TEXT COLLATE "C" NOT NULL,
         admin BOOLEAN NOT NULL,
         start_calls BOOLEAN NOT NULL,
         pending BOOLEAN NOT NULL,
         muted BOOLEAN NOT NULL,
         UNIQUE (thread_id, user_type, user_id)
       ))",
    "CREATE INDEX thread_members_of_user ON @thread_members (user_type, user_id)",
};

constexpr std::array released = {Migration{version1}};

std::int64_t number(Connection& connection, const std::string& statement, Deadline until) {
  const ResultPointer result = connection.execute(statement, until);
  Rows rows(result.get());
  rows.next();
  return rows.integer(0);
}

/// How many tables of these names are in the schema. Asked of the catalog's tables: a session's cache of
/// names may be older than a lock that it has waited for.
std::int64_t countTables(Connection& connection, const std::string& schema, const char* names,
                         Deadline until) {
  return number(connection,
                fmt::format("SELECT count(*) FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n "
                            "ON n.oid = c.relnamespace WHERE n.nspname = '{}' AND c.relname IN ({})",
                            schema, names),
                until);
}

/// REQUIRES: the lock. Without it, tables that another process has just made might be taken for foreign ones.
void requireNoOthers(Connection& connection, const std::string& schema, Deadline until) {
  if (!hasTables(connection, schema, until)) return;
  throw StorageIncompatible(
      fmt::format("the schema {} has tables of another application; choose another one", schema));
}

void requireNotNewer(const std::string& schema, std::int64_t version, std::int64_t latest) {
  if (version <= latest) return;
  throw StorageIncompatible(fmt::format(
      "the schema {} is of version {}, made by a newer messenger; this one knows versions up to {}", schema,
      version, latest));
}

/// In the transaction that is open, which the lock makes the only one.
void applyMissing(Connection& connection, const std::string& schema, Migrations migrations, Deadline until) {
  const auto latest = static_cast<std::int64_t>(migrations.size());
  const std::int64_t version = versionOf(connection, schema, until);
  requireNotNewer(schema, version, latest);
  if (version == latest) return;
  if (version == 0) {
    requireNoOthers(connection, schema, until);
    // Asked for first: `IF NOT EXISTS` needs the right to make schemas even when there is one.
    const bool exists =
        number(connection,
               fmt::format("SELECT count(*) FROM pg_catalog.pg_namespace WHERE nspname = '{}'", schema),
               until) != 0;
    if (!exists) connection.execute(fmt::format("CREATE SCHEMA \"{}\"", schema), until);
    connection.execute(inSchema("CREATE TABLE @schema_version (version BIGINT NOT NULL)", schema), until);
    connection.execute(inSchema("INSERT INTO @schema_version VALUES (0)", schema), until);
  }
  for (const Migration& step : migrations.subspan(static_cast<std::size_t>(version))) {
    for (const char* statement : step) connection.execute(inSchema(statement, schema), until);
  }
  connection.execute(inSchema(fmt::format("UPDATE @schema_version SET version = {}", latest), schema), until);
}

}  // namespace

std::int64_t versionOf(Connection& connection, const std::string& schema, Deadline until) {
  if (countTables(connection, schema, "'schema_version'", until) == 0) return 0;
  return number(connection, inSchema("SELECT coalesce(max(version), 0) FROM @schema_version", schema), until);
}

bool hasTables(Connection& connection, const std::string& schema, Deadline until) {
  constexpr const char* ours =
      "'calls', 'call_participants', 'call_sessions', 'call_rings', 'jobs', 'settings', 'presence_peers', "
      "'thread_revisions', 'users', 'threads', 'thread_members'";
  return countTables(connection, schema, ours, until) != 0;
}

Migrations schemaMigrations() noexcept {
  return released;
}

void migrate(Connection& connection, const std::string& schema, std::int64_t lockKey, Migrations migrations,
             Deadline until) {
  const auto latest = static_cast<std::int64_t>(migrations.size());
  const std::int64_t version = versionOf(connection, schema, until);
  requireNotNewer(schema, version, latest);
  if (version == latest) return;
  // Another process may have been faster, so the version under the lock counts.
  // A large table may take longer than an operation.
  connection.execute(
      "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
      "SET LOCAL idle_in_transaction_session_timeout = 0",
      until);
  connection.execute(fmt::format("SELECT pg_advisory_xact_lock({})", lockKey), until);
  applyMissing(connection, schema, migrations, until);
  connection.execute("COMMIT", until);
}

}  // namespace messenger::postgres
