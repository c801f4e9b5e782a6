// Every route by every kind of user in every state of a call, against the table "Who may do what".

#include <array>
#include <map>
#include <sstream>

#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

enum class State { beforeSetup, setUp, ended };

constexpr std::array<State, 3> states{State::beforeSetup, State::setUp, State::ended};

struct CheckedRoute {
  std::string name;
  std::string method;
  std::string path;  ///< with T, C and P for the thread, the call and a participant of it
  std::string body;
};

const std::vector<CheckedRoute> routes{
    {"start", "POST", "threads/T/calls", ""},
    {"list", "GET", "threads/T/calls", ""},
    {"page", "GET", "threads/T/calls/page/C", ""},
    {"show", "GET", "threads/T/calls/C", ""},
    {"join", "POST", "threads/T/calls/C/join", ""},
    {"leave", "POST", "threads/T/calls/C/leave", ""},
    {"end", "POST", "threads/T/calls/C/end", ""},
    {"ignore", "POST", "threads/T/calls/C/ignore", ""},
    {"heartbeat", "GET", "threads/T/calls/C/heartbeat", ""},
    {"heartbeat", "POST", "threads/T/calls/C/heartbeat", ""},
    {"everybody", "GET", "threads/T/calls/C/participants", ""},
    {"participant", "GET", "threads/T/calls/C/participants/P", ""},
    {"kick", "PUT", "threads/T/calls/C/participants/P", R"({"kicked":true})"},
    {"kick", "PATCH", "threads/T/calls/C/participants/P", R"({"kicked":true})"},
    {"unkick", "PUT", "threads/T/calls/C/participants/P", R"({"kicked":false})"},
    {"active", "GET", "active-calls", ""},
};

/// The meaning of a letter in the tables.
struct Answer {
  int status = 0;
  std::string reason;
};

const std::map<char, Answer> answers{
    {'.', {200, ""}},
    {'+', {201, ""}},
    {'?', {401, "unauthenticated"}},
    {'M', {403, "notMember"}},
    {'S', {403, "mayNotStart"}},
    {'A', {403, "callAlreadyActive"}},
    {'E', {403, "callEnded"}},
    {'K', {403, "kicked"}},
    {'N', {403, "notInCall"}},
    {'B', {403, "notOwnerOrAdmin"}},
    {'J', {403, "alreadyJoined"}},
    {'G', {403, "notGroup"}},
};

using Row = std::map<std::string, Answer>;

/// A table with the users in its first line; each further one has a verb, "active", "ended" or "any" for the
/// state of the call, and a letter for each user.
class Table {
 public:
  explicit Table(const std::string& text) {
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words{line};
      std::string verb;
      std::string state;
      if (!(words >> verb >> state)) continue;
      std::vector<std::string> cells;
      for (std::string cell; words >> cell;) cells.push_back(cell);
      if (callers_.empty()) {
        callers_ = cells;
        continue;
      }
      INFO(line);
      REQUIRE(cells.size() == callers_.size());
      for (const char* each : {"active", "ended"}) {
        if (state != "any" && state != each) continue;
        Row& row = rows_[{verb, each}];
        REQUIRE(row.empty());
        for (std::size_t i = 0; i < cells.size(); ++i) row[callers_[i]] = answers.at(cells[i].at(0));
      }
    }
  }

  [[nodiscard]] const std::vector<std::string>& callers() const { return callers_; }

  [[nodiscard]] const Answer& answer(const std::string& verb, State state, const std::string& caller) const {
    return rows_.at({verb, state == State::ended ? "ended" : "active"}).at(caller);
  }

 private:
  std::vector<std::string> callers_;
  std::map<std::pair<std::string, std::string>, Row> rows_;
};

