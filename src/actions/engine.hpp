#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "actions/context.hpp"
#include "actions/notifications.hpp"
#include "rules/call_rules.hpp"
#include "rules/decision.hpp"

namespace messenger::inline v0::actions {

class PresenceGuard;

/// A rule, bound to its command: decides on one picture of a call.
using Rule = std::function<rules::Decision(const CallStore::Loaded&, rules::Now)>;
/// The same for a member of the call's thread.
using MemberRule = std::function<rules::Decision(const CallStore::Loaded&, const rules::Access&, rules::Now)>;

/// The result of a rule that did not refuse.
struct Done {
  enum class Kind : std::uint8_t {
    unchanged,  ///< the rule made no change
    committed,
    claimLost,  ///< the change settles a job whose token is no longer the latest: nothing changed
  };
  Kind kind = Kind::unchanged;
  CallWithRoom call{};                          ///< as the change left it, or as it was loaded
  std::vector<CallParticipant> participants{};  ///< as written, or as loaded
  std::vector<CallRing> rings{};                ///< as written; nothing when unchanged
  std::optional<Call> afterJobs{};              ///< synchronous mode: the call after the jobs of the change
  std::optional<Secret> mediaId{};              ///< of the session that the rule opened or saw
};

/// Runs a rule: load, decide, commit, notify. Starts over when the call changed in between. It knows no verb.
/// Thread-safe.
class Engine {
 public:
  explicit Engine(Context& context) : context_(context) {}

  /// Whether a rule needs everyone in the thread before it decides, because it may ring them.
  enum class Callees : std::uint8_t { no, yes };

  /// Refuses what the rule refuses, and callNotFound when the request names a call by its id. Throws what
  /// storage and presence throw, with nothing changed (but see CallStore for lost answers), and
  /// StorageUnavailable when the call keeps changing in between.
  Result<Done> run(CallStore::LoadRequest request, const Rule& rule);

  /// The same on behalf of a user, whose row is loaded. Also refuses threadNotFound, notMember. What may
  /// notify the whole thread says so, and saves a question to a directory of the host's.
  Result<Done> runFor(const UserId& user, const CallStore::LoadRequest& request, const MemberRule& rule,
                      rules::NotifiesThread notifiesThread = rules::never, Callees callees = Callees::no);

  /// The same, beginning with a picture that was loaded before.
  Result<Done> runFrom(const CallState& state, const Rule& rule);

  /// The same on that picture alone. Nothing when the call has changed since, and when the rule wants no
  /// change: an old picture proves that there is nothing to do as little as that there is.
  std::optional<Done> runOnce(const CallState& state, const Rule& rule);

  /// Loads the picture and the user's membership of its thread, for a query.
  struct Seen {
    CallStore::Loaded loaded;
    rules::Access access;
    Audience audience;
  };
  Result<Seen> look(const UserId& user, CallStore::LoadRequest request,
                    rules::NotifiesThread notifiesThread = rules::never, Callees callees = Callees::no);

 private:
  void addCallees(rules::Access& access, std::optional<Roster>& roster);
  Result<Done> repeat(const std::function<std::optional<Result<Done>>()>& attempt);
  /// Empty: conflict; load and decide again.
  std::optional<Result<Done>> carryOut(rules::Decision decision, const CallStore::Loaded& loaded,
                                       Audience audience);
  CommitResult store(const CallChange& change);
  std::optional<Done> commit(rules::Decision& decision, Audience audience);
  void complete(CallChange& change, const rules::Decision& decision, const Audience& audience);
  Done settled(rules::Decision& decision, CommitResult& result);
  bool confirmSeen(const SessionKey& who, std::int64_t revision);
  bool storeSeen(const SessionKey& who);
  [[nodiscard]] bool keep(PresenceGuard& guard) noexcept;

  Context& context_;
};

}  // namespace messenger::actions
