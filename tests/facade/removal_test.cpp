// Out means out: whoever goes out of a call that goes on is taken out of its room by a job.
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

using testing::DriverCall;
using testing::ProviderAnswer;

const DeviceId theirPhone{"phone"};

Config removing() {
  Config config = Fixture::configured();
  config.calling.subscriber.removesSessions = true;
  return config;
}

/// A call of the group by u0, with u1 in it.
struct InRoom : Fixture {
  explicit InRoom(StorageKind kind, const Config& config = removing())
      : Fixture(kind, config), call(startTeam()), guest(joinAs(member(1))) {}

  std::string joinAs(const UserId& user, const DeviceId& device = {}) {
    const auto joined = messenger->joinCall(call.id, user, device);
    REQUIRE_OK(joined);
    return joined->mediaId.value().reveal();
  }
  [[nodiscard]] std::vector<std::string> removedNow() {
    messenger->jobs().runPending();
    return provider->removed();
  }

  Call call;
  std::string guest;  ///< the media id of u1
};

}  // namespace

TEST_CASE("removal: out of the call in any way -> out of the room too", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  SECTION("kicked") {
    const auto rows = world.messenger->host().participants(world.call.id);
    REQUIRE_OK(world.messenger->kickParticipant(world.call.id, member(0), rows.at(1).id));
  }
  SECTION("removed from the thread") {
    REQUIRE_OK(world.messenger->threads().removeMember(world.team, member(1)));
  }
  SECTION("left") {
    REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  }
  SECTION("evicted") {
    for (int i = 0; i < 8; ++i) {
      world.clock->advance(seconds{20});
      REQUIRE_OK(world.messenger->heartbeat(world.call.id, member(0)));
    }
    world.messenger->host().checkActivity();
    REQUIRE_FALSE(world.isIn(world.call, member(1)));
  }
  CHECK(world.removedNow() == std::vector<std::string>{world.guest});
  CHECK(world.provider->count(DriverCall::Method::remove, world.call.id) == 1);
  CHECK(world.messenger->jobs().pending().empty());
  CHECK(world.now(world.call).active());
}

TEST_CASE("removal: one device of several -> that one alone", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const std::string onPhone = world.joinAs(member(1), theirPhone);
  CHECK(onPhone != world.guest);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1), theirPhone));
  CHECK(world.removedNow() == std::vector<std::string>{onPhone});
  const std::string again = world.joinAs(member(1), theirPhone);
  CHECK(again != onPhone);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  auto removed = world.removedNow();
  std::sort(removed.begin(), removed.end());
  std::vector<std::string> expected{onPhone, again, world.guest};
  std::sort(expected.begin(), expected.end());
  CHECK(removed == expected);
}

TEST_CASE("removal: a new device replaces the others -> they are out of the room", "[facade][removal]") {
  Config config = removing();
  config.sessions.newDeviceReplaces = true;
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  (void)world.joinAs(member(1), theirPhone);
  CHECK(world.removedNow() == std::vector<std::string>{world.guest});
}

TEST_CASE("removal: the call ends -> its room goes and nobody is taken out alone", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  SECTION("by an end") {
    REQUIRE_OK(world.messenger->endCall(world.call.id, member(0)));
  }
  SECTION("right after a leave") {
    REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
    REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(0)));
  }
  CHECK(world.removedNow().empty());
  CHECK(world.provider->rooms().empty());
  CHECK(world.messenger->jobs().pending().empty());
}

TEST_CASE("removal: off -> no job and no media id", "[facade][removal]") {
  Fixture world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const Call call = world.startTeam();
  const auto joined = world.messenger->joinCall(call.id, member(1));
  REQUIRE_OK(joined);
  CHECK_FALSE(joined->mediaId);
  CHECK(world.messenger->showCall(call.id, member(1))->mediaIds.empty());
  REQUIRE_OK(world.messenger->leaveCall(call.id, member(1)));
  CHECK(world.messenger->jobs().pending().empty());
}

TEST_CASE("removal: a driver that cannot -> the job is done without it", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  world.provider->canRemove(false);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  CHECK(world.removedNow().empty());
  CHECK(world.messenger->jobs().pending().empty());
  CHECK(world.messenger->jobs().failed().empty());
}

TEST_CASE("removal: the provider fails -> tried again and then kept as failed without the secret",
          "[facade][removal]") {
  Config config = removing();
  config.jobs.maxAttempts = 3;
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite), config);
  const ProviderAnswer answer = GENERATE(ProviderAnswer::no, ProviderAnswer::throwing);
  world.provider->answerRemove(answer);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  for (int i = 0; i < 5; ++i) {
    CHECK(world.removedNow().empty());
    CHECK(world.provider->calls().back().secretSeen);
    world.clock->advance(minutes{5});
    REQUIRE_OK(world.messenger->joinCall(world.call.id, member(0)));
  }
  const auto failed = world.messenger->jobs().failed();
  REQUIRE(failed.size() == 1);
  CHECK(failed[0].type == JobType::removeFromRoom);
  for (const std::string& secret : {world.guest, std::string{"swordfish"}}) {
    CHECK(failed[0].lastError.value().find(secret) == std::string::npos);
    REQUIRE(world.events.count<JobFailed>() == 1);
    CHECK(world.events.of<JobFailed>().front().error.find(secret) == std::string::npos);
    for (const auto& each : world.logger->lines()) CHECK(each.text().find(secret) == std::string::npos);
  }

  world.provider->answerRemove(ProviderAnswer::yes);
  CHECK(world.messenger->jobs().retry() == 1);
  CHECK(world.removedNow() == std::vector<std::string>{world.guest});
  CHECK(world.messenger->jobs().failed().empty());
}

TEST_CASE("removal: the media id -> shown to its owner alone and only with the room", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  const std::string onPhone = world.joinAs(member(1), theirPhone);
  const auto own = world.messenger->showCall(world.call.id, member(1));
  REQUIRE_OK(own);
  REQUIRE(own->mediaIds.size() == 2);
  CHECK(own->mediaIds[0] == std::pair{DeviceId{}, Secret{world.guest}});
  CHECK(own->mediaIds[1] == std::pair{theirPhone, Secret{onPhone}});
  const auto others = world.messenger->showCall(world.call.id, member(0)).value().mediaIds;
  CHECK(others.size() == 1);
  for (const auto& [device, mediaId] : others) {
    CHECK(mediaId.reveal() != world.guest);
    CHECK(mediaId.reveal() != onPhone);
  }
  CHECK(world.messenger->showCall(world.call.id, member(2))->mediaIds.empty());
  // A join of a device that is in the call says it again.
  CHECK(world.joinAs(member(1), theirPhone) == onPhone);
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  CHECK(world.messenger->showCall(world.call.id, member(1))->mediaIds.empty());
  REQUIRE(world.guest.size() == 32);
  for (const auto& each : world.broadcaster->take()) {
    CHECK(each.payload.find(world.guest) == std::string::npos);
    CHECK(each.payload.find(onPhone) == std::string::npos);
  }
}

TEST_CASE("removal: its worker dies -> another one takes it over", "[facade][removal]") {
  InRoom world(GENERATE(StorageKind::memory, StorageKind::sqlite));
  REQUIRE_OK(world.messenger->leaveCall(world.call.id, member(1)));
  const auto claimed = world.claimAny(seconds{30});
  REQUIRE(claimed.value().job.type == JobType::removeFromRoom);
  CHECK(world.removedNow().empty());
  world.clock->advance(seconds{30});
  CHECK(world.removedNow() == std::vector<std::string>{world.guest});
}

}  // namespace messenger::tests
