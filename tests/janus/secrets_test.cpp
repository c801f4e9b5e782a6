// Gathers everything that people can read while everything fails: it contains no secret.
#include <nlohmann/json.hpp>

#include "adapters/janus/room_keys.hpp"
#include "tests/janus/fake_server.hpp"
#include "tests/janus/live_world.hpp"

namespace messenger::tests {
namespace {

using janus::JanusId;
using janus::VideoRoom;

const Secret theirs{"secret-of-somebody-else-Vy3"};

/// Every verb with a secret that it does not want.
void gather(const VideoRoom& room, const JanusId& id, std::vector<std::string>& texts) {
  const auto keep = [&](const auto& result) {
    if (!result) texts.push_back(result.error().describe() + '|' + result.error().text);
  };
  janus::NewRoom wanted;
  wanted.id = id;
  wanted.secret = theirs;
  wanted.pin = theirs;
  keep(room.create(wanted));
  wanted.more = R"({"audiocodec":"nonsense"})";
  keep(room.create(wanted));
  janus::RoomEdit edit;
  edit.secret = theirs;
  edit.pin = theirs;
  keep(room.edit(id, edit, theirs));
  keep(room.allowed(id, janus::AllowedAction::add, {theirs}, theirs));
  keep(room.kick(id, id, theirs));
  keep(room.listForwarders(id, theirs));
  keep(room.destroy(id, theirs));
  keep(room.moderate(id, id, "0", true, theirs));
  keep(room.enableRecording(id, true, theirs));
  keep(room.list());
  keep(room.client().askPlugin("janus.plugin.nope", "{}", janus::Repeat::harmless));
}

TEST_CASE("secrets: every error and log and job and event -> none", "[janus][secrets]") {
  LiveWorld world(3, GENERATE(true, false));
  std::vector<std::string> texts;
  const Call call = world.start(0);
  world.drain();
  const JanusId id = world.idOf(call.id);
  for (const auto wayIn : {janus::WayIn::adminApi, janus::WayIn::httpApi}) {
    gather(world.server.videoRoom(wayIn), id, texts);
    janus::JanusOptions options = world.server.options(wayIn);
    options.apiSecret = theirs;
    options.adminSecret = theirs;
    options.videoRoomSecret = theirs;
    gather(VideoRoom(std::make_shared<janus::JanusClient>(options)), id, texts);
  }
  // A server that returns all that it received.
  FakeServer echo([](std::size_t, std::size_t, const std::string& body) {
    return FakeServer::Answer{FakeServer::http(R"({"janus":"error","error":{"code":499,"reason":)" +
                                               nlohmann::json(body).dump() + "}}")};
  });
  janus::JanusOptions echoed = world.server.options();
  echoed.adminEndpoint = echo.address();
  gather(VideoRoom(std::make_shared<janus::JanusClient>(echoed)), id, texts);
  REQUIRE(echo.bodies().size() >= 9);
  REQUIRE(echo.bodies().back().find(JanusServer::adminSecret) != std::string::npos);

  // Jobs with a foreign room of the same id, and with a server that is down.
  const Call blocked = world.start(1);
  janus::NewRoom wanted;
  wanted.id = world.idOf(blocked.id);
  wanted.secret = theirs;
  REQUIRE_DONE(world.room.create(wanted));
  world.messenger->jobs().runPending(1);
  world.server.kill();
  world.end(call);
  world.messenger->jobs().runPending(2);
  gather(world.room, id, texts);
  world.end(blocked);
  for (const Job& job : world.messenger->jobs().pending()) texts.push_back(job.lastError.value_or(""));
  for (const auto& line : world.logger->lines()) texts.push_back(line.text());
  for (const auto& failed : world.events.of<CallSetupFailed>()) texts.push_back(failed.error);
  for (const auto& failed : world.events.of<JobFailed>()) texts.push_back(failed.error);
  REQUIRE(texts.size() > 60);

  std::vector<std::string> secrets{JanusServer::apiSecret, JanusServer::adminSecret, JanusServer::adminKey,
                                   JanusServer::roomKey, theirs.reveal()};
  for (const Call& each : {call, blocked}) {
    secrets.push_back(janus::roomSecretOf(each.id, world.settings.roomKey).reveal());
    secrets.push_back(janus::roomPinOf(each.id, world.settings.roomKey).reveal());
  }
  for (const std::string& text : texts) {
    for (const std::string& secret : secrets) {
      INFO(text);
      REQUIRE(text.find(secret) == std::string::npos);
    }
  }
}

}  // namespace
}  // namespace messenger::tests
