#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "support/mutex.hpp"

namespace messenger::sqlite {

/// One connection that writes and several that read, all on one file. Thread-safe; writes wait for each
/// other, reads for nobody while a reader is free. No SQLite::Exception leaves it.
class ConnectionPool {
 public:
  ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations);

  /// Runs `body(connection, transaction)` with the write lock held. What does not `commit` changes nothing.
  template <class Body>
  auto write(Body&& body) EXCLUDES(writerMutex_) {
    return translating(file_, [&] {
      support::Lock lock(writerMutex_);
      Transaction transaction(*writer_, Begin::immediate);
      return std::forward<Body>(body)(*writer_, transaction);
    });
  }

  /// Runs `body(connection)`, which executes one statement to its end: a transaction of its own.
  template <class Body>
  auto writeOne(Body&& body) EXCLUDES(writerMutex_) {
    return translating(file_, [&] {
      support::Lock lock(writerMutex_);
      writer_->rollback();  // one that an earlier failure left open would swallow this change
      auto result = std::forward<Body>(body)(*writer_);
      writer_->announceCommit();
      return result;
    });
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
      const Transaction snapshot(lease.connection(), Begin::deferred);
      return std::forward<Body>(body)(lease.connection());
    });
  }

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

  [[nodiscard]] std::unique_ptr<Connection> takeReader() EXCLUDES(readersMutex_);
  void giveBack(std::unique_ptr<Connection> reader) noexcept EXCLUDES(readersMutex_);

  const SqliteOptions options_;
  const std::string file_;
  StatementProbe* const probe_;

  support::Mutex writerMutex_;
  std::unique_ptr<Connection> writer_ GUARDED_BY(writerMutex_);

  support::Mutex readersMutex_;
  std::condition_variable readerFree_;
  std::vector<std::unique_ptr<Connection>> idle_ GUARDED_BY(readersMutex_);
  std::size_t opened_ GUARDED_BY(readersMutex_) = 0;
};

}  // namespace messenger::sqlite
