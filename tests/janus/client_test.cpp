// Every method of the client with a real server, including refusals.
#include <algorithm>

#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"

namespace messenger::tests {
namespace {

using janus::AllowedAction;
using janus::ErrorKind;
using janus::JanusId;
using janus::NewRoom;
using janus::Repeat;
using janus::VideoRoom;
using janus::WayIn;

const Secret roomSecret{"secret-of-the-room-Nb5x"};
const Secret wrong{"not-it"};

/// Both kinds of ids and both APIs, a server for each.
struct ClientWorld {
  ClientWorld() : server({stringIds}), room(server.videoRoom(wayIn)) {}

  bool stringIds = GENERATE(true, false);
  WayIn wayIn = GENERATE(WayIn::adminApi, WayIn::httpApi);
  JanusServer server;
  VideoRoom room;

  [[nodiscard]] JanusId id(std::uint64_t number) const {
    if (!stringIds) return number;
    return "room " + std::to_string(number) + "/?#\"ü";
  }
  JanusId make(std::uint64_t number) const {
    NewRoom wanted;
    wanted.id = id(number);
    wanted.description = "a room \"of\" the tests ☎";
    wanted.secret = roomSecret;
    wanted.pin = Secret{"4711"};
    wanted.publishers = 7;
    wanted.bitrate = 512'000;
    const auto made = room.create(wanted);
    REQUIRE_DONE(made);
    REQUIRE(*made == *wanted.id);
    return *made;
  }
  /// Somebody without media.
  [[nodiscard]] VideoRoom join(const JanusId& into, const JanusId& user) const {
    VideoRoom guest = server.videoRoom(WayIn::httpApi);
    const std::string as = stringIds ? "\"" + janus::toText(user) + "\"" : janus::toText(user);
    const std::string where = stringIds ? "\"room " + std::to_string(1) + "/?#\\\"ü\"" : janus::toText(into);
    // A join is answered later, by an event that nobody here waits for.
    const auto later = guest.client().askPlugin(
        "janus.plugin.videoroom",
        R"({"request":"join","ptype":"publisher","pin":"4711","display":"Ann","room":)" + where +
            R"(,"id":)" + as + "}",
        Repeat::never);
    REQUIRE_FAILED(later, ErrorKind::malformedReply, 0);
    REQUIRE(eventually([&] { return !room.listParticipants(into).value().empty(); }));
    return guest;
  }
};

TEST_CASE("JanusClient: ping and info -> work with both APIs", "[janus][client]") {
  const JanusServer server;
  for (const WayIn wayIn : {WayIn::adminApi, WayIn::httpApi}) {
    janus::JanusClient client(server.options(wayIn));
    REQUIRE(client.wayIn() == wayIn);
    REQUIRE_DONE(client.ping());
    const auto info = client.info();
    REQUIRE_DONE(info);
    REQUIRE(info->name == "Janus WebRTC Server");
    REQUIRE(info->version.find('.') != std::string::npos);
    const auto videoRoom = std::find_if(info->plugins.begin(), info->plugins.end(), [](const auto& plugin) {
      return plugin.package == "janus.plugin.videoroom";
    });
    REQUIRE(videoRoom != info->plugins.end());
    REQUIRE_FALSE(videoRoom->version.empty());
  }
  REQUIRE(janus::JanusClient(server.options()).wayIn() == WayIn::adminApi);
}

TEST_CASE("VideoRoom: create and exists and list and edit and destroy -> work", "[janus][client]") {
  const ClientWorld world;
  const VideoRoom& room = world.room;
  REQUIRE(room.list().value().empty());
  const JanusId id = world.make(1);
  REQUIRE(room.exists(id).value());
  REQUIRE_FALSE(room.exists(world.id(2)).value());

  auto rooms = room.list().value();
  REQUIRE(rooms.size() == 1);
  CHECK(rooms[0].id == id);
  CHECK(rooms[0].description == "a room \"of\" the tests ☎");
  CHECK(rooms[0].pinRequired);
  CHECK(rooms[0].isPrivate);
  CHECK(rooms[0].publishers == 7);
  CHECK(rooms[0].bitrate == 512'000);
  CHECK_FALSE(rooms[0].recording);

  janus::RoomEdit edit;
  edit.description = "renamed";
  edit.publishers = 9;
  edit.bitrate = 64'000;
  edit.isPrivate = false;
  edit.secret = Secret{"another-secret"};
  REQUIRE_PLUGIN_ERROR(room.edit(id, edit, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.edit(id, edit, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.edit(world.id(2), edit, roomSecret), 426);
  REQUIRE_DONE(room.edit(id, edit, roomSecret));
  rooms = room.list().value();
  CHECK(rooms[0].description == "renamed");
  CHECK(rooms[0].publishers == 9);
  CHECK(rooms[0].bitrate == 64'000);
  CHECK_FALSE(rooms[0].isPrivate);

  NewRoom second;
  second.id = id;
  REQUIRE_PLUGIN_ERROR(room.create(second), 427);
  REQUIRE_PLUGIN_ERROR(room.destroy(id, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.destroy(id, roomSecret), 433);
  REQUIRE_DONE(room.destroy(id, Secret{"another-secret"}));
  REQUIRE_PLUGIN_ERROR(room.destroy(id, roomSecret), 426);
  REQUIRE(room.list().value().empty());
}

TEST_CASE("VideoRoom: an id chosen by the server and further fields -> work", "[janus][client]") {
  const ClientWorld world;
  NewRoom wanted;
  wanted.more = R"({"videocodec":"vp9","record":true,"request":"destroy"})";
  const auto id = world.room.create(wanted);
  REQUIRE_DONE(id);
  REQUIRE(std::holds_alternative<std::string>(*id) == world.stringIds);
  REQUIRE(world.room.list().value().at(0).recording);
  REQUIRE_DONE(world.room.destroy(*id, std::nullopt));
  wanted.more = "[]";
  REQUIRE_THROWS_AS(world.room.create(wanted), std::invalid_argument);
  wanted.more = R"({"bitrate":"much","publishers":true,"audiocodec":5})";
  REQUIRE_PLUGIN_ERROR(world.room.create(wanted), 430);
}

TEST_CASE("VideoRoom: participants and kick and moderate -> work", "[janus][client]") {
  const ClientWorld world;
  const VideoRoom& room = world.room;
  const JanusId id = world.make(1);
  const JanusId ann = world.stringIds ? JanusId{std::string{"ann"}} : JanusId{std::uint64_t{42}};
  const JanusId nobody = world.stringIds ? JanusId{std::string{"nobody"}} : JanusId{std::uint64_t{43}};
  REQUIRE(room.listParticipants(id).value().empty());
  REQUIRE_PLUGIN_ERROR(room.listParticipants(world.id(2)), 426);
  const VideoRoom guest = world.join(id, ann);
  const auto people = room.listParticipants(id).value();
  REQUIRE(people.size() == 1);
  CHECK(people[0].id == ann);
  CHECK(people[0].display == "Ann");
  CHECK_FALSE(people[0].publisher);
  CHECK(room.list().value().at(0).participants == 1);

  REQUIRE_PLUGIN_ERROR(room.moderate(id, ann, "0", true, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.moderate(id, ann, "0", true, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.moderate(id, nobody, "0", true, roomSecret), 428);
  REQUIRE_PLUGIN_ERROR(room.moderate(world.id(2), ann, "0", true, roomSecret), 426);

  REQUIRE_PLUGIN_ERROR(room.kick(id, ann, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.kick(id, ann, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.kick(id, nobody, roomSecret), 428);
  REQUIRE_PLUGIN_ERROR(room.kick(world.id(2), ann, roomSecret), 426);
  REQUIRE_DONE(room.kick(id, ann, roomSecret));
  REQUIRE(eventually([&] { return room.listParticipants(id).value().empty(); }));
}

TEST_CASE("VideoRoom: tokens and forwarders and recording -> work", "[janus][client]") {
  const ClientWorld world;
  const VideoRoom& room = world.room;
  const JanusId id = world.make(1);
  const std::vector<Secret> both{Secret{"token-of-ann"}, Secret{"token-of-bob"}};
  REQUIRE(room.allowed(id, AllowedAction::enable, {}, roomSecret).value().empty());
  const auto allowed = room.allowed(id, AllowedAction::add, both, roomSecret).value();
  REQUIRE(std::is_permutation(allowed.begin(), allowed.end(), both.begin(), both.end()));
  REQUIRE(room.allowed(id, AllowedAction::remove, {both[1]}, roomSecret).value() == std::vector{both[0]});
  REQUIRE(room.allowed(id, AllowedAction::disable, {}, roomSecret).value().empty());
  REQUIRE_PLUGIN_ERROR(room.allowed(id, AllowedAction::enable, {}, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.allowed(id, AllowedAction::enable, {}, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.allowed(world.id(2), AllowedAction::enable, {}, roomSecret), 426);

  REQUIRE(room.listForwarders(id, roomSecret).value().empty());
  REQUIRE_PLUGIN_ERROR(room.listForwarders(id, std::nullopt), 429);
  REQUIRE_PLUGIN_ERROR(room.listForwarders(id, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.listForwarders(world.id(2), roomSecret), 426);

  REQUIRE_DONE(room.enableRecording(id, true, roomSecret));
  REQUIRE(room.list().value().at(0).recording);
  REQUIRE_DONE(room.enableRecording(id, false, roomSecret));
  REQUIRE_FALSE(room.list().value().at(0).recording);
  REQUIRE_PLUGIN_ERROR(room.enableRecording(id, true, wrong), 433);
  REQUIRE_PLUGIN_ERROR(room.enableRecording(world.id(2), true, roomSecret), 426);
}

TEST_CASE("VideoRoom: the other kind of ids -> refused", "[janus][client]") {
  const ClientWorld world;
  const JanusId other = world.stringIds ? JanusId{std::uint64_t{1}} : JanusId{std::string{"one"}};
  REQUIRE_PLUGIN_ERROR(world.room.exists(other), 430);
  NewRoom wanted;
  wanted.id = other;
  REQUIRE_PLUGIN_ERROR(world.room.create(wanted), 430);
  REQUIRE(world.room.idKind().value() == (world.stringIds ? janus::IdKind::text : janus::IdKind::number));
}

TEST_CASE("JanusClient: wrong and missing secrets -> refused", "[janus][client]") {
  const JanusServer server;
  const auto with = [&](WayIn wayIn, auto change) {
    janus::JanusOptions options = server.options(wayIn);
    change(options);
    return VideoRoom(std::make_shared<janus::JanusClient>(options));
  };
  NewRoom wanted;
  wanted.secret = roomSecret;
  for (const auto& secret : {std::optional<Secret>{}, std::optional<Secret>{wrong}}) {
    const VideoRoom admin = with(WayIn::adminApi, [&](auto& options) { options.adminSecret = secret; });
    REQUIRE_FAILED(admin.list(), ErrorKind::core, 403);
    const VideoRoom api = with(WayIn::httpApi, [&](auto& options) { options.apiSecret = secret; });
    REQUIRE_FAILED(api.list(), ErrorKind::core, 403);
  }
  const VideoRoom noKey = with(WayIn::adminApi, [](auto& options) { options.videoRoomSecret.reset(); });
  REQUIRE_PLUGIN_ERROR(noKey.create(wanted), 429);
  REQUIRE(noKey.list().value().empty());
  const VideoRoom wrongKey = with(WayIn::adminApi, [](auto& options) { options.videoRoomSecret = wrong; });
  REQUIRE_PLUGIN_ERROR(wrongKey.create(wanted), 433);
  REQUIRE_PLUGIN_ERROR(wrongKey.list(), 433);
}

TEST_CASE("JanusClient: an unknown plugin or request -> refused", "[janus][client]") {
  const JanusServer server;
  for (const WayIn wayIn : {WayIn::adminApi, WayIn::httpApi}) {
    janus::JanusClient client(server.options(wayIn));
    REQUIRE_FAILED(client.askPlugin("janus.plugin.nope", "{}", Repeat::never), ErrorKind::core, 460);
    REQUIRE_PLUGIN_ERROR(
        client.askPlugin("janus.plugin.videoroom", R"({"request":"frobnicate"})", Repeat::never), 423);
    REQUIRE_PLUGIN_ERROR(client.askPlugin("janus.plugin.videoroom", R"({"noreq":1})", Repeat::never), 429);
    REQUIRE_THROWS_AS(client.askPlugin("janus.plugin.videoroom", "{bad", Repeat::never),
                      std::invalid_argument);
  }
}

TEST_CASE("JanusClient: an address that is not Janus's -> recognized", "[janus][client]") {
  const JanusServer server;
  janus::JanusOptions options = server.options(WayIn::adminApi);
  options.adminEndpoint.replace(options.adminEndpoint.size() - 6, 6, "/elsewhere");
  REQUIRE_FAILED(janus::JanusClient(options).info(), ErrorKind::httpStatus, 404);
}

TEST_CASE("JanusClient: the server has lost the session -> made again", "[janus][client]") {
  JanusServer server;
  const VideoRoom room = server.videoRoom(WayIn::httpApi);
  REQUIRE_DONE(room.list());
  for (int round = 0; round < 2; ++round) {
    server.restart();
    NewRoom wanted;
    wanted.secret = roomSecret;
    REQUIRE_DONE(room.create(wanted));
    REQUIRE(room.list().value().size() == 1);
  }
}

TEST_CASE("JanusClient: TLS -> verified unless turned off", "[janus][client]") {
  const JanusServer server({.stringIds = true, .https = true});
  janus::JanusOptions options = server.options(WayIn::httpApi);
  REQUIRE_DONE(janus::JanusClient(options).ping());
  options.caFile.clear();
  const auto refused = janus::JanusClient(options).ping();
  REQUIRE_FALSE(refused.has_value());
  REQUIRE(refused.error().kind == ErrorKind::tls);
  options.verifyTls = false;
  REQUIRE_DONE(janus::JanusClient(options).ping());
  options.endpoint.replace(0, 5, "http");  // plain words to a port that speaks TLS
  REQUIRE_FALSE(janus::JanusClient(options).ping().has_value());
}

}  // namespace
}  // namespace messenger::tests
