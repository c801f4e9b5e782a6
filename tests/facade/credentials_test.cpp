// Who is let into the room, and that nobody is who was taken out meanwhile.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::ProviderAnswer;

const DeviceId herTablet{"tablet"};

Config admitting() {
  Config config = Fixture::configured();
  config.calling.subscriber.removesSessions = true;
  return config;
}

/// A call of the group by u0 with u1 in it, set up, at a provider that lets sessions in one by one.
struct Entrance : Fixture {
  explicit Entrance(StorageKind kind, const Config& config = admitting())
      : Fixture(kind, config), call(startTeam()) {
    provider->canAdmit(true);
    messenger->jobs().runPending();
    REQUIRE_OK(messenger->joinCall(call.id, member(1)));
  }

  [[nodiscard]] Reason refusalFor(const UserId& user, const DeviceId& device = {}) {
    const auto result = messenger->roomCredentials(call.id, user, device);
    REQUIRE_FALSE(result.has_value());
    return result.error().reason;
  }
  [[nodiscard]] ParticipantId guest() const { return messenger->host().participants(call.id).at(1).id; }

  Call call;
};

}  // namespace

TEST_CASE("credentials: in the call and set up -> those of this device, others each time",
          "[facade][credentials]") {
  Entrance world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const auto first = world.messenger->roomCredentials(world.call.id, member(1));
  REQUIRE_OK(first);
  CHECK(first->token.reveal() == "token 1");
  REQUIRE_OK(world.messenger->joinCall(world.call.id, member(1), herTablet));
  const auto onTablet = world.messenger->roomCredentials(world.call.id, member(1), herTablet);
  REQUIRE_OK(onTablet);
  CHECK(onTablet->identity != first->identity);
  const auto calls = world.provider->calls();
  CHECK(calls.at(calls.size() - 2).mediaId != calls.back().mediaId);
  CHECK(calls.back().secretSeen);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  world.messenger->jobs().runPending();
  CHECK(world.provider->tokens().empty());
}

TEST_CASE("credentials: may not enter -> refused, and the driver is not asked", "[facade][credentials]") {
  Entrance world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  CHECK(world.refusalFor(member(2)) == Reason::notInCall);
  CHECK(world.refusalFor(member(1), herTablet) == Reason::notInCall);
  CHECK(world.refusalFor(UserId{"user", "stranger"}) == Reason::notMember);
  REQUIRE_OK(world.messenger->kickParticipant(world.call.id, member(0), world.guest()));
  CHECK(world.refusalFor(member(1)) == Reason::kicked);
  REQUIRE_OK(world.messenger->host().renewRoom(world.call.id));
  CHECK(world.refusalFor(member(0)) == Reason::roomNotReady);
  REQUIRE_OK(world.messenger->endCall(world.call.id, member(0)));
  CHECK(world.refusalFor(member(0)) == Reason::callEnded);
  CHECK(world.provider->count(DriverCall::Method::admit, world.call.id) == 0);
}

TEST_CASE("credentials: no access, or no media ids -> there are none", "[facade][credentials]") {
  SECTION("the driver cannot") {
    Entrance world(StorageKind::memory);
    world.provider->canAdmit(false);
    CHECK(world.refusalFor(member(1)) == Reason::noCredentials);
  }
  SECTION("sessions are not removed from rooms") {
    Entrance world(StorageKind::memory, Fixture::configured());
    CHECK(world.refusalFor(member(1)) == Reason::noCredentials);
  }
}

TEST_CASE("credentials: taken out while the driver works -> not shown, and taken back",
          "[facade][credentials]") {
  Entrance world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  Reason expected = Reason::notInCall;
  SECTION("kicked") {
    world.provider->onAdmit([&](const CallWithRoom&) {
      REQUIRE_OK(world.messenger->kickParticipant(world.call.id, member(0), world.guest()));
      world.messenger->jobs().runPending();  // the removal is done before the driver has let them in
    });
    expected = Reason::kicked;
  }
  SECTION("left and joined again") {
    world.provider->onAdmit([&](const CallWithRoom&) {
      world.provider->onAdmit({});
      REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
      world.messenger->jobs().runPending();
      REQUIRE_OK(world.messenger->joinCall(world.call.id, member(1)));
    });
    expected = Reason::roomNotReady;
  }
  SECTION("removed from the thread") {
    world.provider->onAdmit([&](const CallWithRoom&) {
      REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
      world.messenger->jobs().runPending();
    });
    expected = Reason::notMember;
  }
  CHECK(world.refusalFor(member(1)) == expected);
  CHECK(world.provider->tokens().size() == 1);
  world.messenger->jobs().runPending();
  CHECK(world.provider->tokens().empty());
  CHECK(world.messenger->jobs().pending().empty());
}

TEST_CASE("credentials: the room is renewed while the driver works -> ask again, and nobody is taken out",
          "[facade][credentials]") {
  Entrance world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  world.provider->onAdmit([&](const CallWithRoom&) {
    world.provider->onAdmit({});
    REQUIRE_OK(world.messenger->host().renewRoom(world.call.id));
  });
  CHECK(world.refusalFor(member(1)) == Reason::roomNotReady);
  world.messenger->jobs().runPending();
  CHECK(world.provider->removed().empty());
  REQUIRE_OK(world.messenger->roomCredentials(world.call.id, member(1)));
}

TEST_CASE("credentials: the driver fails -> said without a secret, and nothing changed",
          "[facade][credentials]") {
  Entrance world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const auto revision = world.now(world.call).revision;
  world.provider->answerAdmit(
      GENERATE(ProviderAnswer::no, ProviderAnswer::throwing, ProviderAnswer::noButDone));
  CHECK(world.refusalFor(member(1)) == Reason::providerFailed);
  CHECK(world.now(world.call).revision == revision);
  std::string logged;
  for (const auto& line : world.logger->lines()) logged += line.text();
  CHECK(logged.find(world.call.id.value()) != std::string::npos);
  CHECK(logged.find("swordfish") == std::string::npos);
  CHECK(logged.find(world.provider->calls().back().mediaId) == std::string::npos);
}

}  // namespace messenger::tests
