#include "adapters/sqlite/changes.hpp"
#include "adapters/sqlite/sqlite_storage.hpp"

namespace messenger::sqlite {

namespace {

constexpr FixedText participantText =
    "SELECT " + participantColumns + " FROM call_participants AS p WHERE p.id = ?1 AND p.call_sequence = ?2";

constexpr FixedText setFlagText =
    "UPDATE call_participants SET kicked = ?2, updated_at = ?3 WHERE sequence = ?1";

std::optional<CallParticipant> loadParticipant(Connection& connection, const Call& call,
                                               const ParticipantId& id) {
  Query query(connection, participantText, id, call.sequence);
  if (!query.next()) return std::nullopt;
  return readParticipant(query, 0, call.id);
}

}  // namespace

KickOutcome SqliteStorage::setKicked(const KickChange& change) {
  return pool_.write([&](Connection& connection, Transaction& transaction) -> KickOutcome {
    auto found = loadCallOfUser(connection, change.call, change.actor);
    if (!found) return {KickStatus::noCall, std::nullopt, std::nullopt, false};
    auto& [call, actor, othersThanActor] = *found;
    if (!call.active()) return {KickStatus::ended, std::move(call), std::nullopt, false};
    if (!actor || !actor->inCall()) return {KickStatus::actorNotInCall, std::move(call), std::nullopt, false};
    std::optional<CallParticipant> target = loadParticipant(connection, call, change.participant);
    if (!target) return {KickStatus::noParticipant, std::move(call), std::nullopt, false};
    if (target->kicked == change.kicked)
      return {KickStatus::unchanged, std::move(call), std::move(target), false};

    bool ended = false;
    if (change.kicked && target->inCall()) {
      takeOut(connection, *target, /*kicked=*/true, change.now);
      // The actor is in the call: it can only empty when they kick themselves.
      const bool somebodyLeft = target->sequence != actor->sequence || othersThanActor;
      ended = endIfEmpty(connection, call, somebodyLeft, EndReason::lastLeft, change.now, change.onEnd);
    } else {
      // When they left is a fact that neither a later kick nor its undoing changes.
      target->kicked = change.kicked;
      target->updatedAt = change.now;
      Query(connection, setFlagText, target->sequence, change.kicked, change.now).run();
      raiseRevision(connection, call);
    }
    transaction.commit();
    return {KickStatus::changed, std::move(call), std::move(target), ended};
  });
}

}  // namespace messenger::sqlite
