#include "jobs/sweep.hpp"
#include "jobs/sweeps.hpp"
#include "rules/end_without_asking.hpp"

namespace messenger::inline v0::jobs {

bool endCalls(actions::Context& context, actions::Engine& engine, std::int64_t upTo,
              const KeepGoing& keepGoing) {
  Sweep sweep(context);
  CallStore::ActiveCallsQuery query{0, upTo, sweepBatch};
  for (;;) {
    const auto batch = context.storage.calls().activeCallsAfter(query);
    for (const Call& call : batch) {
      sweep.attempt(call.id, [&] {
        // Refused when the call has ended meanwhile: then there is nothing to do.
        static_cast<void>(engine.run({.call = call.id}, [&](const CallStore::Loaded& loaded, rules::Now now) {
          return rules::endWithoutAsking(loaded.call.value(), EndReason::maintenance, context.rules, now);
        }));
      });
      if (!keepGoing()) return false;
    }
    if (batch.size() < query.limit) break;
    query.after = batch.back().sequence;
  }
  sweep.finish();
  return true;
}

}  // namespace messenger::jobs
