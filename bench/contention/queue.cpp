#include "bench/contention/queue.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <thread>

namespace messenger::bench {
namespace {

constexpr std::int64_t lease = 30'000'000;

constexpr const char* nextText =
    "SELECT j.sequence, j.call_id FROM jobs AS j WHERE j.queue = 'messenger' AND j.failed = 0 "
    "AND j.available_at <= ?1 AND (j.leased_until IS NULL OR j.leased_until <= ?1) "
    "AND NOT EXISTS (SELECT 1 FROM jobs AS o WHERE o.call_id = j.call_id AND o.sequence <> j.sequence "
    "AND o.leased_until > ?1) ORDER BY j.available_at, j.sequence LIMIT 1";
constexpr const char* claimText =
    "UPDATE jobs SET attempts = attempts + 1, token = token + 1, leased_until = ?2 WHERE sequence = ?1";
constexpr const char* intendText =
    "UPDATE calls SET room_may_exist = 1, updated_at = ?2, revision = revision + 1 WHERE id = ?1";
constexpr const char* finishText = "DELETE FROM jobs WHERE sequence = ?1 AND token = 1";
constexpr const char* setupText =
    "UPDATE calls SET setup_complete = 1, room_id = '1234567890123456', room_pin = 'AbCdEf0123456789', "
    "room_secret = '0123456789AbCdEfGhIjKlMn', updated_at = ?2, revision = revision + 1 WHERE id = ?1";

}  // namespace

Backlog::Backlog(const std::filesystem::path& file, std::size_t size)
    : size_(size), database_(file, RawDatabase::Access::write) {
  database_.execute(
      fmt::format("PRAGMA synchronous = OFF; CREATE TEMP TABLE numbers AS WITH RECURSIVE numbers (n) AS "
                  "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {}) SELECT n FROM numbers;"
                  "INSERT INTO threads (id, type, subject, calling, locked) "
                  "SELECT printf('%026d', n), 2, 'Bench', 1, 0 FROM numbers",
                  size));
}

void Backlog::fill() {
  database_.execute(fmt::format(
      "BEGIN IMMEDIATE; DELETE FROM jobs; DELETE FROM calls;"
      "INSERT INTO calls (id, thread_id, owner_type, owner_id, type, created_at, updated_at, revision) "
      "SELECT printf('%026d', n), printf('%026d', n), 'user', n, 1, {0}, {0}, 1 FROM numbers;"
      "INSERT INTO jobs (id, type, queue, call_id, created_at, available_at) "
      "SELECT printf('%026d', n), 1, 'messenger', printf('%026d', n), {0}, {0} FROM numbers;"
      "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)",
      wallMicroseconds()));
}

void Backlog::check() {
  RawStatement done(database_, "SELECT count(*) FROM calls WHERE setup_complete = 1");
  RawStatement left(database_, "SELECT count(*) FROM jobs");
  done.step();
  left.step();
  if (done.integer(0) != static_cast<std::int64_t>(size_) || left.integer(0) != 0) {
    throw std::runtime_error("work was left undone");
  }
}

RawWorker::RawWorker(const std::filesystem::path& file)
    : database_(file, RawDatabase::Access::write),
      now_(wallMicroseconds()),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      next_(database_, nextText),
      claim_(database_, claimText),
      intend_(database_, intendText),
      finish_(database_, finishText),
      setup_(database_, setupText) {}

bool RawWorker::claim() {
  now_ = wallMicroseconds();
  begin_.run();
  next_.bind(now_);
  const bool found = next_.step();
  if (found) {
    job_ = next_.integer(0);
    call_ = next_.text(1);
  }
  next_.reset();
  if (found) {
    claim_.run(job_, now_ + lease);
    intend_.run(call_, now_);
  }
  commit_.run();
  return found;
}

void RawWorker::complete() {
  begin_.run();
  finish_.run(job_);
  setup_.run(call_, now_);
  commit_.run();
}

void workTogether(RawWorker& worker, std::size_t threads) {
  std::mutex mutex;
  const auto work = [&] {
    for (;;) {
      const std::lock_guard lock(mutex);
      if (!worker.claim()) return;
      worker.complete();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t n = 1; n < threads; ++n) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace messenger::bench
