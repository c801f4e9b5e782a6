// With a real Janus, which asks clients for signed tokens.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "janus_token.hpp"
#include "messenger/testing/faulty_storage.hpp"
#include "tests/call_server/server_world.hpp"
#include "tests/janus/janus_server.hpp"
#include "tests/support/catch.hpp"

namespace call_server::tests {
namespace {

namespace janus = messenger::janus;
using messenger::CallId;
using messenger::Secret;
using messenger::tests::JanusServer;
using std::chrono::milliseconds;

/// A client of Janus, as a browser is one: over the HTTP API, with tokens alone.
class JanusPage {
 public:
  JanusPage(const JanusServer& server, Json token, std::string kind = "token")
      : kind_(std::move(kind)), token_(std::move(token)) {
    const std::string address = server.options().endpoint;
    const std::size_t colon = address.rfind(':');
    port_ = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  }

  Json ask(const std::string& path, Json body) {
    body["transaction"] = "t";
    if (!token_.is_null()) body[kind_] = token_;
    WebClient client(port_);
    return client.post("/janus" + path, body.dump()).json();
  }

  /// The first event of the plugin for this join: `joined`, or an error.
  Json join(const Json& media) {
    const Json session = ask("", {{"janus", "create"}});
    if (session["janus"] != "success") return session;
    path_ = '/' + session["data"]["id"].dump();
    const Json handle = ask(path_, {{"janus", "attach"}, {"plugin", "janus.plugin.videoroom"}});
    if (handle["janus"] != "success") return handle;
    handle_ = path_ + '/' + handle["data"]["id"].dump();
    Json body{{"request", "join"}, {"ptype", "publisher"}};
    for (const auto& [name, key] :
         {std::pair{"room", "room"}, {"pin", "pin"}, {"id", "participant"}, {"token", "room_token"}}) {
      // Janus takes no null for a text.
      if (!media[key].is_null()) body[name] = media[key];
    }
    ask(handle_, {{"janus", "message"}, {"body", body}});
    return nextEvent();
  }

  /// What Janus reports about the room with the admin key. After `join`.
  Json describe(const Json& room) {
    const Json body{{"request", "list"}, {"admin_key", JanusServer::adminKey}};
    const Json rooms = ask(handle_, {{"janus", "message"}, {"body", body}})["plugindata"]["data"]["list"];
    for (const Json& each : rooms) {
      if (each["room"] == room) return each;
    }
    return {};
  }

  Json nextEvent() {
    while (true) {
      WebClient client(port_);
      const Json event =
          client.get("/janus" + path_ + '?' + kind_ + '=' + escaped(token_.get<std::string>())).json();
      if (event["janus"] == "event") return event["plugindata"]["data"];
      if (event["janus"] != "keepalive") return event;
    }
  }

 private:
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
      out += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    return out;
  }

  std::string kind_;
  Json token_;
  std::uint16_t port_ = 0;
  std::string path_;
  std::string handle_;
};

struct MediaWorld {
  explicit MediaWorld(bool stringIds = true, milliseconds reconcileInterval = milliseconds{100},
                      bool hasTokens = true)
      : janus({.stringIds = stringIds, .https = false, .tokens = hasTokens}),
        interval(reconcileInterval),
        tokens(hasTokens) {}

  JanusServer janus;
  milliseconds interval;
  bool tokens;
  std::shared_ptr<messenger::testing::FaultyStorage> storage;
  ServerWorld world{[this](CallServer::Parts& parts) {
    parts.janus = janus.options();
    parts.settings.janusPublicUrl = "ws://127.0.0.1:8188";
    if (tokens) parts.settings.janusTokenSecret = Secret{JanusServer::tokenSecret};
    parts.settings.reconcileInterval = interval;
    storage = std::make_shared<messenger::testing::FaultyStorage>(parts.storage);
    parts.storage = storage;
  }};
  janus::VideoRoom rooms = janus.videoRoom();

  /// How often the media of somebody was to be taken, as the metrics have it.
  int kicks(const std::string& outcome) {
    const std::string text = world.admin().get("/metrics").body;
    const std::string name = "messenger_job_runs_total{outcome=\"" + outcome + "\",type=\"RemoveFromRoom\"} ";
    const std::size_t begin = text.find(name);
    return begin == std::string::npos ? 0 : std::stoi(text.substr(begin + name.size()));
  }

