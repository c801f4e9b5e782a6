#include <algorithm>
#include <exception>
#include <limits>
#include <tuple>

#include "actions/actions.hpp"
#include "actions/log.hpp"
#include "messenger/errors.hpp"

namespace messenger::actions {
namespace {

constexpr std::size_t batchSize = 100;

/// By how much clocks of processes on one storage may differ.
constexpr std::chrono::seconds clockTolerance{5};

std::optional<Duration> silenceHere(Context& context, const InCallKey& who, Moment now) {
  try {
    return context.presence.silence(who, now);
  } catch (const PresenceError&) {
    context.listening.restart(now);
    throw;
  }
}

/// Silent in every memory that could have heard them.
bool isSilent(Context& context, const StoredPresence& stored, bool othersListen, Moment now) {
  const Config::Presence& presence = context.config.presence;
  const auto here = silenceHere(context, stored.who, now);
  if (here && *here < presence.ttl) return false;
  // What another process heard reaches the storage up to one interval late.
  const bool mayBeLate = othersListen || stored.heardBy != context.instance;
  const Duration allowance = mayBeLate ? Duration{presence.writeBehind} : Duration::zero();
  return now.wall - stored.lastHeard >= presence.ttl + allowance;
}

/// One call after another, the older first, and in each the order of joining: who fell silent together goes
/// together, before anything that the end of a call sets off.
void sortByCall(std::vector<StoredPresence>& batch) {
  std::sort(batch.begin(), batch.end(), [](const StoredPresence& one, const StoredPresence& other) {
    return std::tie(one.who.call, one.sequence) < std::tie(other.who.call, other.sequence);
  });
}

/// Does `each` for every item; one that throws stops nothing, the last error is thrown at the end.
class Sweep {
 public:
  explicit Sweep(Context& context) : context_(context) {}

  template <class Each>
  void attempt(const CallId& call, Each&& each) {
    try {
      each();
    } catch (const std::exception& error) {
      logSafely(context_.logger, LogLevel::error,
                fmt::format("sweep: call {}: {}", call.value(), error.what()));
      failure_ = std::current_exception();
    }
  }

  void finish() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  Context& context_;
  std::exception_ptr failure_;
};

}  // namespace

bool checkActivity(Context& context, std::int64_t cutoff, FollowUps& followUps, const KeepGoing& keepGoing) {
  const Moment now = context.clock.now();
  const Listening::Verdict verdict = context.listening.judge(context.storage, now);
  if (!verdict.mayJudge) {
    logSafely(context.logger, LogLevel::info,
              "activity check: nobody is judged before a full TTL of listening");
    return true;
  }
  Sweep sweep(context);
  const auto putOutThose = [&](SilentQuery query, const auto& areSilent) {
    for (;;) {
      auto batch = context.storage.silentParticipants(query);
      if (!batch.empty()) query.after = batch.back();
      sortByCall(batch);
      for (const StoredPresence& stored : batch) {
        sweep.attempt(stored.who.call, [&] {
          if (areSilent(stored)) putOut(context, stored.who, EndReason::inactive, followUps);
        });
        if (!keepGoing(SweepPoint::call)) return false;
      }
      if (batch.size() < query.limit) return true;
      if (!keepGoing(SweepPoint::batch)) return false;
    }
  };
  const Duration ttl = context.config.presence.ttl;
  const auto isLongAgo = [&](const StoredPresence& stored) {
    return isSilent(context, stored, verdict.othersListen, now);
  };
  if (!putOutThose({now.wall - ttl, cutoff, std::nullopt, batchSize}, isLongAgo)) return false;
  if (!verdict.othersListen) {
    // Heard in what is the future since the clock was set back: the rows say nothing, this memory says it
    // all.
    const StoredPresence soon{{}, now.wall + clockTolerance, {}, std::numeric_limits<std::int64_t>::max()};
    const auto isUnheard = [&](const StoredPresence& stored) {
      return silenceHere(context, stored.who, now).value_or(ttl) >= ttl;
    };
    if (!putOutThose({TimePoint::max(), cutoff, soon, batchSize}, isUnheard)) return false;
  }
  sweep.finish();
  return true;
}

bool endCalls(Context& context, std::int64_t cutoff, FollowUps& followUps, const KeepGoing& keepGoing) {
  Sweep sweep(context);
  std::int64_t after = 0;
  for (;;) {
    const auto batch = context.storage.activeCallsUpTo(cutoff, after, batchSize);
    for (const Call& call : batch) {
      sweep.attempt(call.id, [&] {
        EndChange change;
        change.call = call.id;
        change.reason = EndReason::maintenance;
        endWithoutAsking(context, change, followUps);
      });
      if (!keepGoing(SweepPoint::call)) return false;
    }
    if (batch.size() < batchSize) break;
    after = batch.back().sequence;
    if (!keepGoing(SweepPoint::batch)) return false;
  }
  sweep.finish();
  return true;
}

}  // namespace messenger::actions
