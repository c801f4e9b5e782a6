#include "bench/lifecycle/floor.hpp"

namespace messenger::bench {
namespace {

constexpr std::int64_t lease = 300'000'000;
constexpr const char* queue = "messenger";

// What changes rows.

constexpr const char* insertCallText =
    "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, started_at, "
    "revision) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?5, 1)";
constexpr const char* insertParticipantText =
    "INSERT INTO call_participants (id, call_sequence, user_type, user_id, created_at, updated_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
constexpr const char* insertSessionText =
    "INSERT INTO call_sessions (participant_sequence, device, opened_at, last_seen_at, seen_by) "
    "VALUES (?1, '', ?2, ?2, ?3)";
constexpr const char* closeSessionText =
    "UPDATE call_sessions SET closed_at = ?2, departed_at = ?2 WHERE participant_sequence = ?1 AND device = "
    "''";
constexpr const char* insertJobText =
    "INSERT INTO jobs (id, type, queue, call_id, created_at, available_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
constexpr const char* claimText =
    "UPDATE jobs SET attempts = attempts + 1, token = token + 1, leased_until = ?2 WHERE sequence = ?1";
constexpr const char* intendText =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = ?3 WHERE sequence = ?1";
constexpr const char* finishJobText = "DELETE FROM jobs WHERE sequence = ?1";
constexpr const char* setupText =
    "UPDATE calls SET setup_complete = 1, room_may_exist = 1, room_id = ?2, room_pin = ?3, "
    "room_payload = NULL, room_secret = ?4, updated_at = ?5, revision = ?6 WHERE sequence = ?1";
constexpr const char* raiseText = "UPDATE calls SET revision = ?2 WHERE sequence = ?1";
constexpr const char* takeOutText =
    "UPDATE call_participants SET left_at = ?2, departed_at = ?2, updated_at = ?2 WHERE sequence = ?1";
constexpr const char* endText =
    "UPDATE calls SET ended_at = ?2, end_reason = 1, ended_by_type = ?3, ended_by_id = ?4, updated_at = ?2, "
    "revision = ?5 WHERE sequence = ?1";
constexpr const char* teardownText =
    "UPDATE calls SET teardown_complete = 1, room_may_exist = 0, updated_at = ?2, revision = ?3 "
    "WHERE sequence = ?1";

// What is read.

#define CALL_COLUMNS                                                                            \
  "calls.sequence, calls.id, calls.thread_id, calls.owner_type, calls.owner_id, calls.type, "   \
  "calls.created_at, calls.updated_at, calls.ended_at, calls.end_reason, calls.ended_by_type, " \
  "calls.ended_by_id, calls.setup_complete, calls.teardown_complete, calls.room_may_exist, "    \
  "calls.room_id, calls.room_pin, calls.room_payload, calls.room_secret, calls.revision"
#define PARTICIPANT_COLUMNS \
  "p.sequence, p.id, p.user_type, p.user_id, p.kicked, p.left_at, p.created_at, p.updated_at"
#define IN_CALL                                                                          \
  "(SELECT count(*) FROM call_participants AS o WHERE o.call_sequence = calls.sequence " \
  "AND o.left_at IS NULL)"
#define PICTURE                                                                                        \
  "SELECT " CALL_COLUMNS ", " PARTICIPANT_COLUMNS                                                      \
  ", s.device, s.opened_at, s.closed_at, s.last_seen_at, " IN_CALL                                     \
  ", coalesce((SELECT revision FROM thread_revisions WHERE thread_id = t.id), 0), "                    \
  "(SELECT value FROM settings WHERE key = 'calls_down_until'), "                                      \
  "t.id, t.type, t.subject, t.calling, t.locked, t.members, m.user_type, m.user_id, u.name, m.admin, " \
  "m.start_calls, m.pending, m.muted FROM (SELECT 1) "
#define PICTURE_OF_USER                                                                          \
  "LEFT JOIN call_participants AS p ON p.call_sequence = calls.sequence AND p.user_type = ?2 "   \
  "AND p.user_id = ?3 LEFT JOIN call_sessions AS s ON s.participant_sequence = p.sequence "      \
  "LEFT JOIN thread_members AS m ON m.thread_id = t.id AND m.user_type = ?2 AND m.user_id = ?3 " \
  "LEFT JOIN users AS u ON u.type = m.user_type AND u.id = m.user_id"

constexpr const char* pictureOfThreadText = PICTURE
    "LEFT JOIN calls ON calls.thread_id = ?1 AND calls.ended_at IS NULL "
    "LEFT JOIN threads AS t ON t.id = ?1 " PICTURE_OF_USER;
constexpr const char* pictureOfCallText = PICTURE
    "LEFT JOIN calls ON calls.id = ?1 LEFT JOIN threads AS t ON t.id = calls.thread_id " PICTURE_OF_USER;
constexpr const char* guardText = "SELECT " CALL_COLUMNS " FROM calls WHERE id = ?1";
constexpr const char* nextJobText =
    "SELECT j.sequence FROM jobs AS j WHERE j.call_id = ?1 AND +j.queue = ?2 AND j.failed = 0 "
    "AND j.available_at <= ?3 AND (j.leased_until IS NULL OR j.leased_until <= ?3) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = j.call_id AND o.sequence <> j.sequence "
    "AND o.leased_until > ?3) ORDER BY j.available_at, j.sequence LIMIT 1";
constexpr const char* jobText =
    "SELECT sequence, id, type, queue, call_id, cutoff, created_at, available_at, attempts, token, "
    "leased_until, failed, last_error FROM jobs WHERE sequence = ?1";
constexpr const char* callText = "SELECT " CALL_COLUMNS ", " IN_CALL " FROM calls WHERE id = ?1";
constexpr const char* findThreadText =
    "SELECT type, subject, calling, locked, members FROM threads WHERE id = ?1";
constexpr const char* membersText =
    "SELECT m.user_type, m.user_id, u.name, m.admin, m.start_calls, m.pending, m.muted "
    "FROM thread_members AS m LEFT JOIN users AS u ON u.type = m.user_type AND u.id = m.user_id "
    "WHERE m.thread_id = ?1 ORDER BY m.sequence";
constexpr const char* everyoneText = "SELECT " PARTICIPANT_COLUMNS
                                     " FROM call_participants AS p WHERE p.call_sequence = ?1 "
                                     "AND p.left_at IS NULL ORDER BY p.sequence";

#undef PICTURE_OF_USER
#undef PICTURE
#undef IN_CALL
#undef PARTICIPANT_COLUMNS
#undef CALL_COLUMNS

}  // namespace

LifecycleFloor::LifecycleFloor(const std::filesystem::path& file, const char* synchronous, FloorDoes does)
    : does_(does),
      database_(file, RawDatabase::Access::write, synchronous),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      insertCall_(database_, insertCallText),
      insertParticipant_(database_, insertParticipantText),
      insertSession_(database_, insertSessionText),
      closeSession_(database_, closeSessionText),
      insertJob_(database_, insertJobText),
      claim_(database_, claimText),
      intend_(database_, intendText),
      finishJob_(database_, finishJobText),
      setup_(database_, setupText),
      raise_(database_, raiseText),
      takeOut_(database_, takeOutText),
      end_(database_, endText),
      teardown_(database_, teardownText),
      pictureOfThread_(database_, pictureOfThreadText),
      pictureOfCall_(database_, pictureOfCallText),
      guard_(database_, guardText),
      nextJob_(database_, nextJobText),
      jobOf_(database_, jobText),
      callOf_(database_, callText),
      findThread_(database_, findThreadText),
      members_(database_, membersText),
      everyone_(database_, everyoneText) {}

void LifecycleFloor::one(const std::string& thread, const RawUsers& users) {
  now_ = wallMicroseconds();
  thread_ = thread;
  start(users);
  claim(/*intends=*/true);
  setup();
  join(users);
  leave(users);
  end(users);
  claim(/*intends=*/false);
  teardown();
}

void LifecycleFloor::start(const RawUsers& users) {
  if (looks()) pictureOfThread_.run(thread_, users.type, users.owner);
  call_ = ids_.next();
  begin_.run();
  insertCall_.run(call_, thread_, users.type, users.owner, now_);
  callRow_ = database_.lastRow();
  insertParticipant_.run(ids_.next(), callRow_, users.type, users.owner, now_);
  ownerRow_ = database_.lastRow();
  insertSession_.run(ownerRow_, now_, 1);
  insertJob(/*type=*/1);
  commit_.run();
  if (looks()) members_.run(thread_);
}

void LifecycleFloor::insertJob(int type) {
  job_ = ids_.next();
  insertJob_.run(job_, type, std::string_view{queue}, call_, now_);
  jobRow_ = database_.lastRow();
}

void LifecycleFloor::claim(bool intends) {
  begin_.run();
  if (looks()) nextJob_.run(call_, std::string_view{queue}, now_);
  claim_.run(jobRow_, now_ + lease);
  if (looks()) {
    jobOf_.run(jobRow_);
    callOf_.run(call_);
  }
  if (intends) intend_.run(callRow_, now_, 2);
  commit_.run();
}

void LifecycleFloor::beginOnCall() {
  begin_.run();
  if (looks()) guard_.run(call_);
}

void LifecycleFloor::setup() {
  if (looks()) findThread_.run(thread_);
  beginOnCall();
  setup_.run(callRow_, std::string_view{"1234567890123456"}, std::string_view{"AbCdEf0123456789"},
             std::string_view{"0123456789AbCdEfGhIjKlMn"}, now_, 3);
  finishJob_.run(jobRow_);
  commit_.run();
}

void LifecycleFloor::join(const RawUsers& users) {
  if (looks()) pictureOfCall_.run(call_, users.type, users.guest);
  beginOnCall();
  raise_.run(callRow_, 4);
  insertParticipant_.run(ids_.next(), callRow_, users.type, users.guest, now_);
  guestRow_ = database_.lastRow();
  insertSession_.run(guestRow_, now_, 1);
  commit_.run();
}

void LifecycleFloor::leave(const RawUsers& users) {
  if (looks()) pictureOfCall_.run(call_, users.type, users.guest);
  beginOnCall();
  raise_.run(callRow_, 5);
  takeOut_.run(guestRow_, now_);
  closeSession_.run(guestRow_, now_);
  commit_.run();
}

void LifecycleFloor::end(const RawUsers& users) {
  if (looks()) pictureOfCall_.run(call_, users.type, users.owner);
  beginOnCall();
  end_.run(callRow_, now_, users.type, users.owner, 6);
  if (looks()) everyone_.run(callRow_);
  takeOut_.run(ownerRow_, now_);
  closeSession_.run(ownerRow_, now_);
  insertJob(/*type=*/2);
  commit_.run();
  if (looks()) members_.run(thread_);
}

void LifecycleFloor::teardown() {
  beginOnCall();
  teardown_.run(callRow_, now_, 7);
  finishJob_.run(jobRow_);
  commit_.run();
}

}  // namespace messenger::bench
