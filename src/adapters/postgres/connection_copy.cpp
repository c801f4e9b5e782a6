#include <algorithm>
#include <optional>

#include "adapters/postgres/connection.hpp"

namespace messenger::inline v0::postgres {

void Connection::copyIn(const std::string& statement, std::string_view data, Deadline deadline) {
  const bool pipelined = ::PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF;
  if (pipelined) require(::PQexitPipelineMode(connection_.get()));
  require(::PQsendQuery(connection_.get(), statement.c_str()));
  const ResultPointer begun = next(deadline);
  std::optional<SqlError> error;
  if (begun && ::PQresultStatus(begun.get()) == PGRES_COPY_IN) {
    sendCopied(data, deadline);
  } else if (begun) {
    error = errorOf(begun.get());
  }
  while (const ResultPointer result = next(deadline)) {
    if (::PQresultStatus(result.get()) != PGRES_COMMAND_OK && !error) error = errorOf(result.get());
  }
  if (pipelined) require(::PQenterPipelineMode(connection_.get()));
  if (error) throw SqlError(*error);
}

void Connection::sendCopied(std::string_view data, Deadline deadline) {
  // 0 says that there is no room before the server has read some of it.
  const auto untilTaken = [&](auto put) {
    for (int taken = put(); taken != 1; taken = put()) {
      if (taken < 0) lost("the connection is lost");
      wait(/*forWriting=*/true, deadline);
      if (::PQconsumeInput(connection_.get()) == 0 || ::PQflush(connection_.get()) < 0)
        lost("the connection is lost");
    }
  };
  constexpr std::size_t atOnce = 65'536;
  while (!data.empty()) {
    const std::string_view part = data.substr(0, atOnce);
    untilTaken(
        [&] { return ::PQputCopyData(connection_.get(), part.data(), static_cast<int>(part.size())); });
    data.remove_prefix(part.size());
  }
  untilTaken([&] { return ::PQputCopyEnd(connection_.get(), nullptr); });
}

}  // namespace messenger::postgres
