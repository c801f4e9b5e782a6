#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "adapters/redis/client.hpp"
#include "messenger/adapters/redis/redis_presence.hpp"

namespace messenger::inline v0::redis {

/// Presence on a server. All it knows itself is how the server's clock stands to the library's, and whether
/// something has failed that the others do not know of.
class RedisPresence final : public Presence {
 public:
  /// For tests: what the scripts take for the server's time, in microseconds. Null: its clock.
  using TimeSource = std::function<std::int64_t(SteadyPoint now)>;

  explicit RedisPresence(const RedisOptions& options, TimeSource time = nullptr);

  [[nodiscard]] bool isShared() const noexcept override { return true; }
  bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override;
  void track(const SessionKey& who, std::int64_t revision, SteadyPoint now) override;
  void confirm(const SessionKey& who, std::int64_t revision) override;
  void untrack(const SessionKey& who, std::int64_t revision) override;
  [[nodiscard]] std::optional<Duration> sinceLastSeen(const SessionKey& who, SteadyPoint now) const override;
  [[nodiscard]] std::vector<std::optional<Duration>> silentFor(const std::vector<SessionKey>& open,
                                                               SteadyPoint now) override;
  [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override;

 private:
  /// Sessions of one call, which are asked for together.
  struct Asked;

  /// Throws PresenceError for what the connections throw, and remembers that heartbeats may have been missed.
  template <class Body>
  auto translating(Body body) const -> decltype(body());
  void enter(Connection& connection, Deadline until) const;
  /// Runs one script, and before it says that heartbeats were missed, if they were.
  [[nodiscard]] ReplyPointer runOne(const Client::Call& call, const std::string& time) const;
  void tellMissed(Connection& connection, const std::string& time, Deadline until) const;
  /// Since when, by the server's clock, it has been as it is; says so first when heartbeats were missed.
  [[nodiscard]] Client::Call sinceCall(const Connection& connection, const std::string& time,
                                       bool missed) const;
  /// Compares the clocks. When one of them was set, ages say nothing until a TTL has passed.
  void compareClocks(std::int64_t server, SteadyPoint now) const noexcept;

  [[nodiscard]] std::string timeText(SteadyPoint now) const;
  [[nodiscard]] std::string callKey(const CallId& call) const;
  [[nodiscard]] std::string absentKey(const CallId& call) const;

  const std::string callPrefix_;
  const std::string absentPrefix_;
  const std::string serverKey_;
  const std::string keepFor_;  ///< in milliseconds
  const TimeSource time_;

  static constexpr std::int64_t unknownOffset = INT64_MIN;
  mutable std::atomic<std::int64_t> clockOffset_{unknownOffset};  ///< the server's less the library's
  mutable std::atomic<bool> missed_{false};
  mutable std::atomic<std::int64_t> lastNow_{0};  ///< for `time_`
  mutable Client client_;                         // last: it calls the rest
};

}  // namespace messenger::redis