/// The group: each user is a member with that name, in the state that the name says; `ownerGone` is the owner
/// after leaving. `start` needs admin or the right to start; nothing else looks at that.
const char* const groupTable = R"(
verb        state   nobody outsider member in left kicked unkicked owner ownerGone admin adminIn adminLeft adminKicked
start       active  ?      M        S      S  S    S      S        A     A         A     A       A         A
start       ended   ?      M        S      S  S    S      S        +     +         +     +       +         +
list        any     ?      M        .      .  .    .      .        .     .         .     .       .         .
page        any     ?      M        .      .  .    .      .        .     .         .     .       .         .
show        any     ?      M        .      .  .    .      .        .     .         .     .       .         .
join        active  ?      M        +      .  .    K      .        .     .         +     .       .         K
join        ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
leave       active  ?      M        N      .  N    K      N        .     N         N     .       N         K
leave       ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
end         active  ?      M        N      B  N    K      N        .     N         N     .       N         K
end         ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
ignore      active  ?      M        .      J  J    J      J        J     J         .     J       J         J
ignore      ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
heartbeat   active  ?      M        N      .  N    K      N        .     N         N     .       N         K
heartbeat   ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
everybody   any     ?      M        .      .  .    .      .        .     .         .     .       .         .
participant any     ?      M        .      .  .    .      .        .     .         .     .       .         .
kick        active  ?      M        N      B  N    K      N        .     N         N     .       N         K
kick        ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
unkick      active  ?      M        N      B  N    K      N        .     N         N     .       N         K
unkick      ended   ?      M        E      E  E    E      E        E     E         E     E       E         E
active      any     ?      .        .      .  .    .      .        .     .         .     .       .         .
)";

/// The private thread of `owner` and the other side, which is named by its state.
const char* const privateTable = R"(
verb        state   nobody outsider owner ownerGone other otherIn otherLeft
start       active  ?      M        A     A         A     A       A
start       ended   ?      M        +     +         +     +       +
list        any     ?      M        .     .         .     .       .
page        any     ?      M        .     .         .     .       .
show        any     ?      M        .     .         .     .       .
join        active  ?      M        .     .         +     .       .
join        ended   ?      M        E     E         E     E       E
leave       active  ?      M        .     N         N     .       N
leave       ended   ?      M        E     E         E     E       E
end         active  ?      M        .     N         N     .       N
end         ended   ?      M        E     E         E     E       E
ignore      active  ?      M        J     J         .     J       J
ignore      ended   ?      M        E     E         E     E       E
heartbeat   active  ?      M        .     N         N     .       N
heartbeat   ended   ?      M        E     E         E     E       E
everybody   any     ?      M        .     .         .     .       .
participant any     ?      M        .     .         .     .       .
kick        any     ?      M        G     G         G     G       G
unkick      any     ?      M        G     G         G     G       G
active      any     ?      .        .     .         .     .       .
)";

/// A call with everyone in their state.
struct Scene {
  HttpWorld world;
  std::string thread;
  CallId call;
  ParticipantId participant;  ///< of somebody who can be kicked

  [[nodiscard]] std::string fill(const std::string& path) const {
    const std::map<std::string, std::string> ids{
        {"T", thread}, {"C", call.value()}, {"P", participant.value()}};
    std::istringstream segments{path};
    std::string filled;
    for (std::string segment; std::getline(segments, segment, '/');) {
      const auto id = ids.find(segment);
      filled += (filled.empty() ? "" : "/") + (id == ids.end() ? segment : id->second);
    }
    return filled;
  }
};

void finish(Scene& scene, State state) {
  if (state == State::ended) REQUIRE_OK(scene.world.messenger.host().endCall(scene.call));
  scene.world.clock->advance(std::chrono::seconds{1});
}

