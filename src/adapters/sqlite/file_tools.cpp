#include <fmt/format.h>

#include <array>
#include <string>
#include <system_error>
#include <utility>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/file_header.hpp"
#include "adapters/sqlite/file_path.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/schema.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "adapters/sqlite/unreadable_rows.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0 {
namespace sqlite {
namespace {

namespace fs = std::filesystem;

/// A problem that exists when the statement returns rows. Each row has the id of an affected item.
struct Rule {
  const char* finding;
  const char* rows;
};

// Rules that no constraint of the schema can express. All rows come from one snapshot, so work in progress is
// not reported.
constexpr std::array rules{
    Rule{"call {} has ended, and has participants in it",
         "SELECT DISTINCT c.id FROM calls c JOIN call_participants p ON p.call_sequence = c.sequence "
         "WHERE c.ended_at IS NOT NULL AND p.left_at IS NULL"},
    Rule{"call {} is active, and has nobody in it",
         "SELECT c.id FROM calls c WHERE c.ended_at IS NULL AND NOT EXISTS "
         "(SELECT 1 FROM call_participants p WHERE p.call_sequence = c.sequence AND p.left_at IS NULL) "
         "AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.call_id = c.id AND j.type = 8)"},
    Rule{"call {} has ended, its room may still exist, and no job will destroy it",
         "SELECT c.id FROM calls c WHERE c.ended_at IS NOT NULL AND c.room_may_exist = 1 "
         "AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.call_id = c.id)"},
    Rule{
        "call {} is active, its setup was begun, and no job will finish it",
        "SELECT c.id FROM calls c WHERE c.ended_at IS NULL AND c.setup_complete = 0 AND c.room_may_exist = 1 "
        "AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.call_id = c.id)"},
    Rule{"participant {} has left without a stored time, or has a stored time and has not left",
         "SELECT id FROM call_participants WHERE (departed_at IS NULL) <> (left_at IS NULL)"},
    Rule{"participant {} is in the call without a device, or is out of it with one",
         "SELECT p.id FROM call_participants p WHERE (p.left_at IS NULL) <> EXISTS (SELECT 1 FROM "
         "call_sessions s WHERE s.participant_sequence = p.sequence AND s.closed_at IS NULL)"},
    Rule{"call {} rings for a user who is in it, or has ended and rings",
         "SELECT DISTINCT c.id FROM calls c JOIN call_rings r ON r.call_sequence = c.sequence "
         "WHERE r.state = 1 AND (c.ended_at IS NOT NULL OR EXISTS (SELECT 1 FROM call_participants p "
         "WHERE p.call_sequence = c.sequence AND p.user_type = r.user_type AND p.user_id = r.user_id "
         "AND p.left_at IS NULL))"},
    Rule{"call {} has rings that nobody looks for",
         "SELECT c.id FROM calls c WHERE c.rings = 0 AND EXISTS "
         "(SELECT 1 FROM call_rings r WHERE r.call_sequence = c.sequence)"},
    Rule{"job {} belongs to a call that does not exist",
         "SELECT j.id FROM jobs j WHERE j.call_id IS NOT NULL AND NOT EXISTS "
         "(SELECT 1 FROM calls c WHERE c.id = j.call_id)"},
    Rule{"thread {} has a wrong number of members",
         "SELECT t.id FROM threads t WHERE t.members <> "
         "(SELECT count(*) FROM thread_members m WHERE m.thread_id = t.id)"},
};

/// More of one kind would not help.
constexpr int mostOfAKind = 20;

// Each row is read as every operation would read it.
constexpr FixedText allCalls = "SELECT " + callColumns + " FROM calls";
constexpr FixedText allParticipants = "SELECT " + participantColumns + " FROM call_participants";
constexpr FixedText allRings = "SELECT " + ringColumns + " FROM call_rings";
constexpr FixedText allJobs = "SELECT " + jobColumns + " FROM jobs";
constexpr FixedText allThreads = "SELECT " + threadColumns + ", id FROM threads";

void addUnreadable(Connection& connection, std::vector<std::string>& findings) {
  UnreadableRows unreadable;
  const auto look = [&](Sql text, RowKind kind, auto&& read) {
    Query rows(connection, text);
    while (rows.next()) static_cast<void>(readOrNote(rows, kind, unreadable, read));
  };
  look(allCalls, {"call"}, [](const Query& row) { return readCall(row); });
  look(allParticipants, {"participant"}, [](const Query& row) { return readParticipant(row, 0, CallId{}); });
  look(allRings, {"ring of"}, [](const Query& row) { return readRing(row, 0); });
  look(allJobs, {"job"}, readJob);
  look(allThreads, {"thread", threadColumnCount},
       [](const Query& row) { return readThread(row, 0, ThreadId{}); });
  for (std::string& each : unreadable.take()) findings.push_back(std::move(each) + ", it cannot be read");
}

void addFindings(Connection& connection, std::vector<std::string>& findings) {
  SQLite::Database& database = connection.database();
  SQLite::Statement integrity(database, fmt::format("PRAGMA integrity_check({})", mostOfAKind));
  while (integrity.executeStep()) {
    const std::string line = integrity.getColumn(0).getString();
    if (line != "ok") findings.push_back(line);
  }
  if (!findings.empty()) return;  // with damaged pages no other result is reliable
  SQLite::Statement references(database, "PRAGMA foreign_key_check");
  for (int i = 0; i < mostOfAKind && references.executeStep(); ++i) {
    findings.push_back(fmt::format("a row of {} refers to a row of {} that is not there",
                                   references.getColumn(0).getString(), references.getColumn(2).getString()));
  }
  for (const Rule& rule : rules) {
    SQLite::Statement rows(database, fmt::format("{} LIMIT {}", rule.rows, mostOfAKind));
    while (rows.executeStep()) {
      findings.push_back(fmt::format(fmt::runtime(rule.finding), rows.getColumn(0).getString()));
    }
  }
  addUnreadable(connection, findings);
}

bool hasLog(const fs::path& path) {
  std::error_code none;
  const auto size = fs::file_size(path.string() + "-wal", none);
  return !none && size > 0;
}

}  // namespace
}  // namespace sqlite

