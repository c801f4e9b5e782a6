#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "bench/support/raw_sqlite.hpp"

namespace messenger::bench {

/// A file full of work: calls that were just started, each with its SetupCall.
class Backlog {
 public:
  Backlog(const std::filesystem::path& file, std::size_t size);

  /// Puts all the work there anew.
  void fill();

  /// Throws std::runtime_error unless all of it is done.
  void check();

 private:
  std::size_t size_;
  RawDatabase database_;
};

/// A worker by SQLite's C interface: finds a job, claims it with the intent, records a room and deletes the
/// job; two transactions, as ours. Confined to one thread at a time.
class RawWorker {
 public:
  explicit RawWorker(const std::filesystem::path& file);

  /// The first half of a job. False when there is none.
  bool claim();
  /// The other half.
  void complete();

 private:
  RawDatabase database_;
  std::int64_t job_ = 0;
  std::string call_;
  std::int64_t now_;
  RawStatement begin_;
  RawStatement commit_;
  RawStatement next_;
  RawStatement claim_;
  RawStatement intend_;
  RawStatement finish_;
  RawStatement setup_;
};

/// Does all the work with several threads that share one connection: SQLite has one writer at a time, and a
/// mutex hands over faster than its busy handler.
void workTogether(RawWorker& worker, std::size_t threads);

}  // namespace messenger::bench
