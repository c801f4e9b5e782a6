#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/file_clock.hpp"
#include "adapters/sqlite/sqlite_error.hpp"
#include "support/mutex.hpp"

namespace messenger::inline v0::sqlite {

/// The end of an operation's time limit.
using Deadline = std::chrono::steady_clock::time_point;

/// How long SQLite may wait for locks until then. May be negative.
[[nodiscard]] std::chrono::milliseconds timeLeft(Deadline deadline);

/// The one connection that writes, for all OS threads of the process. Changes that wait together are
/// committed together (group commit): the first of them commits for all.
///
/// When nobody else is writing, an OS thread runs its change itself: nothing is woken or allocated. An OS
/// thread that comes during another commit waits in the queue. When that commit is done, the first waiter
/// opens a transaction, takes all waiting changes, runs them one after another, commits once, and gives each
/// waiter its result. A change whose guard fails has written nothing and stays in the group. When a change
/// throws, the group is rolled back and repeated change by change, so that the others are not affected.
///
/// When no space is left, the log is written back and the changes are tried again: a full disk need not stop
/// changes that add nothing, such as the renewal of a lease.
///
/// No change waits past its own deadline, neither for the queue nor for another process. Thread-safe.
class WriteQueue {
 public:
  /// `clock` is the clock of the file.
  WriteQueue(std::unique_ptr<Connection> writer, std::string file, const FileClock& clock);

  /// Runs `body(connection)` in a transaction and commits it. The body must be repeatable, and must have
  /// written nothing when it reports that a guard failed. Throws what the body throws, with nothing changed;
  /// StorageUnavailable when the deadline passes.
  template <class Body>
  auto write(Deadline deadline, Body&& body) {
    using Value = decltype(body(std::declval<Connection&>()));
    std::optional<Value> value;
    const auto task = [&](Connection& connection) { value.emplace(body(connection)); };
    perform(deadline, Task{&task, [](const void* held, Connection& connection) {
                             (*static_cast<decltype(&task)>(held))(connection);
                           }});
    return std::move(*value);
  }

  /// Runs `body(connection)`, which reads with one statement, unless somebody is writing: then nothing is
  /// returned, at once. A change that comes meanwhile waits, so a body must be short. Throws what it throws.
  template <class Body>
  auto readIfIdle(Deadline deadline, Body&& body)
      -> std::optional<decltype(body(std::declval<Connection&>()))> {
    if (!takeIdle()) return std::nullopt;
    const Turn turn(*this);
    return translating(file_, [&] {
      writer_->setBusyTimeout(timeLeft(deadline));
      writer_->rollback();  // what an earlier failure left open
      return body(*writer_);
    });
  }

  /// How many wait in the queue, for tests. Those whose changes are being carried out do not count.
  [[nodiscard]] std::size_t waiting() MESSENGER_EXCLUDES(mutex_);

 private:
  /// Refers to a callable without copying it.
  struct Task {
    const void* held;
    void (*call)(const void*, Connection&);
  };

  enum class State : std::uint8_t { waiting, taken, leading, done };

  /// One waiting change; lives on the stack of the waiting OS thread.
  struct Entry {
    Task task;
    Deadline deadline;
    std::atomic<State> state = State::waiting;  ///< written under the lock
    std::exception_ptr error{};
    Entry* next = nullptr;
    std::condition_variable changed{};
  };

  /// Gives the connection to the next one who waits, when it ends.
  class Turn {
   public:
    explicit Turn(WriteQueue& queue) : queue_(queue) {}
    ~Turn() { queue_.handOver(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    WriteQueue& queue_;
  };

  static constexpr std::size_t mostInGroup = 256;

  /// Takes the connection if nobody has it.
  [[nodiscard]] bool takeIdle() MESSENGER_EXCLUDES(mutex_);
  void handOver() noexcept MESSENGER_EXCLUDES(mutex_);

  void perform(Deadline deadline, Task task);
  void yieldWhileWaiting(const Entry& entry) const noexcept;
  /// Waits for a turn. REQUIRES: the lock, which it releases meanwhile. True: this entry leads now. False:
  /// its change is done.
  bool waitForTurn(Entry& entry, support::Lock& lock) MESSENGER_NO_THREAD_SAFETY_ANALYSIS;
  void lead(Entry& own);
  void runGroup(Entry* first);
  void runAlone(Entry& entry);
  void commitMakingRoom(Entry* first);
  void commitGroup(Entry* first);
  void runAll(Entry* first);
  void begin(Deadline deadline);
  void announce(Entry* first);

  void append(Entry& entry) MESSENGER_REQUIRES(mutex_);
  void remove(Entry& entry) MESSENGER_REQUIRES(mutex_);
  Entry* takeGroup(Entry& own) MESSENGER_REQUIRES(mutex_);
  void finish(Entry* group) MESSENGER_REQUIRES(mutex_);
  void nextLeads() noexcept MESSENGER_REQUIRES(mutex_);

  const std::string file_;
  const FileClock clock_;
  StatementProbe* const probe_;

  // The leader's.
  std::unique_ptr<Connection> writer_;
  StorageTime remembered_{};  ///< the latest time of the clock that this process has stored

  support::Mutex mutex_;
  Entry* first_ MESSENGER_GUARDED_BY(mutex_) = nullptr;
  Entry* last_ MESSENGER_GUARDED_BY(mutex_) = nullptr;
  bool led_ MESSENGER_GUARDED_BY(mutex_) = false;
};

}  // namespace messenger::sqlite
