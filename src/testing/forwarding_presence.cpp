#include "messenger/testing/forwarding_presence.hpp"

#include <stdexcept>
#include <utility>

#include "messenger/errors.hpp"

namespace messenger::testing {

ForwardingPresence::ForwardingPresence(std::shared_ptr<Presence> inner) : inner_(std::move(inner)) {
  if (inner_ == nullptr) {
    throw std::invalid_argument("ForwardingPresence: there is no presence to forward to");
  }
}

bool ForwardingPresence::touch(const CallId& call, const UserId& user, const Moment& now) {
  return inner_->touch(call, user, now);
}

void ForwardingPresence::admit(const InCallKey& who, const Moment& now) {
  inner_->admit(who, now);
}

void ForwardingPresence::forget(const InCallKey& who) {
  inner_->forget(who);
}

std::optional<Duration> ForwardingPresence::silence(const InCallKey& who, const Moment& now) const {
  return inner_->silence(who, now);
}

std::vector<Heard> ForwardingPresence::heardWithin(Duration atMost, const Moment& now) const {
  return inner_->heardWithin(atMost, now);
}

void FaultyPresence::failIfTold() const {
  if (failing_) throw PresenceError("the faulty presence was told to fail");
}

bool FaultyPresence::touch(const CallId& call, const UserId& user, const Moment& now) {
  failIfTold();
  return ForwardingPresence::touch(call, user, now);
}

void FaultyPresence::admit(const InCallKey& who, const Moment& now) {
  failIfTold();
  ForwardingPresence::admit(who, now);
}

void FaultyPresence::forget(const InCallKey& who) {
  failIfTold();
  ForwardingPresence::forget(who);
}

std::optional<Duration> FaultyPresence::silence(const InCallKey& who, const Moment& now) const {
  failIfTold();
  return ForwardingPresence::silence(who, now);
}

std::vector<Heard> FaultyPresence::heardWithin(Duration atMost, const Moment& now) const {
  failIfTold();
  return ForwardingPresence::heardWithin(atMost, now);
}

}  // namespace messenger::testing
