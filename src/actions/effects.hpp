#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actions/context.hpp"
#include "actions/delivery.hpp"
#include "messenger/model/call.hpp"
#include "messenger/model/thread.hpp"

namespace messenger::actions {

/// Puts together what a committed change tells the world: broadcasts first, then the event, as the reference
/// does. It reads the directory after the commit; what that throws becomes a BroadcastFailed, as the change
/// stands.
class EffectsOf {
 public:
  /// `call` as the change left it. The thread is looked up when it is not given.
  EffectsOf(Context& context, const Call& call, const std::optional<Thread>& thread);

  EffectsOf& started(const ThreadMember& starter);
  EffectsOf& joined(const CallParticipant& participant);
  EffectsOf& left(const CallParticipant& participant);
  EffectsOf& ignored(const UserId& by);
  EffectsOf& kicked(const CallParticipant& participant, const UserId& by);
  /// `putOut`: those who were in the call when it ended. `removed`: a member who is being taken off the
  /// thread.
  EffectsOf& ended(const std::vector<CallParticipant>& putOut,
                   const std::optional<UserId>& removed = std::nullopt);
  EffectsOf& event(Event event);

  /// The call as events carry it.
  [[nodiscard]] const Call& call() const noexcept { return call_; }

  [[nodiscard]] Effects take() { return std::move(effects_); }

 private:
  void tell(const char* as, const std::vector<UserId>& users, std::string payload);
  std::string callPayload(bool withThreadName) const;
  template <class Build>
  void guarded(const char* as, Build&& build);

  Context& context_;
  Call call_;
  std::optional<Thread> thread_;
  Effects effects_;
};

}  // namespace messenger::actions
