// The broadcasts of each verb: to whom, and when.
#include "support/time_text.hpp"
#include "tests/facade/verbs_world.hpp"

namespace messenger::tests {
namespace {

/// The payload that most broadcasts have.
std::string payloadOf(const Call& call, int threadType) {
  return R"({"id":")" + call.id.value() + R"(","type":1,"type_verbose":"VIDEO","thread_id":")" +
         call.threadId.value() + R"(","thread_type":)" + std::to_string(threadType) + R"(,"created_at":")" +
         support::toText(call.createdAt) + R"(","updated_at":")" + support::toText(call.updatedAt) + R"("})";
}

void requireSent(World& world, const std::string& event, const std::vector<std::string>& users,
                 const std::string& payload) {
  const auto sent = world.broadcaster->named(event);
  REQUIRE(sent.size() == 1);
  std::vector<std::string> channels;
  for (const std::string& user : users) channels.push_back("messenger.user." + user);
  REQUIRE_THAT(sent[0].channels, Catch::UnorderedEquals(channels));
  REQUIRE(sent[0].payload == payload);
}

}  // namespace

TEST_CASE("broadcasts: each -> has the keys of the Laravel package and the right channels",
          "[facade][broadcasts]") {
  World world;
  const Call call = world.start("group", "ann");
  world.broadcaster->clear();
  const CallParticipant mia = world.join(call, "mia");
  requireSent(world, "joined.call", {"mia"}, payloadOf(world.now(call), 2));
  REQUIRE_OK(world.messenger.leaveCall(call.id, person("mia")));
  requireSent(world, "left.call", {"mia"}, payloadOf(world.now(call), 2));
  REQUIRE_OK(world.messenger.ignoreCall(call.id, person("sam")));
  requireSent(world, "call.ignored", {"sam"}, payloadOf(world.now(call), 2));

  const std::string ids = R"({"thread_id":"group","call_id":")" + call.id.value() + R"(","kicked":)";
  REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), mia.id));
  requireSent(world, "call.kicked", {"mia"}, ids + "true}");
  world.broadcaster->clear();
  REQUIRE_OK(world.messenger.unkickParticipant(call.id, person("ann"), mia.id));
  requireSent(world, "call.kicked", {"mia"}, ids + "false}");

  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));
  requireSent(world, "call.ended", {"ann", "sam", "mia"}, payloadOf(world.now(call), 2));
}

TEST_CASE("broadcasts: a member is removed from the thread -> gets left.call and not call.ended",
          "[facade][broadcasts]") {
  World world;
  const Call call = world.start("group", "ann");
  world.broadcaster->clear();
  REQUIRE_OK(world.messenger.threads().removeMember(ThreadId{"group"}, person("ann")));
  requireSent(world, "left.call", {"ann"}, payloadOf(world.now(call), 2));
  requireSent(world, "call.ended", {"sam", "mia"}, payloadOf(world.now(call), 2));
}

TEST_CASE("broadcasts: each -> comes before its event", "[facade][broadcasts]") {
  World world;
  std::vector<std::string> sent;  // at each event: the broadcast before it
  const auto listening = world.messenger.onEvent([&](const Event&) {
    const auto before = world.broadcaster->take();
    sent.push_back(before.empty() ? "nothing" : before.back().event);
  });
  const Call call = world.messenger.startCall(ThreadId{"group"}, person("ann")).value();
  const CallParticipant mia = world.join(call, "mia");
  REQUIRE_OK(world.messenger.leaveCall(call.id, person("mia")));
  REQUIRE_OK(world.messenger.ignoreCall(call.id, person("sam")));
  REQUIRE_OK(world.messenger.kickParticipant(call.id, person("ann"), mia.id));
  REQUIRE_OK(world.messenger.endCall(call.id, person("ann")));
  REQUIRE(sent == std::vector<std::string>{"incoming.call", "joined.call", "left.call", "call.ignored",
                                           "call.kicked", "call.ended"});
}

}  // namespace messenger::tests
