#include <SQLiteCpp/SQLiteCpp.h>

#include "messenger/errors.hpp"
#include "tests/adapters/changes_for_tests.hpp"
#include "tests/adapters/sqlite/sqlite_fixture.hpp"
#include "tests/support/catch.hpp"

using namespace messenger;
using namespace messenger::testing;

TEST_CASE("enforcement: a statement that breaks an invariant -> the database refuses it", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  NewThread thread;
  thread.thread.id = ThreadId{"t1"};
  thread.members = {ThreadMember{user("alice"), "Alice"}};
  REQUIRE(storage->threads()->createThread(thread));

  const std::string insertCall =
      "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, revision) "
      "VALUES ";
  const std::string insertParticipant =
      "INSERT INTO call_participants (id, call_sequence, user_type, user_id, created_at, updated_at) "
      "VALUES ";
  const std::string insertSession =
      "INSERT INTO call_sessions (participant_sequence, device, opened_at, last_seen_at, seen_by) VALUES ";
  const std::string insertJob = "INSERT INTO jobs (id, type, queue, created_at, available_at) VALUES ";

  SECTION("sound rows are taken") {
    CHECK_NOTHROW(fixture.run(insertCall + "('c2', 't2', 'user', 'bob', 1, 0, 0, 1)"));
    CHECK_NOTHROW(fixture.run(insertParticipant + "('p2', 1, 'user', 'bob', 0, 0)"));
    CHECK_NOTHROW(fixture.run(insertSession + "(1, 'phone', 0, 0, 1)"));
    CHECK_NOTHROW(fixture.run(insertJob + "('j2', 1, 'messenger', 0, 0)"));
  }
  SECTION("others are not") {
    const std::string sql = GENERATE_COPY(
        // one active call a thread, one row a user and call, one row an id
        insertCall + "('c2', 't1', 'user', 'bob', 1, 0, 0, 1)",
        insertCall + "('c1', 't2', 'user', 'bob', 1, 0, 0, 1)",
        insertParticipant + "('p2', 1, 'user', 'alice', 0, 0)",
        insertParticipant + "('c1-alice', 1, 'user', 'bob', 0, 0)", insertSession + "(1, '', 0, 0, 1)",
        insertJob + "('c1-setup', 1, 'messenger', 0, 0)",
        "INSERT INTO thread_members SELECT 9, thread_id, user_type, user_id, 0, 0, 0, 0 FROM thread_members",
        // references to missing rows
        insertParticipant + "('p2', 77, 'user', 'bob', 0, 0)", insertSession + "(77, '', 0, 0, 1)",
        "DELETE FROM calls", "DELETE FROM threads",
        "INSERT INTO thread_members VALUES (9, 'nowhere', 'user', 'bob', 0, 0, 0, 0)",
        // columns that depend on each other
        "UPDATE calls SET ended_at = 5", "UPDATE calls SET end_reason = 1",
        "UPDATE calls SET ended_by_type = 'user', ended_by_id = 'bob'",
        "UPDATE calls SET ended_at = 5, end_reason = 1, ended_by_type = 'user'",
        "UPDATE calls SET teardown_complete = 1", "UPDATE calls SET room_id = 'r'",
        "UPDATE calls SET room_secret = 's'", "UPDATE call_participants SET kicked = 1",
        "UPDATE jobs SET failed = 1, leased_until = 5", "UPDATE call_participants SET departed_at = 5",
        "UPDATE call_sessions SET departed_at = 5", "UPDATE call_sessions SET closed_at = 5",
        // impossible values
        "UPDATE calls SET type = 0", "UPDATE calls SET ended_at = 5, end_reason = 0",
        "UPDATE calls SET setup_complete = 2", "UPDATE calls SET created_at = 'yesterday'",
        "UPDATE calls SET thread_id = NULL", "UPDATE jobs SET attempts = -1", "UPDATE threads SET type = 0",
        "UPDATE thread_members SET admin = 7");
    const std::string before = fixture.dump();
    INFO(sql);
    CHECK_THROWS_AS(fixture.run(sql), SQLite::Exception);
    CHECK(fixture.dump() == before);
  }
}

