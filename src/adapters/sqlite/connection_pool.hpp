#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/file_clock.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "adapters/sqlite/write_queue.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "support/mutex.hpp"

namespace messenger::sqlite {

/// One connection that writes and several that read, all on one file. Thread-safe. Each operation has one
/// time limit, `SqliteOptions::busyTimeout`, from its beginning on; reads never wait for writes. No
/// SQLite::Exception leaves it.
class ConnectionPool {
 public:
  ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations);

  /// Runs `body(connection)` in a transaction of the WriteQueue.
  template <class Body>
  auto write(Body&& body) {
    return writes_->write(deadline(), std::forward<Body>(body));
  }

  /// Runs `body(connection)`, which reads with one statement.
  template <class Body>
  auto readOne(Body&& body) EXCLUDES(readersMutex_) {
    return translating(file_, [&] {
      const Lease lease(*this);
      return std::forward<Body>(body)(lease.connection());
    });
  }

  /// Runs `body(connection)`, whose statements all see the same state.
  template <class Body>
  auto read(Body&& body) EXCLUDES(readersMutex_) {
    return translating(file_, [&] {
      const Lease lease(*this);
      const Snapshot snapshot(lease.connection());
      return std::forward<Body>(body)(lease.connection());
    });
  }

  [[nodiscard]] const FileClock& clock() const noexcept { return clock_; }

  /// Whether it is time again to store how far the clock has come (`rememberTime`): once a second is enough.
  [[nodiscard]] bool shouldRemember(StorageTime now) const noexcept;
  /// It was stored.
  void remembered(StorageTime now) noexcept;

 private:
  /// A reader, for as long as it lives.
  class Lease {
   public:
    explicit Lease(ConnectionPool& pool) : pool_(pool), connection_(pool.takeReader()) {}
    ~Lease() { pool_.giveBack(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  [[nodiscard]] Deadline deadline() const { return std::chrono::steady_clock::now() + options_.busyTimeout; }
  [[nodiscard]] std::unique_ptr<Connection> takeReader() EXCLUDES(readersMutex_);
  void giveBack(std::unique_ptr<Connection> reader) noexcept EXCLUDES(readersMutex_);

  const SqliteOptions options_;
  const std::string file_;
  StatementProbe* const probe_;

  FileClock clock_;
  std::atomic<std::int64_t> remembered_{0};
  std::unique_ptr<WriteQueue> writes_;

  support::Mutex readersMutex_;
  std::condition_variable readerFree_;
  std::vector<std::unique_ptr<Connection>> idle_ GUARDED_BY(readersMutex_);
  std::size_t opened_ GUARDED_BY(readersMutex_) = 0;
};

}  // namespace messenger::sqlite
