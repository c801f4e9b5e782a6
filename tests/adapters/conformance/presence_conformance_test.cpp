#include "messenger/adapters/memory.hpp"
#include "messenger/testing/forwarding_presence.hpp"
#include "messenger/testing/presence_suite.hpp"
#include "tests/adapters/conformance/reports.hpp"

namespace messenger::inline v0::testing {
namespace {

TEST_CASE("memory presence: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(presenceSuite(memoryPresence, reports.sink()));
}

TEST_CASE("forwarding presence: conformance suite -> passes", "[adapters][conformance]") {
  Reports reports;
  reports.requireAllPassed(
      presenceSuite([] { return std::make_shared<FaultyPresence>(memoryPresence()); }, reports.sink()));
}

TEST_CASE("presence suite: a presence with its own clock -> it is notified when time passes",
          "[adapters][conformance]") {
  /// Uses only its own clock.
  class OwnTime final : public ForwardingPresence {
   public:
    explicit OwnTime(const Duration& own) : ForwardingPresence(memoryPresence()), own_(own) {}
    bool touch(const CallId& call, const UserId& user, const DeviceId& device, SteadyPoint) override {
      return ForwardingPresence::touch(call, user, device, now());
    }
    void track(const SessionKey& who, std::int64_t revision, SteadyPoint) override {
      ForwardingPresence::track(who, revision, now());
    }
    [[nodiscard]] std::optional<Duration> sinceLastSeen(const SessionKey& who, SteadyPoint) const override {
      return ForwardingPresence::sinceLastSeen(who, now());
    }
    [[nodiscard]] std::vector<LastSeen> seenWithin(Duration atMost, SteadyPoint) const override {
      return ForwardingPresence::seenWithin(atMost, now());
    }

   private:
    [[nodiscard]] SteadyPoint now() const { return SteadyPoint{own_}; }
    const Duration& own_;
  };

  Duration own = std::chrono::hours{1};
  const auto make = [&] { return std::make_shared<OwnTime>(own); };
  PresenceSuiteOptions options;
  Reports deaf;
  CHECK(presenceSuite(make, deaf.sink(), options) > 0);
  options.onAdvance = [&](Duration by) { own += by; };
  Reports reports;
  reports.requireAllPassed(presenceSuite(make, reports.sink(), options));
}

}  // namespace
}  // namespace messenger::testing
