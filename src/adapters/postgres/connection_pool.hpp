#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapters/postgres/address.hpp"
#include "adapters/postgres/connection.hpp"
#include "adapters/postgres/job_listener.hpp"
#include "adapters/postgres/server_clock.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"
#include "support/backoff.hpp"
#include "support/deadline.hpp"
#include "support/home_process.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::postgres {

enum class LockOf : std::uint8_t { threads, callsDown, claims, tables, jobsChannel };

/// The key of an advisory lock. It is the same for all storages of a schema, and differs between schemas.
[[nodiscard]] std::int64_t lockKey(const std::string& schema, LockOf what) noexcept;

/// The connections of a storage. Thread-safe. Each operation has one time limit, counted from its beginning.
/// Throws the errors of the contracts.
class ConnectionPool {
 public:
  explicit ConnectionPool(PostgresOptions options);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  /// Before anything else: opens the first connection, runs `prepare(connection, deadline)`, which sees to
  /// the tables, and reads the clock.
  template <class Prepare>
  void begin(Prepare prepare) {
    const Deadline until = deadline();
    translating([&] {
      Lease lease(*this, until);
      prepare(lease.connection(), until);
      lease.keep();
    });
    beginClock(until);
  }

  /// The deadline of an operation that begins now.
  [[nodiscard]] Deadline deadline() const { return support::deadlineIn(options_.timeLimit); }

  // Without a deadline the operation begins now; one of several batches passes its own.

  /// Sends a batch that changes something. When its outcome is unknown, StorageUnavailable says so.
  [[nodiscard]] Results write(Batch batch, Deadline until);
  [[nodiscard]] Results write(Batch batch) { return write(std::move(batch), deadline()); }

  /// Sends a batch that only reads, a second time when the connection is lost.
  [[nodiscard]] Results read(Batch batch, Deadline until);
  [[nodiscard]] Results read(Batch batch) { return read(std::move(batch), deadline()); }

  /// The schema, as it stands in a statement.
  [[nodiscard]] const std::string& schema() const noexcept { return options_.schema; }
  [[nodiscard]] StorageTime timeAt(SteadyPoint moment) const noexcept { return clock_.at(moment); }
  [[nodiscard]] UnreadableRows& unreadable() noexcept { return unreadable_; }
  [[nodiscard]] const support::HomeProcess& home() const noexcept { return home_; }

  using LockOf = postgres::LockOf;
  [[nodiscard]] std::int64_t lockKey(LockOf what) const noexcept {
    return postgres::lockKey(options_.schema, what);
  }

  /// Where it is announced that jobs were stored: one channel a schema.
  [[nodiscard]] const std::string& jobsChannel() const noexcept { return jobsChannel_; }
  /// Null when nobody listens here.
  [[nodiscard]] std::unique_ptr<JobListener> makeListener();

 private:
  static constexpr std::chrono::hours longestPreparation{1};

  /// Borrows a connection. Without `keep` it is closed.
  class Lease {
   public:
    Lease(ConnectionPool& pool, Deadline until) : pool_(pool), connection_(pool.take(until)) {}
    ~Lease() { pool_.giveBack(std::move(connection_), kept_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
    void keep() noexcept { kept_ = true; }

   private:
    ConnectionPool& pool_;
    std::unique_ptr<Connection> connection_;
    bool kept_ = false;
  };

  /// Runs `body`, and throws the errors of the contracts for those of a connection.
  template <class Body>
  auto translating(Body body) -> decltype(body()) {
    home_.require();
    try {
      return body();
    } catch (...) {
      rethrowTranslated(address_.name());
    }
  }

  [[nodiscard]] Results runOnce(Batch& batch, Deadline until, bool& sent);
  [[nodiscard]] std::unique_ptr<Connection> take(Deadline until) MESSENGER_EXCLUDES(mutex_);
  [[nodiscard]] std::unique_ptr<Connection> connect(Deadline until) MESSENGER_EXCLUDES(mutex_);
  [[nodiscard]] std::unique_ptr<Connection> connectToAny(Deadline until);
  void giveBack(std::unique_ptr<Connection> connection, bool usable) noexcept MESSENGER_EXCLUDES(mutex_);
  void requireTryAllowed() MESSENGER_EXCLUDES(mutex_);
  void noteTry(bool succeeded) noexcept MESSENGER_EXCLUDES(mutex_);

  void beginClock(Deadline until);
  /// Whether the clock is to be read along with a batch that begins now; true for one of several.
  [[nodiscard]] bool isClockDue(SteadyPoint now) noexcept;
  void followClock(const Rows& row, SteadyPoint sent, Deadline until) noexcept;
  void correctClock(const ServerClock::Correction& correction, const ServerClock::Reading& reading,
                    Deadline until);

  const support::HomeProcess home_;
  const PostgresOptions options_;
  const Address address_;
  const std::optional<Address> listenAddress_;
  const std::string jobsChannel_;
  const std::string machineKey_ = ServerClock::machineKey();
  ServerClock clock_;
  std::atomic<std::int64_t> clockDueAt_{0};
  UnreadableRows unreadable_;
  std::atomic<std::size_t> firstHost_{0};  ///< which of several is tried first

  support::Mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_ MESSENGER_GUARDED_BY(mutex_);
  std::size_t open_ MESSENGER_GUARDED_BY(mutex_) = 0;  ///< those in use and being made included
  support::Backoff backoff_ MESSENGER_GUARDED_BY(mutex_){longestConnectPause};
};

}  // namespace messenger::postgres