SqliteFile inspectSqliteFile(const SqliteOptions& options) {
  const std::filesystem::path path =
      options.path.empty() ? options.path : std::filesystem::absolute(options.path);
  sqlite::requireShortEnough(path);
  SqliteFile file;
  file.latest = static_cast<std::int64_t>(sqlite::schemaMigrations().size());
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return file;
  if (error) throw StorageUnavailable(fmt::format("{}: {}", path.string(), error.message()));
  // Opening a named pipe would wait for a writer.
  if (!std::filesystem::is_regular_file(status)) {
    throw StorageUnavailable(fmt::format("{} is not an ordinary file", path.string()));
  }
  const sqlite::FileHeader header(path);
  file.kind = header.empty() ? SqliteFileKind::empty : SqliteFileKind::foreign;
  if (!header.isSqlite() || header.application() != sqlite::applicationId) return file;
  file.kind = SqliteFileKind::ours;
  file.version = header.version();
  // The log may be newer than the header. A version that this library does not know is only reported.
  if (!sqlite::hasLog(path) || file.version > file.latest) return file;
  return sqlite::translating(path.string(), [&] {
    sqlite::Connection connection(path, sqlite::Access::read, options.busyTimeout, nullptr);
    file.version = connection.number("PRAGMA user_version");
    return file;
  });
}

std::vector<std::string> checkSqliteFile(const SqliteOptions& options) {
  const SqliteFile file = inspectSqliteFile(options);
  if (file.kind != SqliteFileKind::ours || file.version != file.latest) {
    throw StorageIncompatible(
        fmt::format("{} is not a messenger database of version {}", options.path.string(), file.latest));
  }
  return sqlite::translating(options.path.string(), [&] {
    // SQLite ignores the CHECK constraints of a file that it opens for reading, and would not verify them.
    sqlite::Connection connection(std::filesystem::absolute(options.path), sqlite::Access::write,
                                  options.busyTimeout, nullptr);
    connection.execute("PRAGMA query_only = ON");
    std::vector<std::string> findings;
    const sqlite::Snapshot snapshot(connection);
    sqlite::addFindings(connection, findings);
    return findings;
  });
}

}  // namespace messenger
