// What a host adds to the payloads of broadcasts.
#include "messenger/contracts/presenter.hpp"

#include "tests/support/messenger_fixture.hpp"
#include "tests/support/strange_exceptions.hpp"

namespace messenger::tests {
namespace {

/// Adds one field everywhere, or throws, or repeats all names of the library.
struct OneField final : Presenter {
  ExtraFields userFields(const UserId& user) const override {
    return fields("user " + user.id, {"name", "provider_id", "provider_alias"});
  }
  ExtraFields threadFields(const Thread& thread, const std::optional<UserId>& viewer) const override {
    return fields("thread " + thread.id.value() + (viewer ? " of one" : " of all"),
                  {"id", "type", "type_verbose", "thread_id", "thread_type", "thread_name", "created_at",
                   "updated_at"});
  }
  ExtraFields payloadFields(const std::string& event, const Call&) const override {
    return fields(event, {"id", "type", "type_verbose", "thread_id", "thread_type", "thread_name",
                          "created_at", "updated_at", "call", "sender", "call_id", "kicked"});
  }

  [[nodiscard]] ExtraFields fields(const std::string& value, const std::vector<std::string>& taken) const {
    if (throws) throw Wordless<>();
    if (meanwhile) meanwhile();
    ExtraFields all;
    if (!repeats) all.push_back(ExtraField::text("extra", value));
    for (const std::string& each : taken) {
      if (repeats) all.push_back({each, "\"mine\""});
    }
    return all;
  }

  bool throws = false;
  bool repeats = false;
  std::function<void()> meanwhile;
};

struct PresentingHost {
  explicit PresentingHost(const Fixture& world)
      : messenger(Fixture::configured(), Dependencies{.storage = world.storage,
                                                      .threads = nullptr,
                                                      .presence = nullptr,
                                                      .broadcaster = world.broadcaster,
                                                      .clock = world.clock,
                                                      .logger = world.logger,
                                                      .presenter = presenter}) {}

  /// Every kind of broadcast once.
  void live(const Fixture& world) {
    const Call call = messenger.startCall(world.team, member(0)).value();
    const auto row = messenger.joinCall(call.id, member(1)).value().participant.id;
    messenger.ignoreCall(call.id, member(2)).value();
    messenger.kickParticipant(call.id, member(0), row).value();
    messenger.joinCall(call.id, member(3)).value();
    messenger.leaveCall(call.id, member(3)).value();
    messenger.endCall(call.id, member(0)).value();
  }

  std::shared_ptr<OneField> presenter = std::make_shared<OneField>();
  Messenger messenger;
};

const std::vector<std::string> events{"incoming.call", "joined.call", "left.call",
                                      "call.ignored",  "call.kicked", "call.ended"};

}  // namespace

TEST_CASE("presenter: its fields -> in the payload of every broadcast", "[facade][presenter]") {
  Fixture world;
  PresentingHost host(world);
  host.live(world);
  for (const std::string& event : events) {
    CAPTURE(event);
    const auto sent = world.broadcaster->named(event);
    REQUIRE_FALSE(sent.empty());
    for (const Broadcast& each : sent) CHECK(each.payload.ends_with(",\"extra\":\"" + event + "\"}"));
  }
  const std::string ring = world.broadcaster->named("incoming.call").at(0).payload;
  CHECK(
      ring.find(
          R"("sender":{"name":"Name of u0","provider_id":"u0","provider_alias":"user","extra":"user u0"})") !=
      std::string::npos);
  CHECK(ring.find(R"("extra":"thread )" + world.team.value() + R"( of all"})") != std::string::npos);
}

TEST_CASE("presenter: throws or repeats the library's names -> payloads as without it",
          "[facade][presenter]") {
  Fixture world;
  PresentingHost host(world);
  const auto payloads = [&] {
    host.live(world);
    std::vector<std::string> all;
    for (const Broadcast& each : world.broadcaster->take()) {
      std::string text = each.payload;
      // Each call has ids of its own.
      for (auto at = text.find(each.call.value()); at != std::string::npos;
           at = text.find(each.call.value())) {
        text.replace(at, each.call.value().size(), "ID");
      }
      all.push_back(each.event + ' ' + text);
    }
    return all;
  };
  EventLog log;
  log.listenTo(host.messenger);
  host.presenter->throws = true;
  const auto bare = payloads();
  CHECK(bare.size() >= events.size());
  for (const std::string& each : bare) CHECK(each.find("extra") == std::string::npos);
  host.presenter->throws = false;
  host.presenter->repeats = true;
  CHECK(payloads() == bare);
  CHECK(log.count<BroadcastFailed>() == 0);
}

TEST_CASE("presenter: asked -> no lock is held and no transaction is open", "[facade][presenter]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  PresentingHost host(world);
  std::size_t asked = 0;
  host.presenter->meanwhile = [&] {
    ++asked;
    // Would wait for ever behind a lock, or find a transaction that is open.
    REQUIRE_OK(world.messenger->threads().setSubject(world.team, "Subject " + std::to_string(asked)));
    REQUIRE(world.messenger->host().activeCalls(0, 10).size() < 2);
  };
  host.live(world);
  CHECK(asked > 5);
}

}  // namespace messenger::tests
