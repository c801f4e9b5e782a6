#include "messenger/testing/forwarding_presence.hpp"

#include <stdexcept>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::inline v0::testing {

ForwardingPresence::ForwardingPresence(std::shared_ptr<Presence> inner) : inner_(std::move(inner)) {
  if (inner_ == nullptr) {
    throw std::invalid_argument("ForwardingPresence: the presence must not be null");
  }
}

bool ForwardingPresence::touch(const CallId& call, const UserId& user, const DeviceId& device,
                               SteadyPoint now) {
  return inner_->touch(call, user, device, now);
}

void ForwardingPresence::track(const SessionKey& who, std::int64_t revision, SteadyPoint now) {
  inner_->track(who, revision, now);
}

void ForwardingPresence::confirm(const SessionKey& who, std::int64_t revision) {
  inner_->confirm(who, revision);
}

void ForwardingPresence::untrack(const SessionKey& who, std::int64_t revision) {
  inner_->untrack(who, revision);
}

std::optional<Duration> ForwardingPresence::sinceLastSeen(const SessionKey& who, SteadyPoint now) const {
  return inner_->sinceLastSeen(who, now);
}

std::vector<std::optional<Duration>> ForwardingPresence::silentFor(const std::vector<SessionKey>& open,
                                                                   SteadyPoint now) {
  return inner_->silentFor(open, now);
}

std::vector<LastSeen> ForwardingPresence::seenWithin(Duration atMost, SteadyPoint now) const {
  return inner_->seenWithin(atMost, now);
}

void FaultyPresence::failOnDemand() const {
  if (failing_) throw PresenceError("the faulty presence is set to fail");
}

bool FaultyPresence::touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) {
  failOnDemand();
  return ForwardingPresence::touch(call, user, device, now);
}

void FaultyPresence::track(const SessionKey& who, std::int64_t revision, SteadyPoint now) {
  failOnDemand();
  ForwardingPresence::track(who, revision, now);
}

void FaultyPresence::confirm(const SessionKey& who, std::int64_t revision) {
  failOnDemand();
  ForwardingPresence::confirm(who, revision);
}

void FaultyPresence::untrack(const SessionKey& who, std::int64_t revision) {
  failOnDemand();
  ForwardingPresence::untrack(who, revision);
}

std::optional<Duration> FaultyPresence::sinceLastSeen(const SessionKey& who, SteadyPoint now) const {
  failOnDemand();
  return ForwardingPresence::sinceLastSeen(who, now);
}

std::vector<std::optional<Duration>> FaultyPresence::silentFor(const std::vector<SessionKey>& open,
                                                               SteadyPoint now) {
  failOnDemand();
  return ForwardingPresence::silentFor(open, now);
}

std::vector<LastSeen> FaultyPresence::seenWithin(Duration atMost, SteadyPoint now) const {
  failOnDemand();
  return ForwardingPresence::seenWithin(atMost, now);
}

}  // namespace messenger::testing
