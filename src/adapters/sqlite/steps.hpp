#pragma once

#include <optional>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/rows.hpp"
#include "messenger/contracts/call_state.hpp"

namespace messenger::sqlite {

// Steps that several operations have in common. REQUIRES: inside a transaction.

/// Throws StorageError when its id is taken.
void insertJob(Connection& connection, const NewJob& job);

/// False, and nothing changed, when the token no longer holds.
[[nodiscard]] bool settle(Connection& connection, const Settlement& settlement);

[[nodiscard]] bool claimHolds(Connection& connection, const JobId& job, std::int64_t token);

void raiseThreadRevision(Connection& connection, const ThreadId& thread);

/// Takes the user off the thread and raises its revision; nothing when they are no member.
void takeOffThread(Connection& connection, const ThreadId& thread, const UserId& user);

}  // namespace messenger::sqlite
