#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

#include "actions/context.hpp"
#include "actions/log.hpp"
#include "jobs/outage.hpp"
#include "messenger/errors.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {

/// What a job did could not be stored: its claim is left to end.
class NotStored : public StorageUnavailable {
 public:
  using StorageUnavailable::StorageUnavailable;
};

/// Stores what a job did, which may have taken long and cannot be undone, also when the storage is busy or
/// does not answer at first: again and again, with growing pauses. An answer that was lost does no harm, nor
/// does a lease that ends meanwhile: what is stored is guarded by the claim's token and by the revision.
class Persistence {
 public:
  static constexpr std::chrono::milliseconds firstPause{5};
  static constexpr std::chrono::milliseconds longestPause{1000};

  /// Waits; false: try once more, and no more after that.
  using Pause = std::function<bool(std::chrono::milliseconds)>;

  /// Without a pause nothing is tried again. With one, nothing is begun later than `patience` after the first
  /// attempt began, nor after as many pauses. `outage` notices when the storage does not answer. The
  /// arguments outlive this object.
  Persistence(actions::Context& context, Outage& outage, const Job& job, const Pause& pause,
              std::chrono::milliseconds patience)
      : context_(context), outage_(outage), job_(job), pause_(pause), patience_(patience) {}

  /// Returns what `store` returns. Throws NotStored when the storage did not answer in time, and what else it
  /// throws.
  template <class Store>
  auto operator()(Store&& store) const {
    const StorageTime begin = context_.now().storage;
    std::chrono::milliseconds waited{};
    bool last = !pause_;
    for (auto pause = firstPause;; pause = std::min(2 * pause, longestPause)) {
      try {
        return store();
      } catch (const StorageUnavailable&) {
        const StorageTime now = context_.now().storage;
        outage_.notice(now);
        if (last || waited + pause > patience_ || saturatingDifference(now, begin) > patience_ - pause)
          throw NotStored(support::whatWasThrown());
        actions::logSafely(context_.logger, LogLevel::warning, "what a job did is not stored yet",
                           {{"job", job_.id.value()},
                            {"type", toString(job_.type)},
                            {"call", actions::textOf(job_.call)},
                            {"error", support::whatWasThrown()}});
      }
      waited += pause;
      last = !pause_(pause);
    }
  }

 private:
  actions::Context& context_;
  Outage& outage_;
  const Job& job_;
  const Pause& pause_;
  std::chrono::milliseconds patience_;
};

}  // namespace messenger::jobs
