#include <cstdint>
#include <functional>
#include <limits>

#include "messenger/adapters/memory.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/presence_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

template <class Broken>
Reports reportsOf() {
  Reports reports;
  presenceSuite([] { return std::make_shared<Broken>(memoryPresence()); }, reports.sink());
  return reports;
}

TEST_CASE("presence suite: a heartbeat starts tracking -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
      track({call, user, device}, 1, now);
      return true;
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("touch: not tracked → false, and nothing changes"));
  CHECK(reports.hasFailed("untrack: they are no longer tracked; repeating it does nothing"));
}

TEST_CASE("presence suite: heartbeats are ignored -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
      return sinceLastSeen({call, user, device}, now).has_value();
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("touch: tracked → true, seen now"));
  CHECK(reports.hasFailed("seenWithin: goes by when each was last seen"));
}

TEST_CASE("presence suite: untrack ignores the revision -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    void untrack(const SessionKey& who, std::int64_t) override {
      ForwardingPresence::untrack(who, std::numeric_limits<std::int64_t>::max());
    }
  };
  CHECK(reportsOf<Broken>().hasFailed("untrack: as of an earlier revision than tracked → nothing changes"));
}

TEST_CASE("presence suite: untrack does nothing -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    void untrack(const SessionKey&, std::int64_t) override {}
  };
  CHECK(reportsOf<Broken>().hasFailed("untrack: they are no longer tracked; repeating it does nothing"));
}

TEST_CASE("presence suite: the limit itself is left out -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint now) const override {
      return ForwardingPresence::seenWithin(atMost - Duration{1}, now);
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("seenWithin: the limit itself is within"));
}

TEST_CASE("presence suite: an earlier time overwrites a later one -> caught", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint now) override {
      if (!sinceLastSeen({call, user, device}, now)) return false;
      untrack({call, user, device}, 1);
      track({call, user, device}, 1, now);
      return true;
    }
  };
  CHECK(reportsOf<Broken>().hasFailed("presence: an earlier time never replaces a later one"));
}

}  // namespace
}  // namespace messenger::testing