std::unique_ptr<Scene> makeGroupScene(State state, const std::string& caller) {
  auto scene = std::make_unique<Scene>();
  HttpWorld& world = scene->world;
  scene->thread = "group";
  std::vector<ThreadMember> members;
  for (const char* plain : {"member", "in", "left", "kicked", "unkicked", "target"}) {
    members.push_back(HttpWorld::member(plain));
  }
  for (const char* admin : {"admin", "adminIn", "adminLeft", "adminKicked"}) {
    members.push_back(HttpWorld::member(admin));
    members.back().admin = true;
  }
  // The owner may start without being an admin, so that owning alone is what counts afterwards.
  const std::string owner = caller == "ownerGone" ? "ownerGone" : "owner";
  members.push_back(HttpWorld::member(owner));
  members.back().startCalls = true;
  world.makeGroup("group", members);

  const Call call = world.start("group", owner);
  scene->call = call.id;
  if (state == State::setUp) world.messenger.jobs().runPending();
  std::map<std::string, ParticipantId> rows;
  for (const char* each :
       {"in", "left", "kicked", "unkicked", "target", "adminIn", "adminLeft", "adminKicked"}) {
    rows[each] = world.join(call.id, each);
  }
  scene->participant = rows["target"];
  for (const char* each : {"left", "adminLeft"}) {
    REQUIRE_OK(world.messenger.leaveCall(call.id, HttpWorld::user(each)));
  }
  for (const char* each : {"kicked", "adminKicked", "unkicked"}) {
    REQUIRE_OK(world.messenger.kickParticipant(call.id, HttpWorld::user(owner), rows[each]));
  }
  REQUIRE_OK(world.messenger.unkickParticipant(call.id, HttpWorld::user(owner), rows["unkicked"]));
  if (caller == "ownerGone") REQUIRE_OK(world.messenger.leaveCall(call.id, HttpWorld::user(owner)));
  finish(*scene, state);
  return scene;
}

std::unique_ptr<Scene> makePrivateScene(State state, const std::string& caller) {
  auto scene = std::make_unique<Scene>();
  HttpWorld& world = scene->world;
  scene->thread = "pair";
  const std::string owner = caller == "ownerGone" ? "ownerGone" : "owner";
  const std::string other = caller.starts_with("other") ? caller : "otherIn";
  world.makePrivate("pair", HttpWorld::member(owner), HttpWorld::member(other));
  const Call call = world.start("pair", owner);
  scene->call = call.id;
  scene->participant = world.messenger.host().participants(call.id).at(0).id;
  if (state == State::setUp) world.messenger.jobs().runPending();
  if (other != "other") world.join(call.id, other);
  if (other == "otherLeft") REQUIRE_OK(world.messenger.leaveCall(call.id, HttpWorld::user(other)));
  if (caller == "ownerGone") REQUIRE_OK(world.messenger.leaveCall(call.id, HttpWorld::user(owner)));
  finish(*scene, state);
  return scene;
}

/// What a request may not have changed.
std::string fingerprint(Messenger& messenger, const CallId& call) {
  std::ostringstream out;
  out << messenger.host().findCall(call)->revision << ' ' << messenger.jobs().pending().size() << ' '
      << messenger.host().activeCalls(0, 100).size();
  return out.str();
}

bool isIn(const std::string& caller) {
  return caller == "in" || caller == "owner" || caller == "adminIn" || caller == "otherIn";
}

/// The room is shown to those in the call now, after setup, and to nobody else.
void checkRoom(const Json& call, State state, const std::string& caller) {
  if (state == State::ended) {
    REQUIRE_FALSE(call.contains("options"));
    return;
  }
  const Json& options = call.at("options");
  REQUIRE(options.at("setup_complete") == (state == State::setUp));
  const bool shown = state == State::setUp && isIn(caller);
  for (const char* key : {"room_id", "room_pin", "payload"}) REQUIRE(options.contains(key) == shown);
}

void checkOptions(const Json& options, bool inPrivate, const std::string& caller) {
  const bool never = caller == "member" || caller == "admin" || caller == "other";
  const bool boss = inPrivate || caller.starts_with("owner") || caller.starts_with("admin");
  REQUIRE(options.at("joined") == !never);
  REQUIRE(options.at("in_call") == isIn(caller));
  REQUIRE(options.at("left_call") == (!never && !isIn(caller)));
  REQUIRE(options.at("kicked") == (caller == "kicked" || caller == "adminKicked"));
  REQUIRE(options.at("admin") == (!never && boss));
}

