#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/file_clock.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "adapters/sqlite/unreadable_rows.hpp"
#include "adapters/sqlite/write_queue.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "support/deadline.hpp"
#include "support/home_process.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::sqlite {

/// One connection that writes and several that read, all on one file. Thread-safe. Each operation has one
/// time limit, `SqliteOptions::busyTimeout`, counted from its beginning; reads never wait for writes. Throws
/// no SQLite::Exception.
class ConnectionPool {
 public:
  ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations);

  /// The deadline of an operation that begins now.
  [[nodiscard]] Deadline deadline() const { return support::deadlineIn(options_.busyTimeout); }

  // Without a deadline the operation begins now; an operation of several steps passes its own.

  /// Runs `body(connection)` in a transaction of the WriteQueue.
  template <class Body>
  auto write(Body&& body) {
    return write(deadline(), std::forward<Body>(body));
  }
  template <class Body>
  auto write(Deadline deadline, Body&& body) {
    home_.require();
    return writes_->write(deadline, std::forward<Body>(body));
  }

  /// Runs `body(connection)`, which reads with one statement.
  template <class Body>
  auto readOne(Body&& body) {
    return readOne(deadline(), std::forward<Body>(body));
  }
  template <class Body>
  auto readOne(Deadline deadline, Body&& body) {
    home_.require();
    return translating(file_, [&] {
      const Lease lease(*this, deadline);
      fileCheck_->requireUnchanged();
      return std::forward<Body>(body)(lease.connection());
    });
  }

  /// The same of a read that is short: on the writing connection while nobody writes. That one keeps its
  /// pages, while a reader begins with none after each change of another connection.
  template <class Body>
  auto readShort(Body&& body) {
    return readShort(deadline(), std::forward<Body>(body));
  }
  template <class Body>
  auto readShort(Deadline deadline, Body&& body) {
    home_.require();
    fileCheck_->requireUnchanged();
    auto value = writes_->readIfIdle(deadline, body);
    return value ? std::move(*value) : readOne(deadline, std::forward<Body>(body));
  }

  /// Runs `body(connection)`, whose statements all see the same state.
  template <class Body>
  auto read(Body&& body) {
    return read(deadline(), std::forward<Body>(body));
  }
  template <class Body>
  auto read(Deadline deadline, Body&& body) {
    return readOne(deadline, [&](Connection& connection) {
      const Snapshot snapshot(connection);
      return std::forward<Body>(body)(connection);
    });
  }

  /// The process whose connections these are: in a child made by fork() no operation begins.
  [[nodiscard]] const support::HomeProcess& home() const noexcept { return home_; }
  [[nodiscard]] const FileClock& clock() const noexcept { return clock_; }
  [[nodiscard]] UnreadableRows& unreadable() noexcept { return unreadable_; }

 private:
  /// Borrows a reader.
  class Lease {
   public:
    Lease(ConnectionPool& pool, Deadline deadline) : pool_(pool), connection_(pool.takeReader(deadline)) {}
    ~Lease() { pool_.giveBack(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  [[nodiscard]] std::unique_ptr<Connection> takeReader(Deadline deadline) MESSENGER_EXCLUDES(readersMutex_);
  [[nodiscard]] std::unique_ptr<Connection> findReader(Deadline deadline) MESSENGER_EXCLUDES(readersMutex_);
  void giveBack(std::unique_ptr<Connection> reader) noexcept MESSENGER_EXCLUDES(readersMutex_);

  const support::HomeProcess home_;
  const SqliteOptions options_;
  const std::string file_;
  StatementProbe* const probe_;

  std::optional<RecentFileCheck> fileCheck_;
  FileClock clock_;
  std::unique_ptr<WriteQueue> writes_;
  UnreadableRows unreadable_;

  support::Mutex readersMutex_;
  std::condition_variable readerFree_;
  std::vector<std::unique_ptr<Connection>> idle_ MESSENGER_GUARDED_BY(readersMutex_);
  std::size_t opened_ MESSENGER_GUARDED_BY(readersMutex_) = 0;
};

}  // namespace messenger::sqlite
