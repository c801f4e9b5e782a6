#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/postgres/address.hpp"
#include "adapters/postgres/batch.hpp"
#include "adapters/postgres/postgres_error.hpp"
#include "adapters/postgres/results.hpp"
#include "messenger/adapters/postgres/postgres_storage.hpp"

namespace messenger::inline v0::postgres {

using Deadline = std::chrono::steady_clock::time_point;

struct SessionDeleter {
  void operator()(PGconn* session) const noexcept { ::PQfinish(session); }
};
using SessionPointer = std::unique_ptr<PGconn, SessionDeleter>;

/// Begins to connect, of several hosts with this one, for PQconnectPoll to go on with. Null when memory is
/// out.
[[nodiscard]] SessionPointer beginSession(const Address& address, std::size_t firstHost);

/// How long at most until a new connection is tried after one has failed.
inline constexpr std::chrono::milliseconds longestConnectPause{5000};

/// A text of this library with the schema before the names of its tables (sql.hpp).
[[nodiscard]] std::string inSchema(std::string_view text, const std::string& schema);

/// One session of the server. Used by one OS thread at a time. Throws SqlError and ConnectionLost; after the
/// latter only its destruction is allowed.
class Connection {
 public:
  /// Connects, of several hosts to that one first. `PostgresOptions::timeLimit` becomes the limit of each
  /// statement and of each wait for a lock.
  Connection(const Address& address, const PostgresOptions& options, Deadline deadline,
             std::size_t firstHost = 0);

  /// Sends the whole batch and waits for all answers. Throws the first error of its first transaction; those
  /// of a later one only leave its statements without result.
  [[nodiscard]] Results run(const Batch& batch, Deadline deadline);

  /// Runs statements without parameters, one transaction for all of them. Returns the last result.
  ResultPointer execute(const std::string& statements, Deadline deadline);

  /// Sends rows for a `COPY … FROM STDIN`, in its text format.
  void copyIn(const std::string& statement, std::string_view data, Deadline deadline);

  /// False: the server has closed it. Costs one system call.
  [[nodiscard]] bool isOpen() const noexcept;

  /// Whether it can be used for another batch.
  [[nodiscard]] bool isIdle() const noexcept {
    return ::PQstatus(connection_.get()) == CONNECTION_OK &&
           ::PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
  }

  /// The number of the server's version, such as 150004.
  [[nodiscard]] int serverVersion() const noexcept { return ::PQserverVersion(connection_.get()); }
  /// Such as `UTF8`.
  [[nodiscard]] std::string serverEncoding() const;

  /// Leaves the session as it is, for a child made by fork().
  void abandon() noexcept { static_cast<void>(connection_.release()); }

 private:
  /// A statement that is sent: one of the batch, or one that goes with it.
  struct Message {
    Sql sql;
    const Values* values;
    std::size_t transaction;
    bool isOfBatch;
    bool prepares = false;  ///< it is prepared along with it
  };

  void connect(Deadline deadline, std::size_t firstHost);
  void setUpSession(Deadline deadline);
  [[nodiscard]] std::vector<Message> messagesFor(const Batch& batch, const Values& limits, bool isLate) const;
  void send(std::vector<Message>& messages, std::size_t transactions);
  void sendPrepared(Message& message, std::set<const char*>& sent);
  void sendWhole(const Message& message);
  [[nodiscard]] Results receive(const std::vector<Message>& messages, std::size_t transactions,
                                Deadline deadline);
  [[nodiscard]] const std::string& nameOf(Sql sql);
  [[nodiscard]] ResultPointer next(Deadline deadline);
  void sendCopied(std::string_view data, Deadline deadline);
  void wait(bool forWriting, Deadline deadline);
  void require(int succeeded) const;
  [[noreturn]] void lost(const char* what) const;
  [[nodiscard]] SqlError errorOf(const PGresult* result) const;

  const Address& address_;
  const std::string schema_;
  const std::chrono::milliseconds timeLimit_;
  const bool pooled_;
  SessionPointer connection_;
  const Values noValues_;
  std::unordered_map<const char*, std::string> names_;  ///< of prepared statements
  std::unordered_map<const char*, std::string> texts_;  ///< with the schema, of those that are sent whole
  std::set<const char*> prepared_;
};

}  // namespace messenger::postgres
