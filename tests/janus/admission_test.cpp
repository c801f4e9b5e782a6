// Who gets into a real Janus's room, and that whoever is out of the call is out of it, whatever they try.
#include <algorithm>
#include <deque>
#include <set>

#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/errors.hpp"
#include "tests/janus/janus_matchers.hpp"
#include "tests/janus/janus_server.hpp"

namespace messenger::tests {
namespace {

using janus::JanusDriver;
using janus::JanusDriverSettings;
using janus::VideoRoom;
using janus::WayIn;

const Secret annsMedia{"11111111111111111111111111111111"};
const Secret bobsMedia{"22222222222222222222222222222222"};
const Secret evesMedia{"33333333333333333333333333333333"};

JanusDriverSettings admittingSettings() {
  JanusDriverSettings settings{Secret{JanusServer::roomKey}};
  settings.admitsSessions = true;
  return settings;
}

CallSession sessionOf(const Secret& mediaId) {
  CallSession session;
  session.participant = ParticipantId{"01HF." + mediaId.reveal().substr(0, 4)};
  session.mediaId = mediaId;
  return session;
}

/// A room on a real Janus, and clients without media that join it over the HTTP API, as browsers do.
struct Doors {
  Doors() {
    call.id = CallId{"01HFDOORS"};
    call.threadId = ThreadId{"team"};
    Thread team;
    team.type = ThreadType::group;
    team.members = 9;
    JanusDriver driver(room, admittingSettings());
    REQUIRE(driver.create(team, call));
    call.room = Room{driver.getRoomId(), driver.getRoomPin(), std::nullopt, Secret{*driver.getRoomSecret()}};
    call.setupComplete = true;
  }

  [[nodiscard]] RoomCredentials admit(const Secret& mediaId) const {
    JanusDriver driver(room, admittingSettings());
    auto credentials = driver.access()->admit(call, sessionOf(mediaId));
    REQUIRE(credentials);
    return *credentials;
  }
  [[nodiscard]] bool remove(const Secret& mediaId) const {
    JanusDriver driver(room, admittingSettings());
    return driver.removal()->remove(call, mediaId);
  }

  /// Asks to join; the answer is an event that nobody waits for.
  void knock(const std::string& id, const std::optional<std::string>& token) {
    const auto quoted = [&](const std::string& text) { return stringIds ? '"' + text + '"' : text; };
    std::string body = R"({"request":"join","ptype":"publisher","room":)" + quoted(*call.room->id) +
                       R"(,"id":)" + quoted(id) + R"(,"pin":")" + *call.room->pin + '"';
    if (token) body += R"(,"token":")" + *token + '"';
    guests.push_back(server.videoRoom(WayIn::httpApi));
    const auto later =
        guests.back().client().askPlugin("janus.plugin.videoroom", body + '}', janus::Repeat::never);
    REQUIRE_FAILED(later, janus::ErrorKind::malformedReply, 0);
  }
  /// Janus takes one join after another: once this one is in, all before it were decided.
  void enter(const RoomCredentials& with) {
    knock(with.identity, with.token.reveal());
    REQUIRE(eventually([&] { return inside().contains(with.identity); }));
  }
  [[nodiscard]] std::set<std::string> inside() const {
    const auto kind = room.idKind().value();
    const auto found = room.listParticipants(roomIdOf(call.id, Secret{JanusServer::roomKey}, kind)).value();
    std::set<std::string> ids;
    for (const auto& each : found) ids.insert(janus::toText(each.id));
    return ids;
  }

  bool stringIds = GENERATE(true, false);
  JanusServer server{{stringIds}};
  VideoRoom room = server.videoRoom();
  CallWithRoom call;
  std::deque<VideoRoom> guests;
};

using Ids = std::set<std::string>;

}  // namespace

TEST_CASE("Janus admission: only a token of the room opens it", "[janus][admission]") {
  Doors doors;
  const RoomCredentials ann = doors.admit(annsMedia);
  doors.knock("7001", std::nullopt);
  doors.knock("7002", "a token");
  doors.knock("7003", ann.token.reveal().substr(0, ann.token.reveal().rfind('.')));
  doors.enter(ann);
  CHECK(doors.inside() == Ids{ann.identity});
  CHECK(ann.identity.find(annsMedia.reveal()) == std::string::npos);
  CHECK(ann.token.reveal().find(annsMedia.reveal()) == std::string::npos);
  CHECK(ann.token.reveal().find(ann.identity) == std::string::npos);
  if (doors.stringIds) CHECK(ann.identity.starts_with(sessionOf(annsMedia).participant.value() + '.'));
}

TEST_CASE("Janus admission: each request gives another token, for the same place", "[janus][admission]") {
  Doors doors;
  const RoomCredentials first = doors.admit(annsMedia);
  const RoomCredentials second = doors.admit(annsMedia);
  CHECK(first.identity == second.identity);
  CHECK_FALSE(first.token == second.token);
  for (int i = 0; i < 10; ++i) (void)doors.admit(annsMedia);
  const RoomCredentials last = doors.admit(annsMedia);
  const RoomCredentials bob = doors.admit(bobsMedia);
  CHECK(bob.identity != last.identity);
  doors.knock("7001", first.token.reveal());  // long replaced
  doors.enter(last);
  doors.enter(bob);
  CHECK(doors.inside() == Ids{last.identity, bob.identity});
}