  Json mediaOf(const std::string& user, const std::string& call) {
    WebClient client = world.clientOf(user);
    Reply reply;
    const bool there = eventually([&] {
      reply = client.post("/calls/" + call + "/media");
      return reply.status != 409 && reply.status != 503;
    });
    if (!there || reply.status != 200) throw std::runtime_error("no media: " + reply.body);
    return reply.json();
  }

  janus::JanusId roomOf(const std::string& call) {
    return janus::roomIdOf(CallId{call}, Secret{JanusServer::roomKey}, rooms.idKind().value());
  }
};

/// No look at the rooms but the first, and those after Janus was away.
constexpr std::chrono::hours never{24};

/// Who is in the room. Beside other tests Janus may take longer to say so than the client waits.
std::vector<janus::RoomParticipant> participantsIn(const janus::VideoRoom& rooms,
                                                   const janus::JanusId& room) {
  std::vector<janus::RoomParticipant> found;
  REQUIRE(eventually([&] {
    const auto now = rooms.listParticipants(room);
    if (now) found = *now;
    return now.has_value();
  }));
  return found;
}

}  // namespace

TEST_CASE("media: tokens -> open the room of the user's call and no other", "[call_server][janus]") {
  MediaWorld media;
  const std::string call = media.world.start("alice", "team");
  const auto clock = [] { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); };
  const auto before = clock();
  const Json details = media.mediaOf("alice", call);
  const std::string token = details["token"].get<std::string>();
  const auto expires = std::stol(token);
  CHECK(expires >= before + 600);
  CHECK(expires <= clock() + 600);
  CHECK(token.substr(token.find(','), token.rfind(':') - token.find(',')) == ",janus,janus.plugin.videoroom");
  CHECK(media.world.clientOf("alice").get("/session").json()["media"] == true);
  CHECK(details["server"] == "ws://127.0.0.1:8188");
  CHECK(details["expires_in"] == 600);
  CHECK(details["room"].is_string());

  JanusPage page(media.janus, details["token"]);
  Json joined = page.join(details);
  INFO(joined.dump());
  CHECK(joined["videoroom"] == "joined");
  CHECK(joined["id"] == details["participant"]);

  // Who watches others has to be somebody in the room.
  CHECK(page.describe(details["room"])["require_pvtid"] == true);

  // Without the one token Janus does not talk, without the other the room stays closed.
  CHECK(JanusPage(media.janus, nullptr).ask("", {{"janus", "create"}})["error"]["code"] == 403);
  Json other = media.mediaOf("alice", call);
  other["room_token"] = details["token"];
  CHECK(JanusPage(media.janus, details["token"]).join(other)["error_code"] == 433);
  other["room_token"] =
      janusToken(Secret{JanusServer::tokenSecret}, 4'000'000'000, videoRoomPlugin, {"room=another"});
  CHECK(JanusPage(media.janus, details["token"]).join(other)["error_code"] == 433);
  const std::string expired =
      janusToken(Secret{JanusServer::tokenSecret}, 1'600'000'000, "janus", {"janus.plugin.videoroom"});
  CHECK(JanusPage(media.janus, expired).ask("", {{"janus", "create"}})["error"]["code"] == 403);
  // Nor is it a key to other plugins.
  JanusPage second(media.janus, details["token"]);
  const std::string path = '/' + second.ask("", {{"janus", "create"}})["data"]["id"].dump();
  CHECK(second.ask(path, {{"janus", "attach"}, {"plugin", "janus.plugin.echotest"}})["janus"] == "error");
}

TEST_CASE("media: a server with numeric ids -> gets numbers", "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/false);
  const std::string call = media.world.start("alice", "team");
  Json details = media.mediaOf("alice", call);
  REQUIRE(details["room"].is_number_unsigned());
  REQUIRE(details["participant"].is_number_unsigned());
  CHECK(details["participant"].get<std::uint64_t>() < (std::uint64_t{1} << 53U));
  CHECK(JanusPage(media.janus, details["token"]).join(details)["videoroom"] == "joined");
}

TEST_CASE("media: Janus requires no tokens -> there are none but the room's, which is as strict otherwise",
          "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never, /*hasTokens=*/false);
  const std::string call = media.world.start("alice", "team");
  Json details = media.mediaOf("alice", call);
  CHECK(details["token"].is_null());
  JanusPage page(media.janus, JanusServer::apiSecret, "apisecret");
  Json joined = page.join(details);
  INFO(joined.dump());
  REQUIRE(joined["videoroom"] == "joined");
  details["room_token"] = nullptr;
  CHECK(JanusPage(media.janus, JanusServer::apiSecret, "apisecret").join(details)["error_code"] == 433);
  CHECK(page.describe(details["room"])["require_pvtid"] == true);
}

TEST_CASE("media: no room yet -> pages are asked to try again", "[call_server][janus]") {
  MediaWorld media;
  // No job is given out: the room is not made.
  media.storage->failIf([](const auto& operation) { return operation.name == "claim"; },
                        messenger::testing::Fault::before);
  const std::string call = media.world.start("alice", "team");
  const Reply reply = media.world.clientOf("alice").post("/calls/" + call + "/media");
  CHECK(reply.status == 409);
  CHECK(reply.reason() == "notReady");
  CHECK(reply.headers.at("retry-after") == "1");
  media.storage->heal();
  CHECK(media.mediaOf("alice", call)["room"].is_string());
}

TEST_CASE("media: a user is kicked -> loses the media, and nothing that they have seen opens the room",
          "[call_server][janus]") {
  const bool stringIds = GENERATE(true, false);
  MediaWorld media(stringIds, never);
  const std::string call = media.world.start("alice", "team");
  REQUIRE(media.world.clientOf("bob").post(callPath("team", call, "join")).status == 201);
  Json bobs = media.mediaOf("bob", call);
  Json alices = media.mediaOf("alice", call);
  const janus::JanusId room = media.roomOf(call);
  JanusPage bob(media.janus, bobs["token"]);
  REQUIRE(bob.join(bobs)["videoroom"] == "joined");
  JanusPage alice(media.janus, alices["token"]);
  REQUIRE(alice.join(alices)["videoroom"] == "joined");
  // Bob comes a second time, under an id of his own.
  Json twice = bobs;
  twice["participant"] = stringIds ? Json("nobody") : Json(7001);
  JanusPage second(media.janus, bobs["token"]);
  REQUIRE(second.join(twice)["videoroom"] == "joined");
  REQUIRE(participantsIn(media.rooms, room).size() == 3);

  WebClient owner = media.world.clientOf("alice");
  const std::string seat = owner.get(callPath("team", call, "participants")).json()[1]["id"];
  REQUIRE(owner.request("PUT", callPath("team", call, "participants/" + seat), R"({"kicked":true})").status ==
          200);
  CHECK(eventually([&] { return participantsIn(media.rooms, room).size() == 1; }));
  CHECK(media.world.clientOf("bob").post("/calls/" + call + "/media").status == 403);
  // With the token that he kept, and with any that he can think of, under every id that he has seen.
  for (const Json& id : {bobs["participant"], alices["participant"], twice["participant"]}) {
    for (const Json& token : {bobs["room_token"], bobs["token"], Json("a token"), Json(nullptr)}) {
      Json tried = bobs;
      tried["participant"] = id;
      tried["room_token"] = token;
      CHECK(JanusPage(media.janus, bobs["token"]).join(tried)["error_code"] == 433);
    }
  }
  const auto left = participantsIn(media.rooms, room);
  REQUIRE(left.size() == 1);
  CHECK(janus::toText(left.front().id) ==
        (stringIds ? alices["participant"].get<std::string>() : alices["participant"].dump()));
}

TEST_CASE("media: each device -> a place and a token of its own", "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never);
  const std::string call = media.world.start("alice", "team");
  WebClient bob = media.world.clientOf("bob");
  const auto on = [](const char* device) { return Json{{"device_id", device}}.dump(); };
  Json places;
  for (const char* device : {"phone", "desk"}) {
    REQUIRE(bob.post(callPath("team", call, "join"), on(device)).status < 300);
    Reply reply;
    REQUIRE(eventually([&] {
      reply = bob.post("/calls/" + call + "/media", on(device));
      return reply.status == 200;
    }));
    places[device] = reply.json();
  }
  CHECK(places["phone"]["participant"] != places["desk"]["participant"]);
  JanusPage phone(media.janus, places["phone"]["token"]);
  JanusPage desk(media.janus, places["desk"]["token"]);
  REQUIRE(phone.join(places["phone"])["videoroom"] == "joined");
  REQUIRE(desk.join(places["desk"])["videoroom"] == "joined");
  REQUIRE(bob.post(callPath("team", call, "leave"), on("phone")).status == 200);
  std::vector<janus::RoomParticipant> inside;
  CHECK(eventually([&] {
    inside = participantsIn(media.rooms, media.roomOf(call));
    return inside.size() == 1;
  }));
  REQUIRE_FALSE(inside.empty());
  CHECK(inside.front().id == janus::JanusId{places["desk"]["participant"].get<std::string>()});
  CHECK(bob.post("/calls/" + call + "/media", on("phone")).reason() == "notInCall");
  CHECK(bob.post("/calls/" + call + "/media", on("a b")).status == 422);
  CHECK(bob.post("/calls/" + call + "/media", R"({"device_id":7})").status == 422);
}

TEST_CASE("media: a user leaves or is kicked -> loses the media at once", "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never);
  const std::string call = media.world.start("alice", "team");
  const janus::JanusId room = media.roomOf(call);
  for (const char* how : {"leave", "kick"}) {
    INFO(how);
    WebClient bob = media.world.clientOf("bob");
    REQUIRE(bob.post(callPath("team", call, "join")).status < 300);
    Json details = media.mediaOf("bob", call);
    JanusPage page(media.janus, details["token"]);
    REQUIRE(page.join(details)["videoroom"] == "joined");
    const std::string place = details["participant"].get<std::string>();
    const std::string seat = "participants/" + place.substr(0, place.find('.'));
    const Reply out = how == std::string{"leave"}
                          ? bob.post(callPath("team", call, "leave"))
                          : media.world.clientOf("alice").request("PUT", callPath("team", call, seat),
                                                                  R"({"kicked":true})");
    REQUIRE(out.status == 200);
    CHECK(eventually([&] { return participantsIn(media.rooms, room).empty(); }));
  }
  CHECK(eventually([&] { return media.kicks("done") == 2; }));
}

TEST_CASE("media: not in the room or room gone -> counts as removed unless Janus is down",
          "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never);
  const std::string call = media.world.start("alice", "team");
  (void)media.mediaOf("alice", call);
  WebClient bob = media.world.clientOf("bob");
  const auto comesAndGoes = [&] {
    REQUIRE(bob.post(callPath("team", call, "join")).status < 300);
    REQUIRE(bob.post(callPath("team", call, "leave")).status == 200);
  };
  comesAndGoes();
  CHECK(eventually([&] { return media.kicks("done") == 1; }));
  const Secret secret = janus::roomSecretOf(CallId{call}, Secret{JanusServer::roomKey});
  REQUIRE(media.rooms.destroy(media.roomOf(call), secret));
  comesAndGoes();
  CHECK(eventually([&] { return media.kicks("done") == 2; }));
  media.janus.kill();
  comesAndGoes();
  CHECK(eventually([&] { return media.kicks("retry") + media.kicks("failed") >= 1; }));
  CHECK(media.kicks("done") == 2);
  // Back again: what had failed meanwhile is done.
  media.janus.start();
  CHECK(eventually([&] { return media.kicks("done") == 3; }));
}

TEST_CASE("media: a user joins again before the removal -> the new place is kept", "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never);
  const std::string call = media.world.start("alice", "team");
  REQUIRE(media.world.clientOf("bob").post(callPath("team", call, "join")).status == 201);
  const Json before = media.mediaOf("bob", call);
  JanusPage first(media.janus, before["token"]);
  REQUIRE(first.join(before)["videoroom"] == "joined");
  std::atomic<bool> closed{true};
  media.storage->failIf([&](const auto& operation) { return operation.name == "claim" && closed; },
                        messenger::testing::Fault::before);
  REQUIRE(media.world.clientOf("bob").post(callPath("team", call, "leave")).status == 200);
  REQUIRE(media.world.clientOf("bob").post(callPath("team", call, "join")).status == 200);
  const Json after = media.mediaOf("bob", call);
  CHECK(after["participant"] != before["participant"]);
  JanusPage again(media.janus, after["token"]);
  REQUIRE(again.join(after)["videoroom"] == "joined");
  closed = false;
  std::vector<janus::RoomParticipant> inside;
  CHECK(eventually([&] {
    inside = participantsIn(media.rooms, media.roomOf(call));
    return inside.size() == 1;
  }));
  REQUIRE_FALSE(inside.empty());
  CHECK(inside.front().id == janus::JanusId{after["participant"].get<std::string>()});
}

TEST_CASE("media: a room disappears -> made again", "[call_server][janus]") {
  MediaWorld media;
  const std::string call = media.world.start("alice", "team");
  (void)media.mediaOf("alice", call);
  const janus::JanusId room = media.roomOf(call);
  REQUIRE(media.rooms.destroy(room, janus::roomSecretOf(CallId{call}, Secret{JanusServer::roomKey})));
  CHECK(eventually([&] { return media.rooms.exists(room).value_or(false); }));
}

TEST_CASE("media: Janus is killed -> its rooms are made again and pages are notified",
          "[call_server][janus]") {
  MediaWorld media(/*stringIds=*/true, never);
  const auto tells = [&](const std::string& line) {
    return media.world.admin().get("/metrics").body.find(line + '\n') != std::string::npos;
  };
  const std::string call = media.world.start("alice", "team");
  CHECK(eventually([&] { return tells("call_server_janus_up 1"); }));
  const Json before = media.mediaOf("alice", call);
  SocketClient socket = media.world.socketOf("alice");
  REQUIRE(socket.subscribe("call." + call)["event"] == "subscribed");
  media.janus.kill();
  REQUIRE(eventually([&] {
    return media.world.logger->has(messenger::LogLevel::warning, "the media server does not answer");
  }));
  CHECK(tells("call_server_janus_up 0"));
  media.janus.start();
  CHECK(eventually([&] { return tells("call_server_rooms_renewed_total 1"); }));
  CHECK(socket.waitFor("call.ready")["data"]["call"] == call);
  CHECK(media.rooms.exists(media.roomOf(call)).value());
  const Json after = media.mediaOf("alice", call);
  CHECK(after["room"] == before["room"]);
  CHECK(JanusPage(media.janus, after["token"]).join(after)["videoroom"] == "joined");

  media.world.clientOf("alice").post(callPath("team", call, "end"));
  CHECK(eventually(
      [&] { return media.world.server->messenger().host().findCall(CallId{call})->teardownComplete; }));
  CHECK_FALSE(media.rooms.exists(media.roomOf(call)).value());
}

TEST_CASE("media: everything the server answers or pushes or counts or logs -> no secret",
          "[call_server][janus]") {
  MediaWorld media;
  SocketClient socket = media.world.socketOf("bob");
  const std::string call = media.world.start("alice", "alice-bob");
  WebClient alice = media.world.clientOf("alice");
  std::string seen = media.mediaOf("alice", call).dump() + socket.waitFor("incoming.call").dump();
  for (const std::string& path : {std::string{"/session"}, std::string{"/conversations"},
                                  std::string{"/conversations/alice-bob/history"}, std::string{"/"},
                                  callPath("alice-bob", call), callPath("alice-bob")}) {
    const Reply reply = alice.get(path);
    seen += reply.body;
    for (const auto& [name, value] : reply.headers) seen += value;
  }
  seen += media.world.admin().get("/metrics").body;
  media.janus.kill();
  alice.post(callPath("alice-bob", call, "end"));
  seen += socket.waitFor("call.ended").dump();
  REQUIRE(
      eventually([&] { return media.world.logger->has(messenger::LogLevel::warning, "does not answer"); }));
  seen += media.world.loggedText();
  for (const std::string& secret :
       {std::string{JanusServer::apiSecret}, std::string{JanusServer::adminSecret},
        std::string{JanusServer::adminKey}, std::string{JanusServer::tokenSecret},
        std::string{JanusServer::roomKey}, std::string{ServerWorld::secret},
        janus::roomSecretOf(CallId{call}, Secret{JanusServer::roomKey}).reveal()}) {
    CHECK(seen.find(secret) == std::string::npos);
  }
}

}  // namespace call_server::tests
