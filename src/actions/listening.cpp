#include "actions/listening.hpp"

namespace messenger::actions {
namespace {

/// Two readings of both clocks may differ by the time between the two reads and by the slewing of NTP (at
/// most 500 ppm); more is a jump, or a suspended machine, whose steady clock stood still.
constexpr Duration jumpTolerance = std::chrono::seconds{2};

}  // namespace

Listening::Listening(const Config& config, InstanceId self, Moment now)
    : config_(config), self_(self), since_(now), last_(now) {}

void Listening::restart(Moment now) {
  const support::Lock lock(mutex_);
  since_ = now;
  last_ = now;
}

void Listening::observe(Moment now) {
  const support::Lock lock(mutex_);
  const auto wall = now.wall - last_.wall;
  const auto steady = std::chrono::duration_cast<Duration>(now.steady - last_.steady);
  if (wall - steady > jumpTolerance || steady - wall > jumpTolerance) since_ = now;
  last_ = now;
}

TimePoint Listening::since() const {
  const support::Lock lock(mutex_);
  return since_.wall;
}

Duration Listening::heardFor(Moment now) const {
  const support::Lock lock(mutex_);
  return std::chrono::duration_cast<Duration>(now.steady - since_.steady);
}

Listening::Verdict Listening::judge(const Storage& storage, Moment now) {
  observe(now);
  const Config::Presence& presence = config_.presence;
  const bool heardHere = presence.listens && heardFor(now) >= presence.ttl;
  if (presence.writeBehind.count() == 0) return {heardHere, false};
  // Others that wrote within three intervals are alive; who joined them last has the most to catch up.
  const Listeners others = storage.listeners(self_, now.wall - 3 * presence.writeBehind);
  const bool heardThere =
      others.latestListeningSince && now.wall - *others.latestListeningSince >= presence.ttl;
  if (others.count == 0) return {heardHere, false};
  return {heardThere && (heardHere || !presence.listens), true};
}

}  // namespace messenger::actions
