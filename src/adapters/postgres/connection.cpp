#include "adapters/postgres/connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "adapters/postgres/postgres_error.hpp"

namespace messenger::inline v0::postgres {
namespace {

constexpr FixedText beginText = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
constexpr FixedText commitText = "COMMIT";
constexpr FixedText limitText =
    "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true)";
// What a session has otherwise (setUpSession), for one transaction. Plans are made for the values at hand.
constexpr FixedText pooledText =
    "SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true), "
    "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)";

/// A little shorter than ours, so that the server's answer still comes: what it says is certain.
std::chrono::milliseconds serverLimit(std::chrono::milliseconds ours) {
  using std::chrono::milliseconds;
  const milliseconds margin = std::max(ours / 10, std::min(ours / 2, milliseconds{50}));
  return std::max(ours - margin, milliseconds{1});
}

void ignoreNotice(void* /*unused*/, const PGresult* /*unused*/) noexcept {}

}  // namespace

SessionPointer beginSession(const Address& address, std::size_t firstHost) {
  const Address::Parameters parameters = address.parameters(firstHost);
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  SessionPointer session(::PQconnectStartParams(names.data(), values.data(), /*expand_dbname=*/0));
  if (session) ::PQsetNoticeReceiver(session.get(), ignoreNotice, nullptr);
  return session;
}

std::string inSchema(std::string_view text, const std::string& schema) {
  std::string statement;
  for (const char c : text) {
    if (c == '@') {
      // Quoted, as a schema may be named like a word of SQL.
      statement += '"' + schema + "\".";
    } else {
      statement += c;
    }
  }
  return statement;
}

Connection::Connection(const Address& address, const PostgresOptions& options, Deadline deadline,
                       std::size_t firstHost)
    : address_(address), schema_(options.schema), timeLimit_(options.timeLimit), pooled_(options.pooled) {
  connect(deadline, firstHost);
  if (!pooled_) setUpSession(deadline);
  if (::PQenterPipelineMode(connection_.get()) != 1) lost("it has no pipeline mode");
}

void Connection::setUpSession(Deadline deadline) {
  // Every statement finds its rows by an index, and few of them. The plans must not depend on how full the
  // tables were when they were made, which is empty for the first ones of a new database.
  execute(fmt::format("SET statement_timeout = {0}; SET lock_timeout = {0}; "
                      "SET idle_in_transaction_session_timeout = {1}; "
                      "SET default_transaction_isolation = 'read committed'; "
                      "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; "
                      "SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; "
                      "SET client_min_messages = warning",
                      serverLimit(timeLimit_).count(), timeLimit_.count()),
          deadline);
}

void Connection::connect(Deadline deadline, std::size_t firstHost) {
  connection_ = beginSession(address_, firstHost);
  if (!connection_) throw ConnectionLost("out of memory");
  if (::PQstatus(connection_.get()) == CONNECTION_BAD) lost("cannot connect");
  for (PostgresPollingStatusType step = PGRES_POLLING_WRITING; step != PGRES_POLLING_OK;
       step = ::PQconnectPoll(connection_.get())) {
    if (step == PGRES_POLLING_FAILED) lost("cannot connect");
    pollfd socket{::PQsocket(connection_.get()),
                  static_cast<short>(step == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) throw AnswerLate("connecting took longer than the time limit");
    ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
  }
  if (::PQsetnonblocking(connection_.get(), 1) != 0) lost("cannot connect");
}

ResultPointer Connection::execute(const std::string& statements, Deadline deadline) {
  const bool pipelined = ::PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF;
  if (pipelined) require(::PQexitPipelineMode(connection_.get()));
  require(::PQsendQuery(connection_.get(), statements.c_str()));
  ResultPointer last;
  std::optional<SqlError> error;
  while (ResultPointer result = next(deadline)) {
    const ExecStatusType status = ::PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && !error) error = errorOf(result.get());
    last = std::move(result);
  }
  if (pipelined) require(::PQenterPipelineMode(connection_.get()));
  if (error) throw SqlError(*error);
  return last;
}

const std::string& Connection::nameOf(Sql sql) {
  const auto [place, isNew] = names_.try_emplace(sql.text());
  if (isNew) place->second = "messenger_" + std::to_string(names_.size());
  return place->second;
}

std::vector<Connection::Message> Connection::messagesFor(const Batch& batch, const Values& limits,
                                                         bool isLate) const {
  std::vector<Message> messages;
  messages.reserve(batch.statements().size() + 3);
  const auto add = [&](Sql sql, const Values& values, std::size_t transaction = 0) {
    messages.push_back({sql, &values, transaction, /*isOfBatch=*/false});
  };
  bool ended = false;
  const auto end = [&] {
    if (!std::exchange(ended, true) && batch.readsOneMoment()) add(commitText, noValues_);
  };
  if (batch.readsOneMoment()) add(beginText, noValues_);
  if (pooled_) {
    add(pooledText, limits);
  } else if (isLate) {
    add(limitText, limits);
  }
  for (const Batch::Statement& each : batch.statements()) {
    if (each.transaction > 0) end();
    if (pooled_ && each.transaction > messages.back().transaction) add(pooledText, limits, each.transaction);
    messages.push_back({each.sql, &each.values, each.transaction, /*isOfBatch=*/true});
  }
  end();
  return messages;
}

void Connection::send(std::vector<Message>& messages, std::size_t transactions) {
  std::size_t transaction = 0;
  std::set<const char*> sent;
  for (Message& each : messages) {
    for (; transaction < each.transaction; ++transaction) require(::PQpipelineSync(connection_.get()));
    pooled_ ? sendWhole(each) : sendPrepared(each, sent);
  }
  for (; transaction < transactions; ++transaction) require(::PQpipelineSync(connection_.get()));
}

void Connection::sendPrepared(Message& message, std::set<const char*>& sent) {
  const std::string& name = nameOf(message.sql);
  message.prepares = !prepared_.contains(message.sql.text()) && sent.insert(message.sql.text()).second;
  if (message.prepares) {
    const std::string text = inSchema(message.sql.text(), schema_);
    require(::PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), 0, nullptr));
  }
  const std::vector<const char*> values = message.values->pointers();
  require(::PQsendQueryPrepared(connection_.get(), name.c_str(), message.values->count(), values.data(),
                                nullptr, nullptr, 0));
}

