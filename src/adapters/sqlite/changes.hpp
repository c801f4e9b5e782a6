#pragma once

#include <optional>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "adapters/sqlite/rows.hpp"
#include "messenger/contracts/storage.hpp"

namespace messenger::sqlite {

// Steps that several changes have in common. REQUIRES: inside a write transaction.

void insertJob(Connection& connection, const NewJob& job, TimePoint now);
void insertJobs(Connection& connection, const std::vector<NewJob>& jobs, TimePoint now);

/// Settles a claim; false, and nothing changed, when its token no longer holds: raised by a later claim, or
/// settled before.
[[nodiscard]] bool settle(Connection& connection, const Settlement& settlement);

/// Deletes a job whose claim holds; false when it does not.
[[nodiscard]] bool finishJob(Connection& connection, const JobId& job, std::int64_t token);

[[nodiscard]] std::optional<Call> loadCall(Connection& connection, const CallId& call);

/// A call, the row in it of one user, and whether others than them are in it.
struct CallOfUser {
  Call call;
  std::optional<CallParticipant> participant;
  bool othersIn = false;
};

[[nodiscard]] std::optional<CallOfUser> loadCallOfUser(Connection& connection, const CallId& call,
                                                       const UserId& user);

/// One more revision, for a change to the call's participants.
void raiseRevision(Connection& connection, Call& call);

/// Ends the call, whose participants are out already, and stores the follow-up jobs.
void endRow(Connection& connection, Call& call, EndReason reason, const std::optional<UserId>& by,
            TimePoint now, const std::vector<NewJob>& onEnd);

/// After somebody went out: ends the call when nobody else is in it (true), raises its revision otherwise.
bool endIfEmpty(Connection& connection, Call& call, bool othersIn, EndReason reason, TimePoint now,
                const std::vector<NewJob>& onEnd);

/// Takes somebody who is in the call out of it.
void takeOut(Connection& connection, CallParticipant& participant, bool kicked, TimePoint now);

}  // namespace messenger::sqlite
