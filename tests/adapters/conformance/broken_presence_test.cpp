#include <functional>

#include "messenger/adapters/memory.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/presence_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::testing {
namespace {

template <class Broken>
Reports reportsOf() {
  Reports reports;
  presenceSuite([] { return std::make_shared<Broken>(memoryPresence()); }, reports.sink());
  return reports;
}

TEST_CASE("presence suite: catches one that admits whoever sends a heartbeat", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    bool touch(const CallId& call, const UserId& user, const Moment& now) override {
      admit({call, user}, now);
      return true;
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("touch: false for somebody unknown, and nothing changes"));
  CHECK(reports.hasFailed("forget: makes them unknown; repeating it does nothing"));
}

TEST_CASE("presence suite: catches one that does not count heartbeats", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    bool touch(const CallId& call, const UserId& user, const Moment& now) override {
      return silence({call, user}, now).has_value();
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("touch: true for somebody known, heard now"));
  CHECK(reports.hasFailed("heardWithin: goes by when each was heard last"));
}

TEST_CASE("presence suite: catches one that never forgets", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    void forget(const InCallKey&) override {}
  };
  CHECK(reportsOf<Broken>().hasFailed("forget: makes them unknown; repeating it does nothing"));
}

TEST_CASE("presence suite: catches a limit taken the other way", "[adapters][conformance]") {
  struct Broken final : ForwardingPresence {
    using ForwardingPresence::ForwardingPresence;
    [[nodiscard]] std::vector<Heard> heardWithin(Duration atMost, const Moment& now) const override {
      return ForwardingPresence::heardWithin(atMost - Duration{1}, now);
    }
  };
  const Reports reports = reportsOf<Broken>();
  CHECK(reports.hasFailed("heardWithin: those whose silence is at most so long"));
}

}  // namespace
}  // namespace messenger::testing
