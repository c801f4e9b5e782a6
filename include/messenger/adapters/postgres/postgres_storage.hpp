#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "messenger/contracts/storage.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0 {

/// Where a PostgreSQL storage is, and how it is used.
struct PostgresOptions {
  /// Where the database is, as libpq reads it: `postgresql://user:password@host:5432/database?sslmode=…`, or
  /// `host=… dbname=…`. What it leaves out comes from libpq's environment variables (`PGPASSWORD`, …), its
  /// password file and its defaults. A password in it is shown nowhere.
  ///
  /// A server that is not local (a host name other than `localhost`, an address other than 127.0.0.0/8 and
  /// ::1) is asked for TLS, and its certificate is checked with its name (`sslmode=verify-full`), unless
  /// `sslmode` is given here or as `PGSSLMODE`.
  std::string url;
  /// The schema with the tables; made when there is none. 1 to 63 letters a-z, digits and `_`, beginning with
  /// none of the digits. Several storages can be in one database, each in its own schema.
  std::string schema = "messenger";
  /// How many operations run at the same time, each on its own connection, opened when first needed. 1 to
  /// 1,000.
  std::size_t connections = 8;
  /// How long an operation may take before StorageBusy, from its beginning on: waiting for a connection,
  /// making one, waiting for others' changes, and the answer, all together. A large report of heartbeats is
  /// stored in several transactions, each of which may take so long. 100 ms to one hour.
  std::chrono::milliseconds timeLimit = std::chrono::seconds{5};
  /// Whether a worker hears at once of jobs that other processes store (LISTEN). It does on one connection
  /// more, open while it runs. Off, or while that connection is lost, it looks from time to time
  /// (`Config::Jobs::pollInterval`).
  bool listens = true;
  /// Where it listens, as `url`. Empty for the same; with `pooled` nobody listens then.
  std::string listenUrl{};
  /// Whether `url` leads to a pooler in transaction mode (PgBouncer, …), which lends a session of the server
  /// to one transaction at a time. Then nothing is kept in a session: statements are not prepared, and the
  /// limits go along with each transaction. It costs the server the planning of each statement. A pooler
  /// cannot pass on what a worker hears: name the server itself as `listenUrl`.
  bool pooled = false;
};

/// A storage in a PostgreSQL database (13 or later, encoding UTF8), with a thread directory in the same
/// schema. Any number of OS threads, processes and machines may use it at once. An operation is one round
/// trip.
///
/// What is committed is as durable as the server makes it (`synchronous_commit`, replication). Its clock is
/// the server's, but does not follow it when it is set forward or back.
///
/// A text with a NUL byte, or that is no UTF-8, cannot be stored in PostgreSQL: a change with one throws
/// StorageError before anything is sent, and an id with one is not found. So is an id of more than about 2 KB
/// refused by an index, with StorageError.
///
/// When the connection is lost before the answer to a change has come, the change may have been made or not:
/// the StorageUnavailable says so, and the revision tells. After all other errors it has not been made.
/// Serialization failures and deadlocks are retried within the time limit. While the server does not answer,
/// operations fail at once, and a new connection is tried after 100 ms, then after up to five seconds.
///
/// Belongs to the process that opened it: in a child made by fork() every operation throws std::logic_error,
/// and destroying it does nothing.
///
/// Creates the tables, or brings those of an older version up to date, in one transaction; of several
/// processes one does, and the others wait, without `timeLimit`. With tables of this version nothing but
/// reading and writing rows is needed: see docs/postgres.md for the least rights. Throws StorageIncompatible
/// when the schema has other tables of the same names, comes from a newer version, or the server is older
/// than 13 or not UTF8; StorageUnavailable when there is no connection; std::invalid_argument for options out
/// of bounds. Thread-safe.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> postgresStorage(const PostgresOptions& options);

/// The same with the defaults.
MESSENGER_EXPORT [[nodiscard]] std::shared_ptr<Storage> postgresStorage(const std::string& url);

/// For people: `PostgreSQL host:port/database, schema NAME`, without user and password. Throws
/// std::invalid_argument for a URL that cannot be read.
MESSENGER_EXPORT [[nodiscard]] std::string nameOf(const PostgresOptions& options);

/// What a schema may be.
enum class PostgresSchemaKind : std::uint8_t {
  missing,  ///< no schema of this name, or none of the library's tables in it
  foreign,  ///< tables with the names of the library's, of another application
  ours,
};

/// What is in a schema.
struct PostgresSchema {
  PostgresSchemaKind kind = PostgresSchemaKind::missing;  ///< what was found
  std::int64_t version = 0;                               ///< of the tables, when the kind is `ours`
  std::int64_t latest = 0;  ///< the version this library uses; it cannot open a higher one
};

/// What is in the schema, for tools: nothing is made or changed. Throws as `postgresStorage`.
MESSENGER_EXPORT [[nodiscard]] PostgresSchema inspectPostgresSchema(const PostgresOptions& options);

/// Looks for damage with the rules that hold between rows, and reads each row as every operation would. All
/// of it is one snapshot, while others continue to work; it changes nothing, and needs the right to read.
/// Returns one sentence for each problem, with ids but never with a room; empty when all is sound. The
/// `timeLimit` is for connecting; reading takes as long as it takes. Throws StorageIncompatible when the
/// schema has not the tables of the latest version, otherwise as `postgresStorage`.
MESSENGER_EXPORT [[nodiscard]] std::vector<std::string> checkPostgresSchema(const PostgresOptions& options);

}  // namespace messenger