void Connection::sendWhole(const Message& message) {
  const auto [text, isNew] = texts_.try_emplace(message.sql.text());
  if (isNew) text->second = inSchema(message.sql.text(), schema_);
  const std::vector<const char*> values = message.values->pointers();
  require(::PQsendQueryParams(connection_.get(), text->second.c_str(), message.values->count(), nullptr,
                              values.data(), nullptr, nullptr, 0));
}

Results Connection::receive(const std::vector<Message>& messages, std::size_t transactions,
                            Deadline deadline) {
  Results results;
  std::optional<SqlError> error;  // of the first transaction
  std::size_t transaction = 0;
  const auto endTransaction = [&] {
    const ResultPointer sync = next(deadline);
    if (!sync || ::PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) lost("an answer is not understood");
    ++transaction;
  };
  // The answer to one message, which is followed by nothing.
  const auto answer = [&] {
    ResultPointer result = next(deadline);
    if (!result || next(deadline)) lost("an answer is not understood");
    const ExecStatusType status = ::PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
    if (status == PGRES_FATAL_ERROR && transaction == 0 && !error) error = errorOf(result.get());
    return ResultPointer{};
  };
  for (const Message& each : messages) {
    while (transaction < each.transaction) endTransaction();
    if (each.prepares && answer()) prepared_.insert(each.sql.text());
    ResultPointer result = answer();
    if (each.isOfBatch) results.results_.push_back(std::move(result));
  }
  while (transaction < transactions) endTransaction();
  if (error) throw SqlError(*error);
  return results;
}

Results Connection::run(const Batch& batch, Deadline deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::floor<milliseconds>(deadline - std::chrono::steady_clock::now());
  const auto limit = serverLimit(std::max(left, milliseconds{1}));
  // Most operations begin with their whole time: then the limits of the session are right, as long as at
  // least half of their margin is left.
  const bool isLate = timeLimit_ - left > (timeLimit_ - serverLimit(timeLimit_)) / 2;
  const Values limits(std::to_string(limit.count()));
  std::vector<Message> messages = messagesFor(batch, limits, isLate);
  send(messages, batch.transactions());
  return receive(messages, batch.transactions(), deadline);
}

ResultPointer Connection::next(Deadline deadline) {
  bool unsent = ::PQflush(connection_.get()) == 1;
  while (::PQisBusy(connection_.get()) != 0) {
    wait(unsent, deadline);
    if (::PQconsumeInput(connection_.get()) == 0) lost("the connection is lost");
    if (unsent) unsent = ::PQflush(connection_.get()) == 1;
  }
  ResultPointer result(::PQgetResult(connection_.get()));
  if (::PQstatus(connection_.get()) == CONNECTION_BAD) {
    // The server may have said why.
    if (result) throw ConnectionLost(address_.shown(::PQresultErrorMessage(result.get())));
    lost("the connection is lost");
  }
  return result;
}

void Connection::wait(bool forWriting, Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) throw AnswerLate("the answer took longer than the time limit");
  pollfd socket{::PQsocket(connection_.get()), static_cast<short>(forWriting ? POLLIN | POLLOUT : POLLIN), 0};
  ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
}

bool Connection::isOpen() const noexcept {
  char byte = 0;
  const auto read = ::recv(::PQsocket(connection_.get()), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // An idle session has nothing to say but that it ends. With TLS there may be a message of its own.
  const bool nothing = read < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return nothing || (read > 0 && ::PQsslInUse(connection_.get()) != 0);
}

std::string Connection::serverEncoding() const {
  const char* encoding = ::PQparameterStatus(connection_.get(), "server_encoding");
  return encoding == nullptr ? "" : encoding;
}

void Connection::require(int succeeded) const {
  if (succeeded != 1) lost("the connection is lost");
}

void Connection::lost(const char* what) const {
  const std::string why = address_.shown(::PQerrorMessage(connection_.get()));
  throw ConnectionLost(why.empty() ? what : fmt::format("{}: {}", what, why));
}

SqlError Connection::errorOf(const PGresult* result) const {
  const char* state = ::PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = ::PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state == nullptr ? "XX000" : state, address_.shown(message == nullptr ? "" : message)};
}

}  // namespace messenger::postgres