void checkView(const CheckedRoute& route, const Scene& scene, const Reply& reply, State state,
               const std::string& caller) {
  if (route.name == "show") {
    checkRoom(reply.json, state, caller);
    if (state != State::ended) checkOptions(reply.json.at("options"), scene.thread == "pair", caller);
    REQUIRE(reply.json.contains("participants") == (state == State::ended));
  }
  if (route.name == "list") {
    REQUIRE(reply.json.at("data").size() == 1);
    checkRoom(reply.json.at("data").at(0), state, caller);
  }
  if (route.name == "page") REQUIRE(reply.json.at("data").empty());
  if (route.name == "active") {
    const bool sees = caller != "outsider" && state != State::ended;
    REQUIRE(reply.json.size() == (sees ? 1 : 0));
    if (sees) checkRoom(reply.json.at(0), state, caller);
  }
}

template <class MakeScene>
void walk(const Table& table, MakeScene makeScene) {
  std::size_t cells = 0;
  for (const CheckedRoute& route : routes) {
    for (const std::string& caller : table.callers()) {
      for (const State state : states) {
        const auto scene = makeScene(state, caller);
        const std::string path = scene->fill(route.path);
        const std::string before = fingerprint(scene->world.messenger, scene->call);
        const Answer& expected = table.answer(route.name, state, caller);
        INFO(route.method << ' ' << route.path << " by " << caller << ", state " << static_cast<int>(state));
        const Reply reply =
            scene->world.send(route.method, path, caller == "nobody" ? nobody : caller, route.body);
        CHECK(reply.status == expected.status);
        CHECK(reply.reason() == expected.reason);
        if (reply.status == 200) checkView(route, *scene, reply, state, caller);
        if (reply.status >= 400 || route.method == "GET") {
          REQUIRE(fingerprint(scene->world.messenger, scene->call) == before);
        }
        ++cells;
      }
    }
  }
  REQUIRE(cells == routes.size() * table.callers().size() * states.size());
}

}  // namespace

TEST_CASE("router: each kind of user in a group -> may do what the table says", "[http][integration]") {
  walk(Table{groupTable}, makeGroupScene);
}

TEST_CASE("router: each kind of user in a private thread -> may do what the table says",
          "[http][integration]") {
  walk(Table{privateTable}, makePrivateScene);
}

TEST_CASE("router: a user whose type is not valid -> may look and is put into no call", "[http][access]") {
  HttpWorld world;
  world.makeGroup("team", {HttpWorld::member("ann")});
  ThreadMember old;
  old.user = {"user.a", "b"};
  old.startCalls = true;
  REQUIRE(world.storage->threads()->putMember(ThreadId{"team"}, old) == ThreadStore::PutMember::stored);
  const auto send = [&](std::string_view method, const std::string& path) {
    const std::string whole = "/api/messenger/threads/team/calls" + path;
    return world.router.handle({.method = method, .path = whole, .user = old.user, .body = {}});
  };
  const auto requireRefused = [](const Response& response) {
    CHECK(response.status == 422);
    CHECK(Json::parse(response.body).at("reason") == "invalidInput");
  };
  requireRefused(send("POST", ""));
  CHECK(send("GET", "").status == 200);
  ThreadMember ann = HttpWorld::member("ann");
  ann.admin = true;
  REQUIRE_OK(world.messenger.threads().putMember(ThreadId{"team"}, ann));
  const Call call = world.start("team", "ann");
  requireRefused(send("POST", "/" + call.id.value() + "/join"));
  CHECK(send("GET", "/" + call.id.value()).status == 200);
  CHECK(send("POST", "/" + call.id.value() + "/leave").status == 403);
  CHECK(world.messenger.host().participants(call.id).size() == 1);
}

}  // namespace messenger::http