TEST_CASE("enforcement: numbers in the file -> keep their meaning", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  // Each list in the order of the numbers 1, 2, 3, …; later additions are at the end.
  const std::vector reasons{EndReason::hungUp,   EndReason::lastLeft,    EndReason::inactive,
                            EndReason::declined, EndReason::setupFailed, EndReason::maintenance,
                            EndReason::host,     EndReason::alone,       EndReason::maxDuration,
                            EndReason::noAnswer};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const std::string call = "c" + std::to_string(i + 1);
    REQUIRE(started(*storage, call, "t1") == Status::committed);
    REQUIRE(storage->calls().commit(end(*storage, call, 0, reasons[i])).status == Status::committed);
  }
  CHECK(fixture.number("SELECT count(*) FROM calls WHERE type = 1 AND end_reason = sequence") == 10);

  fixture.run("DELETE FROM jobs");
  const std::vector types{JobType::setupCall,   JobType::teardownCall, JobType::checkCallsActivity,
                          JobType::endCalls,    JobType::warnOfEnd,    JobType::endOverdueCall,
                          JobType::endLoneCall, JobType::endEmptyCall, JobType::removeFromRoom,
                          JobType::stopRinging};
  for (std::size_t i = 0; i < types.size(); ++i)
    storage->jobs().add(newJob("j" + std::to_string(i + 1), types[i], ""));
  CHECK(fixture.number("SELECT count(*) FROM jobs WHERE id = 'j' || type") == 10);

  const std::vector kinds{ThreadType::privateThread, ThreadType::group};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    NewThread thread;
    thread.thread.id = ThreadId{"t" + std::to_string(i + 1)};
    thread.thread.type = kinds[i];
    REQUIRE(storage->threads()->createThread(thread));
  }
  CHECK(fixture.number("SELECT count(*) FROM threads WHERE id = 't' || type") == 2);
}

TEST_CASE("enforcement: a number that the library does not know cannot be read", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  NewThread thread;
  thread.thread.id = ThreadId{"t1"};
  REQUIRE(storage->threads()->createThread(thread));
  SECTION("an end reason") {
    const CallChange known = change(*storage, "c1");
    fixture.run("UPDATE calls SET ended_at = 5, end_reason = 200");
    CHECK_THROWS_AS(load(*storage, "c1"), StorageUnreadable);
    CHECK_THROWS_AS(storage->calls().commit(known), StorageUnreadable);
  }
  SECTION("a type of call") {
    fixture.run("UPDATE calls SET type = 3");
    CHECK_THROWS_AS(load(*storage, "c1"), StorageUnreadable);
    CHECK(storage->jobs().counts("messenger", t(0)).unreadable == 1);
  }
  SECTION("a limit") {
    const std::string sql = GENERATE("limit_participants = -1", "limit_participants = 1000001",
                                     "limit_duration = 9223372036854775807", "limit_warning = -1",
                                     "limit_alone = -9223372036854775808", "limit_empty = 2592000001");
    fixture.run("UPDATE calls SET " + sql);
    CHECK_THROWS_AS(load(*storage, "c1"), StorageUnreadable);
    CHECK_FALSE(storage->jobs().claim(claimNext()));
    CHECK(storage->jobs().counts("messenger", t(0)).unreadable == 1);
  }
  SECTION("a type of job") {
    fixture.run("UPDATE jobs SET type = 11");
    CHECK_FALSE(storage->jobs().claim(claimNext()));
    CHECK(fixture.number("SELECT attempts FROM jobs") == 0);
  }
  SECTION("a type of thread") {
    fixture.run("UPDATE threads SET type = 3");
    CHECK_THROWS_AS(storage->threads()->findThread(ThreadId{"t1"}), StorageUnreadable);
  }
}

TEST_CASE("enforcement: missing tables -> StorageCorrupt with its cause", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  fixture.run("DROP TABLE jobs");
  try {
    (void)storage->jobs().list({});
    FAIL("read a table that is gone");
  } catch (const StorageCorrupt& error) {
    CHECK_THROWS_AS(std::rethrow_if_nested(error), SQLite::Exception);
  }
}

TEST_CASE("enforcement: an id given twice -> an error and nothing changed", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  REQUIRE(started(*storage, "c1", "t1") == Status::committed);
  const std::string before = fixture.dump();
  CHECK_THROWS_AS(storage->calls().commit(start("c1", "t2")), StorageError);
  CallChange sameJob = start("c2", "t2");
  sameJob.jobs = start("c1", "t1").jobs;
  CHECK_THROWS_AS(storage->calls().commit(sameJob), StorageError);
  CHECK(fixture.dump() == before);
}

TEST_CASE("enforcement: any text -> stored as it is", "[sqlite][unit]") {
  const SqliteFixture fixture;
  const auto storage = fixture.open();
  const std::string odd = GENERATE(std::string("'; DROP TABLE calls; --"), std::string("a\0b", 3),
                                   std::string("\xff\xfe\x80"), std::string(1'000'000, 'x'), std::string());
  CallChange made = start("c1", "t1");
  made.row->threadId = ThreadId{odd};
  made.row->owner = {odd, odd};
  made.participants[0].user = {odd, odd};
  REQUIRE(storage->calls().commit(made).status == Status::committed);
  CallStore::LoadRequest request;
  request.call = made.call;
  request.user = UserId{odd, odd};
  const CallState found = storage->calls().load(request).call.value();
  CHECK(found.call.threadId == made.row->threadId);
  CHECK(found.call.owner == made.row->owner);
  CHECK(found.participants.at(0).user == made.row->owner);
  CHECK(storage->calls().activeCalls({made.row->threadId}, made.row->owner).size() == 1);
}
