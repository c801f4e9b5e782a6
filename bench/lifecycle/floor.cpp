#include "bench/lifecycle/floor.hpp"

namespace messenger::bench {
namespace {

constexpr std::int64_t lease = 300'000'000;
constexpr const char* queue = "messenger";

#define CALL_COLUMNS                                                                                        \
  "c.sequence, c.id, c.thread_id, c.owner_type, c.owner_id, c.type, c.created_at, c.updated_at, "           \
  "c.ended_at, "                                                                                            \
  "c.end_reason, c.ended_by_type, c.ended_by_id, c.setup_complete, c.teardown_complete, c.room_may_exist, " \
  "c.room_id, c.room_pin, c.room_payload, c.room_secret, c.revision"
#define PARTICIPANT_COLUMNS \
  "p.sequence, p.id, p.user_type, p.user_id, p.kicked, p.left_at, p.created_at, p.updated_at"
#define JOB_COLUMNS                                                                                       \
  "sequence, id, type, queue, call_id, cutoff, created_at, available_at, attempts, token, leased_until, " \
  "failed, last_error"

constexpr const char* insertCall =
    "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, revision) "
    "VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, 1)";
constexpr const char* insertParticipant =
    "INSERT INTO call_participants (id, call_sequence, user_type, user_id, created_at, updated_at, "
    "last_seen_at, seen_by) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, ?6)";
constexpr const char* insertJob =
    "INSERT INTO jobs (id, type, queue, call_id, created_at, available_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
constexpr const char* claim =
    "UPDATE jobs SET attempts = attempts + 1, token = token + 1, leased_until = ?2 WHERE sequence = ?1 "
    "RETURNING " JOB_COLUMNS;
constexpr const char* intend =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = ?3 WHERE sequence = ?1";
constexpr const char* finishJob =
    "DELETE FROM jobs WHERE id = ?1 AND token = ?2 AND leased_until IS NOT NULL";
constexpr const char* setup =
    "UPDATE calls SET setup_complete = 1, room_may_exist = 1, room_id = ?2, room_pin = ?3, room_payload = "
    "NULL, "
    "room_secret = ?4, updated_at = ?5, revision = ?6 WHERE sequence = ?1";
constexpr const char* raise = "UPDATE calls SET revision = ?2 WHERE sequence = ?1";
constexpr const char* takeOut =
    "UPDATE call_participants SET left_at = ?2, departed_at = ?2, kicked = 0, updated_at = ?2 WHERE sequence "
    "= ?1";
constexpr const char* putOut =
    "UPDATE call_participants SET left_at = ?2, departed_at = ?2, updated_at = ?2 WHERE call_sequence = ?1 "
    "AND left_at IS NULL "
    "RETURNING sequence, id, user_type, user_id, kicked, left_at, created_at, updated_at";
constexpr const char* end =
    "UPDATE calls SET ended_at = ?2, end_reason = 1, ended_by_type = ?3, ended_by_id = ?4, updated_at = ?2, "
    "revision = ?5 WHERE sequence = ?1 AND ended_at IS NULL";
constexpr const char* teardown =
    "UPDATE calls SET teardown_complete = 1, room_may_exist = 0, updated_at = ?2, revision = ?3 "
    "WHERE sequence = ?1";

constexpr const char* nextJob =
    "SELECT j.sequence FROM jobs AS j WHERE j.queue = ?1 AND j.failed = 0 AND j.available_at <= ?2 "
    "AND (j.leased_until IS NULL OR j.leased_until <= ?2) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = j.call_id AND o.sequence <> j.sequence "
    "AND o.leased_until > ?2) ORDER BY j.available_at, j.sequence LIMIT 1";
constexpr const char* findCall = "SELECT " CALL_COLUMNS " FROM calls AS c WHERE c.id = ?1";
constexpr const char* callOfUserWriting =
    "SELECT " CALL_COLUMNS ", " PARTICIPANT_COLUMNS
    ", EXISTS (SELECT 1 FROM call_participants AS o WHERE o.call_sequence = c.sequence "
    "AND o.left_at IS NULL AND o.sequence IS NOT p.sequence) "
    "FROM calls AS c LEFT JOIN call_participants AS p "
    "ON p.call_sequence = c.sequence AND p.user_type = ?2 AND p.user_id = ?3 WHERE c.id = ?1";
constexpr const char* callOfUser =
    "SELECT " CALL_COLUMNS ", " PARTICIPANT_COLUMNS
    " FROM calls AS c LEFT JOIN call_participants AS p "
    "ON p.call_sequence = c.sequence AND p.user_type = ?2 AND p.user_id = ?3 WHERE c.id = ?1";
constexpr const char* findThread =
    "SELECT type, subject, calling, locked, members FROM threads WHERE id = ?1";
#define SELECT_MEMBERS                                                                          \
  "SELECT m.user_type, m.user_id, u.name, m.admin, m.start_calls, m.pending, m.muted "          \
  "FROM thread_members AS m LEFT JOIN users AS u ON u.type = m.user_type AND u.id = m.user_id " \
  "WHERE m.thread_id = ?1 "
constexpr const char* findMember = SELECT_MEMBERS "AND m.user_type = ?2 AND m.user_id = ?3";
constexpr const char* findMembers = SELECT_MEMBERS "ORDER BY m.sequence";
constexpr const char* downUntil = "SELECT value FROM settings WHERE key = 'calls_down_until'";

#undef SELECT_MEMBERS
#undef JOB_COLUMNS
#undef PARTICIPANT_COLUMNS
#undef CALL_COLUMNS

}  // namespace

LifecycleFloor::LifecycleFloor(const std::filesystem::path& file, const char* synchronous, FloorDoes does)
    : does_(does),
      writer_(file, RawDatabase::Access::write, synchronous),
      reader_(file, RawDatabase::Access::read),
      begin_(writer_, "BEGIN IMMEDIATE"),
      commit_(writer_, "COMMIT"),
      insertCall_(writer_, insertCall),
      insertParticipant_(writer_, insertParticipant),
      insertJob_(writer_, bench::insertJob),
      claim_(writer_, bench::claim),
      intend_(writer_, intend),
      finishJob_(writer_, finishJob),
      setup_(writer_, bench::setup),
      raise_(writer_, raise),
      takeOut_(writer_, takeOut),
      putOut_(writer_, putOut),
      end_(writer_, bench::end),
      teardown_(writer_, bench::teardown),
      nextJobWriting_(writer_, nextJob),
      callWriting_(writer_, findCall),
      callOfUserWriting_(writer_, callOfUserWriting),
      nextJob_(reader_, nextJob),
      callOfUser_(reader_, callOfUser),
      findThread_(reader_, findThread),
      findMember_(reader_, findMember),
      members_(reader_, findMembers),
      downUntil_(reader_, downUntil) {}

void LifecycleFloor::one(const std::string& thread, const RawUsers& users) {
  now_ = wallMicroseconds();
  thread_ = thread;
  start(thread, users);
  claim(jobRow_, /*intends=*/true);
  setup();
  join(users);
  leave(users);
  end(users);
  claim(jobRow_, /*intends=*/false);
  teardown();
}

void LifecycleFloor::start(const std::string& thread, const RawUsers& users) {
  if (looks()) {
    findThread_.run(thread);
    findMember_.run(thread, users.type, users.owner);
    downUntil_.run();
  }
  call_ = ids_.next();
  begin_.run();
  insertCall_.run(call_, thread, users.type, users.owner, now_);
  callRow_ = writer_.lastRow();
  insertParticipant_.run(ids_.next(), callRow_, users.type, users.owner, now_, 1);
  insertJob(/*type=*/1);
  commit_.run();
  if (looks()) members_.run(thread);
}

void LifecycleFloor::insertJob(int type) {
  job_ = ids_.next();
  insertJob_.run(job_, type, std::string_view{queue}, call_, now_);
  jobRow_ = writer_.lastRow();
}

void LifecycleFloor::claim(std::int64_t job, bool intends) {
  if (looks()) nextJob_.run(std::string_view{queue}, now_);
  begin_.run();
  if (looks()) nextJobWriting_.run(std::string_view{queue}, now_);
  claim_.run(job, now_ + lease);
  if (looks()) callWriting_.run(call_);
  if (intends) intend_.run(callRow_, now_, 2);
  commit_.run();
}

void LifecycleFloor::setup() {
  if (looks()) findThread_.run(thread_);
  begin_.run();
  if (looks()) callWriting_.run(call_);
  finishJob_.run(job_, 1);
  setup_.run(callRow_, std::string_view{"1234567890123456"}, std::string_view{"AbCdEf0123456789"},
             std::string_view{"0123456789AbCdEfGhIjKlMn"}, now_, 3);
  commit_.run();
  if (looks()) findThread_.run(thread_);
}

void LifecycleFloor::lookAtCaller(const std::string& user, const RawUsers& users) {
  callOfUser_.run(call_, users.type, user);
  findThread_.run(thread_);
  findMember_.run(thread_, users.type, user);
}

void LifecycleFloor::join(const RawUsers& users) {
  if (looks()) lookAtCaller(users.guest, users);
  begin_.run();
  if (looks()) callOfUserWriting_.run(call_, users.type, users.guest);
  insertParticipant_.run(ids_.next(), callRow_, users.type, users.guest, now_, 1);
  guestRow_ = writer_.lastRow();
  raise_.run(callRow_, 4);
  commit_.run();
}

void LifecycleFloor::leave(const RawUsers& users) {
  if (looks()) lookAtCaller(users.guest, users);
  begin_.run();
  if (looks()) callOfUserWriting_.run(call_, users.type, users.guest);
  takeOut_.run(guestRow_, now_);
  raise_.run(callRow_, 5);
  commit_.run();
}

void LifecycleFloor::end(const RawUsers& users) {
  if (looks()) lookAtCaller(users.owner, users);
  begin_.run();
  if (looks()) callOfUserWriting_.run(call_, users.type, users.owner);
  putOut_.run(callRow_, now_);
  end_.run(callRow_, now_, users.type, users.owner, 6);
  insertJob(/*type=*/2);
  commit_.run();
  if (looks()) members_.run(thread_);
}

void LifecycleFloor::teardown() {
  begin_.run();
  if (looks()) callWriting_.run(call_);
  finishJob_.run(job_, 1);
  teardown_.run(callRow_, now_, 7);
  commit_.run();
}

}  // namespace messenger::bench
