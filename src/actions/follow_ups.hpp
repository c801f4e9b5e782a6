#pragma once

#include <optional>
#include <vector>

#include "actions/context.hpp"
#include "messenger/model/job.hpp"

namespace messenger::actions {

/// The jobs that changes cause: made here, stored by the storage in the transaction of their change, and
/// noted so that synchronous mode can run just those. One for each verb or job run; confined to its thread.
class FollowUps {
 public:
  explicit FollowUps(Context& context) : context_(context) {}

  /// A job of that type for the call, unless the subscriber is off.
  [[nodiscard]] std::vector<NewJob> forCall(JobType type, const CallId& call, TimePoint now) const;

  /// A job, whatever the subscriber's setting.
  [[nodiscard]] NewJob make(JobType type, const std::optional<CallId>& call, TimePoint now) const;

  /// The change happened, and these were stored with it: waiting workers look.
  void stored(const std::vector<NewJob>& jobs);

  /// What was stored and not taken yet, in order.
  [[nodiscard]] std::vector<JobId> take();

 private:
  Context& context_;
  std::vector<JobId> ids_;
};

}  // namespace messenger::actions
