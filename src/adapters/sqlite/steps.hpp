#pragma once

#include <optional>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/rows.hpp"
#include "adapters/sqlite/unreadable_rows.hpp"
#include "messenger/contracts/call_state.hpp"

namespace messenger::inline v0::sqlite {

// Steps shared by several operations. REQUIRES: inside a transaction.

/// Throws StorageError when its id is taken.
void insertJob(Connection& connection, const NewJob& job);

/// False, and nothing changed, when the token is no longer the latest.
[[nodiscard]] bool settle(Connection& connection, const Settlement& settlement);

[[nodiscard]] bool claimHolds(Connection& connection, const JobId& job, std::int64_t token);

/// All rings of a call; or those that ring, and the user's.
[[nodiscard]] std::vector<CallRing> ringsOf(Connection& connection, std::int64_t call,
                                            const std::optional<UserId>& user, bool all,
                                            UnreadableRows& unreadable);

void raiseThreadRevision(Connection& connection, const ThreadId& thread);

/// Takes the user off the thread and raises its revision; nothing when they are no member.
void takeOffThread(Connection& connection, const ThreadId& thread, const UserId& user);

}  // namespace messenger::sqlite
