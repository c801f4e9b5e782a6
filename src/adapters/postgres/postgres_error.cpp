#include "adapters/postgres/postgres_error.hpp"

#include <fmt/format.h>

#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {

// Only the primary message of an error gets here: it names tables and constraints. The detail, which quotes
// values of the row, does not.
void throwTranslated(const SqlError& error, const std::string& address) {
  const std::string text = fmt::format("{}: {} (SQLSTATE {})", address, error.what(), error.state());
  const std::string& state = error.state();
  // Waited too long for a lock, or ran for too long; or others were in the way again and again.
  if (state == "55P03" || state == "57014" || error.asksForRetry()) {
    throw StorageBusy(text + ": busy; it may succeed later");
  }
  // No connection, no resources, an operator who shuts it down, a standby that cannot be written.
  if (error.isOfClass("08") || error.isOfClass("28") || error.isOfClass("53") || error.isOfClass("57") ||
      error.isOfClass("58") || state == "25006" || state == "25P03" || state == "42501" || state == "3D000") {
    throw StorageUnavailable(text);
  }
  // A statement that was prepared on another connection of a pooler, or is there already from somebody else.
  if (state == "26000" || state == "42P05") {
    throw StorageIncompatible(text + ": set PostgresOptions::pooled for a pooler in transaction mode");
  }
  // Damaged, or the tables are not those that the library made.
  if (error.isOfClass("XX") || error.isOfClass("42") || state == "3F000") throw StorageCorrupt(text);
  throw StorageError(text);
}

void rethrowTranslated(const std::string& address) {
  try {
    throw;
  } catch (const SqlError& error) {
    throwTranslated(error, address);
  } catch (const AnswerLate& error) {
    throw StorageBusy(fmt::format("{}: {}: busy; it may succeed later", address, error.what()));
  } catch (const ConnectionLost& error) {
    throw StorageUnavailable(fmt::format("{}: {}", address, error.what()));
  }
}

}  // namespace messenger::postgres
