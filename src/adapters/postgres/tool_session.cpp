#include "adapters/postgres/tool_session.hpp"

#include "adapters/postgres/postgres_storage.hpp"
#include "support/deadline.hpp"

namespace messenger::inline v0::postgres {

ToolSession::ToolSession(const PostgresOptions& options)
    : address_(checked(options).url), schema_(options.schema) {
  translating([&] {
    const Deadline until = support::deadlineIn(options.timeLimit);
    connection_ = std::make_unique<Connection>(address_, options, until);
    requireUsable(*connection_);
    if (options.pooled) return;  // nothing is kept in its session
    connection_->execute(
        "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
        "SET plan_cache_mode = auto; SET enable_seqscan = on; SET enable_hashjoin = on; "
        "SET enable_mergejoin = on",
        until);
  });
}

std::int64_t ToolSession::number(const std::string& statement) {
  const ResultPointer result = execute(statement);
  Rows rows(result.get());
  return rows.next() ? rows.integer(0) : 0;
}

}  // namespace messenger::postgres