TEST_CASE("Janus admission: removed -> out, and no way back with what they have", "[janus][admission]") {
  Doors doors;
  const RoomCredentials ann = doors.admit(annsMedia);
  const RoomCredentials bob = doors.admit(bobsMedia);
  const RoomCredentials eve = doors.admit(evesMedia);
  doors.enter(ann);
  doors.enter(eve);
  REQUIRE(doors.remove(evesMedia));
  CHECK(doors.inside() == Ids{ann.identity});
  // Under every id that she has seen, with every token that she was given.
  for (const std::string& id : {eve.identity, ann.identity, bob.identity, std::string{"7001"}}) {
    doors.knock(id, eve.token.reveal());
    doors.knock(id, std::nullopt);
  }
  doors.enter(bob);
  CHECK(doors.inside() == Ids{ann.identity, bob.identity});
  CHECK(doors.remove(evesMedia));
  CHECK(doors.inside() == Ids{ann.identity, bob.identity});
}

TEST_CASE("Janus admission: in the room under other ids too -> all of these are removed",
          "[janus][admission]") {
  Doors doors;
  const RoomCredentials ann = doors.admit(annsMedia);
  const RoomCredentials eve = doors.admit(evesMedia);
  doors.enter(ann);
  doors.knock("7001", eve.token.reveal());
  doors.knock("7002", eve.token.reveal());
  doors.enter(eve);
  REQUIRE(doors.inside() == Ids{"7001", "7002", ann.identity, eve.identity});
  REQUIRE(doors.remove(evesMedia));
  CHECK(doors.inside() == Ids{ann.identity});
}

TEST_CASE("Janus admission: somebody sits on another one's id -> out when that session is replaced",
          "[janus][admission]") {
  Doors doors;
  const RoomCredentials ann = doors.admit(annsMedia);
  const RoomCredentials eve = doors.admit(evesMedia);
  doors.knock(ann.identity, eve.token.reveal());
  doors.enter(eve);
  REQUIRE(doors.inside() == Ids{ann.identity, eve.identity});
  // Ann's device joins the call anew, with another media id, and its session of before is removed.
  const Secret annAgain{"44444444444444444444444444444444"};
  const RoomCredentials fresh = doors.admit(annAgain);
  REQUIRE(doors.remove(annsMedia));
  CHECK(doors.inside() == Ids{eve.identity});
  doors.enter(fresh);
  REQUIRE(doors.remove(evesMedia));
  CHECK(doors.inside() == Ids{fresh.identity});
}

TEST_CASE("Janus admission: there is no such room -> removed, and nobody is admitted", "[janus][admission]") {
  Doors doors;
  JanusDriver driver(doors.room, admittingSettings());
  REQUIRE(driver.destroy(doors.call));
  CHECK(doors.remove(annsMedia));
  CHECK_THROWS_AS(driver.access()->admit(doors.call, sessionOf(annsMedia)), DriverError);
}

TEST_CASE("Janus admission: a room that is adopted -> opens for tokens only", "[janus][admission]") {
  const bool stringIds = GENERATE(true, false);
  const JanusServer server{{stringIds}};
  const VideoRoom room = server.videoRoom();
  CallWithRoom call;
  call.id = CallId{"01HFOLDER"};
  Thread team;
  JanusDriver before(room, JanusDriverSettings{Secret{JanusServer::roomKey}});
  CHECK(before.access() == nullptr);
  CHECK(before.removal() == nullptr);
  REQUIRE(before.create(team, call));
  JanusDriver now(room, admittingSettings());
  REQUIRE(now.create(team, call));
  const std::string id = stringIds ? '"' + *now.getRoomId() + '"' : *now.getRoomId();
  const VideoRoom guest = server.videoRoom(WayIn::httpApi);
  REQUIRE_FAILED(guest.client().askPlugin("janus.plugin.videoroom",
                                          R"({"request":"join","ptype":"publisher","pin":")" +
                                              *now.getRoomPin() + R"(","room":)" + id + '}',
                                          janus::Repeat::never),
                 janus::ErrorKind::malformedReply, 0);
  const auto admitted = now.access()->admit(call, sessionOf(annsMedia));
  REQUIRE(admitted);
  const VideoRoom ann = server.videoRoom(WayIn::httpApi);
  const std::string as = stringIds ? '"' + admitted->identity + '"' : admitted->identity;
  REQUIRE_FAILED(ann.client().askPlugin("janus.plugin.videoroom",
                                        R"({"request":"join","ptype":"publisher","pin":")" +
                                            *now.getRoomPin() + R"(","room":)" + id + R"(,"id":)" + as +
                                            R"(,"token":")" + admitted->token.reveal() + "\"}",
                                        janus::Repeat::never),
                 janus::ErrorKind::malformedReply, 0);
  const auto kind = room.idKind().value();
  const auto where = roomIdOf(call.id, Secret{JanusServer::roomKey}, kind);
  REQUIRE(eventually([&] { return !room.listParticipants(where).value().empty(); }));
  const auto inside = room.listParticipants(where).value();
  REQUIRE(inside.size() == 1);
  CHECK(janus::toText(inside[0].id) == admitted->identity);
}

}  // namespace messenger::tests
