#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "adapters/postgres/postgres_storage.hpp"
#include "adapters/postgres/rows.hpp"
#include "adapters/postgres/schema.hpp"
#include "adapters/postgres/tool_session.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0 {
namespace postgres {
namespace {

/// A problem that exists when the statement returns rows. Each row has the id of an affected item.
struct Rule {
  const char* finding;
  const char* rows;
};

// Rules that no constraint of the schema can express, and those that hold unless the server has lost
// something. All rows come from one snapshot, so work in progress is not reported.
constexpr std::array rules{
    Rule{"call {} has ended, and has participants in it",
         "SELECT DISTINCT c.id FROM @calls c JOIN @call_participants p ON p.call_sequence = c.sequence "
         "WHERE c.ended_at IS NOT NULL AND p.left_at IS NULL"},
    Rule{"call {} is active, and has nobody in it",
         "SELECT c.id FROM @calls c WHERE c.ended_at IS NULL AND NOT EXISTS "
         "(SELECT 1 FROM @call_participants p WHERE p.call_sequence = c.sequence AND p.left_at IS NULL) "
         "AND NOT EXISTS (SELECT 1 FROM @jobs j WHERE j.call_id = c.id AND j.type = 8)"},
    Rule{"call {} has ended, its room may still exist, and no job will destroy it",
         "SELECT c.id FROM @calls c WHERE c.ended_at IS NOT NULL AND c.room_may_exist "
         "AND NOT EXISTS (SELECT 1 FROM @jobs j WHERE j.call_id = c.id)"},
    Rule{"call {} is active, its setup was begun, and no job will finish it",
         "SELECT c.id FROM @calls c WHERE c.ended_at IS NULL AND NOT c.setup_complete AND c.room_may_exist "
         "AND NOT EXISTS (SELECT 1 FROM @jobs j WHERE j.call_id = c.id)"},
    Rule{"participant {} is in the call without a device, or is out of it with one",
         "SELECT p.id FROM @call_participants p WHERE (p.left_at IS NULL) <> EXISTS (SELECT 1 FROM "
         "@call_sessions s WHERE s.participant_sequence = p.sequence AND s.closed_at IS NULL)"},
    Rule{"call {} rings for a user who is in it, or has ended and rings",
         "SELECT DISTINCT c.id FROM @calls c JOIN @call_rings r ON r.call_sequence = c.sequence "
         "WHERE r.state = 1 AND (c.ended_at IS NOT NULL OR EXISTS (SELECT 1 FROM @call_participants p "
         "WHERE p.call_sequence = c.sequence AND p.user_type = r.user_type AND p.user_id = r.user_id "
         "AND p.left_at IS NULL))"},
    Rule{"call {} has rings that nobody looks for",
         "SELECT c.id FROM @calls c WHERE NOT c.rings AND EXISTS "
         "(SELECT 1 FROM @call_rings r WHERE r.call_sequence = c.sequence)"},
    Rule{"job {} belongs to a call that does not exist",
         "SELECT j.id FROM @jobs j WHERE j.call_id IS NOT NULL AND NOT EXISTS "
         "(SELECT 1 FROM @calls c WHERE c.id = j.call_id)"},
    Rule{"thread {} has a wrong number of members",
         "SELECT t.id FROM @threads t WHERE t.members <> "
         "(SELECT count(*) FROM @thread_members m WHERE m.thread_id = t.id)"},
    Rule{"participant {} belongs to a call that does not exist",
         "SELECT p.id FROM @call_participants p WHERE NOT EXISTS "
         "(SELECT 1 FROM @calls c WHERE c.sequence = p.call_sequence)"},
    Rule{"a session of participant number {} belongs to nobody",
         "SELECT DISTINCT s.participant_sequence FROM @call_sessions s WHERE NOT EXISTS "
         "(SELECT 1 FROM @call_participants p WHERE p.sequence = s.participant_sequence)"},
    Rule{"a ring of call number {} belongs to no call",
         "SELECT DISTINCT r.call_sequence FROM @call_rings r WHERE NOT EXISTS "
         "(SELECT 1 FROM @calls c WHERE c.sequence = r.call_sequence)"},
    Rule{"a member belongs to thread {}, which does not exist",
         "SELECT DISTINCT m.thread_id FROM @thread_members m WHERE NOT EXISTS "
         "(SELECT 1 FROM @threads t WHERE t.id = m.thread_id)"},
};

// $ the schema. An index that was lost, or whose making was interrupted, enforces nothing.
constexpr const char* invalidIndexes =
    "SELECT c.relname FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid "
    "JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE n.nspname = '{}' AND NOT (i.indisvalid AND i.indisready) ORDER BY 1 LIMIT {}";
constexpr const char* oneActiveIndex =
    "SELECT count(*) FROM pg_catalog.pg_indexes WHERE schemaname = '{}' "
    "AND indexname = 'calls_one_active_a_thread'";

/// More of one kind would not help.
constexpr int mostOfAKind = 20;

// Each row is read as every operation would read it.
constexpr FixedText allCalls = "SELECT " + callColumns + " FROM @calls AS calls";
constexpr FixedText allParticipants =
    "SELECT " + participantColumns + " FROM @call_participants AS call_participants";
constexpr FixedText allRings = "SELECT " + ringColumns + " FROM @call_rings AS call_rings";
constexpr FixedText allJobs = "SELECT " + jobColumns + " FROM @jobs AS jobs";
constexpr FixedText allThreads = "SELECT " + threadColumns + ", threads.id FROM @threads AS threads";

void addUnreadable(ToolSession& session, std::vector<std::string>& findings) {
  UnreadableRows unreadable;
  const auto look = [&](Sql text, RowKind kind, auto&& read) {
    constexpr int atOnce = 1000;
    session.execute(fmt::format("DECLARE every_row NO SCROLL CURSOR FOR {}", text.text()));
    while (true) {
      const ResultPointer result = session.execute(fmt::format("FETCH {} FROM every_row", atOnce));
      Rows rows(result.get());
      while (rows.next()) static_cast<void>(readOrNote(rows, kind, unreadable, read));
      if (rows.size() < atOnce) break;
    }
    session.execute("CLOSE every_row");
  };
  look(allCalls, {"call"}, [](const Rows& row) { return readCall(row); });
  look(allParticipants, {"participant"}, [](const Rows& row) { return readParticipant(row, 0, CallId{}); });
  look(allRings, {"ring of"}, [](const Rows& row) { return readRing(row, 0); });
  look(allJobs, {"job"}, readJob);
  look(allThreads, {"thread", threadColumnCount}, [](const Rows& row) { return readThread(row, 0); });
  for (std::string& each : unreadable.take()) findings.push_back(std::move(each) + ", it cannot be read");
}

void addFindings(ToolSession& session, std::vector<std::string>& findings) {
  const auto add = [&](const std::string& statement, const char* finding) {
    const ResultPointer result = session.execute(statement);
    Rows rows(result.get());
    while (rows.next()) findings.push_back(fmt::format(fmt::runtime(finding), rows.text(0)));
  };
  add(fmt::format(fmt::runtime(invalidIndexes), session.schema(), mostOfAKind), "the index {} is not valid");
  if (session.number(fmt::format(fmt::runtime(oneActiveIndex), session.schema())) == 0) {
    findings.emplace_back("the index calls_one_active_a_thread is missing");
  }
  for (const Rule& rule : rules) add(fmt::format("{} LIMIT {}", rule.rows, mostOfAKind), rule.finding);
  addUnreadable(session, findings);
}

PostgresSchema inspect(ToolSession& session) {
  PostgresSchema found;
  found.latest = static_cast<std::int64_t>(schemaMigrations().size());
  session.translating([&] {
    found.version = versionOf(session.connection(), session.schema(), ToolSession::longest());
    const bool tables = hasTables(session.connection(), session.schema(), ToolSession::longest());
    if (found.version > 0) {
      found.kind = PostgresSchemaKind::ours;
    } else if (tables) {
      found.kind = PostgresSchemaKind::foreign;
    }
  });
  return found;
}

}  // namespace
}  // namespace postgres

std::string nameOf(const PostgresOptions& options) {
  return fmt::format("{}, schema {}", postgres::Address(postgres::checked(options).url).name(),
                     options.schema);
}

PostgresSchema inspectPostgresSchema(const PostgresOptions& options) {
  postgres::ToolSession session(options);
  return postgres::inspect(session);
}

std::vector<std::string> checkPostgresSchema(const PostgresOptions& options) {
  postgres::ToolSession session(options);
  const PostgresSchema found = postgres::inspect(session);
  if (found.kind != PostgresSchemaKind::ours || found.version != found.latest) {
    throw StorageIncompatible(
        fmt::format("{} does not have the tables of version {}", nameOf(options), found.latest));
  }
  std::vector<std::string> findings;
  session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  postgres::addFindings(session, findings);
  session.execute("COMMIT");
  return findings;
}

}  // namespace messenger
