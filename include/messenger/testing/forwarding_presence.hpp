#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "messenger/contracts/presence.hpp"
#include "messenger/export.hpp"

namespace messenger::inline v0::testing {

/// Forwards everything to another presence: override what should differ. As thread-safe as the other one.
class MESSENGER_EXPORT ForwardingPresence : public Presence {
 public:
  /// Throws std::invalid_argument without a presence.
  explicit ForwardingPresence(std::shared_ptr<Presence> inner);

  [[nodiscard]] bool isShared() const noexcept override { return inner_->isShared(); }
  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override;
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override;
  void confirm(const SessionKey& who, std::int64_t revision) override;
  void untrack(const SessionKey& who, std::int64_t revision) override;
  [[nodiscard]] std::optional<Duration> sinceLastSeen(const SessionKey& who, SteadyPoint now) const override;
  [[nodiscard]] std::vector<std::optional<Duration>> silentFor(const std::vector<SessionKey>& open,
                                                               SteadyPoint now) override;
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override;

 private:
  std::shared_ptr<Presence> inner_;
};

/// A presence that fails on demand: then every method throws PresenceError. Thread-safe.
class MESSENGER_EXPORT FaultyPresence final : public ForwardingPresence {
 public:
  using ForwardingPresence::ForwardingPresence;

  /// While on, every method throws PresenceError.
  void setFailing(bool failing) noexcept { failing_ = failing; }

  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override;
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override;
  void confirm(const SessionKey& who, std::int64_t revision) override;
  void untrack(const SessionKey& who, std::int64_t revision) override;
  [[nodiscard]] std::optional<Duration> sinceLastSeen(const SessionKey& who, SteadyPoint now) const override;
  [[nodiscard]] std::vector<std::optional<Duration>> silentFor(const std::vector<SessionKey>& open,
                                                               SteadyPoint now) override;
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override;

 private:
  void failOnDemand() const;

  std::atomic<bool> failing_{false};
};

}  // namespace messenger::testing
