#include <set>

#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

std::set<std::string> keys(const Json& object) {
  std::set<std::string> found;
  for (const auto& [key, value] : object.items()) found.insert(key);
  return found;
}

using Keys = std::set<std::string>;

const Json annAsJson{{"name", "Name of ann"}, {"provider_id", "ann"}, {"provider_alias", "user"}};

struct GroupWorld : HttpWorld {
  explicit GroupWorld(const Config& config = defaults()) : HttpWorld(config) {
    std::vector<ThreadMember> members{member("ann"), member("bob"), member("cid")};
    members.front().admin = true;
    makeGroup("team", members);
  }
};

}  // namespace

TEST_CASE("router: a call -> has the keys of the Laravel package", "[http][unit]") {
  GroupWorld world;
  const Reply started = world.send("POST", "threads/team/calls", "ann");
  REQUIRE(started.status == 201);
  const Json& call = started.json;
  REQUIRE(keys(call) == Keys{"id", "active", "type", "type_verbose", "thread_id", "created_at", "updated_at",
                             "owner_id", "owner_type", "owner", "meta", "options"});
  REQUIRE(call.at("active") == true);
  REQUIRE(call.at("type") == 1);
  REQUIRE(call.at("type_verbose") == "VIDEO");
  REQUIRE(call.at("thread_id") == "team");
  REQUIRE(call.at("created_at") == "2026-01-01T00:00:00.000000Z");
  REQUIRE(call.at("updated_at") == "2026-01-01T00:00:00.000000Z");
  REQUIRE(call.at("owner_id") == "ann");
  REQUIRE(call.at("owner_type") == "user");
  REQUIRE(call.at("owner") == annAsJson);
  REQUIRE(call.at("meta") == Json{{"thread_id", "team"},
                                  {"thread_type", 2},
                                  {"thread_type_verbose", "GROUP"},
                                  {"thread_name", "The team"}});
  REQUIRE(keys(call.at("options")) ==
          Keys{"admin", "setup_complete", "in_call", "left_call", "joined", "kicked"});
}

TEST_CASE("router: in the call after setup -> the options have the room", "[http][unit]") {
  GroupWorld world;
  world.provider->giveRoom(
      Room{.id = "00123", .pin = std::nullopt, .payload = "{\"a\":1}", .secret = Secret{"swordfish"}});
  const Call call = world.start("team", "ann");
  world.messenger.jobs().runPending();
  const Reply shown = world.send("GET", "threads/team/calls/" + call.id.value(), "ann");
  REQUIRE(shown.status == 200);
  const Json& options = shown.json.at("options");
  REQUIRE(options.at("room_id") == "00123");
  REQUIRE(options.at("room_pin").is_null());
  REQUIRE(options.at("payload") == "{\"a\":1}");
}

TEST_CASE("router: an ended call -> shown with everyone who was in it", "[http][unit]") {
  GroupWorld world;
  const Call call = world.start("team", "ann");
  world.clock->advance(std::chrono::milliseconds{1500});
  const ParticipantId bob = world.join(call.id, "bob");
  world.clock->advance(std::chrono::seconds{1});
  REQUIRE(world.send("POST", "threads/team/calls/" + call.id.value() + "/end", "ann").json ==
          Json{{"message", "success"}});
  const Reply shown = world.send("GET", "threads/team/calls/" + call.id.value(), "cid");
  REQUIRE(shown.json.at("active") == false);
  REQUIRE_FALSE(shown.json.contains("options"));
  REQUIRE(shown.json.at("participants").size() == 2);
  REQUIRE(shown.json.at("participants").at(1) ==
          Json{{"id", bob.value()},
               {"call_id", call.id.value()},
               {"owner_id", "bob"},
               {"owner_type", "user"},
               {"owner", {{"name", "Name of bob"}, {"provider_id", "bob"}, {"provider_alias", "user"}}},
               {"created_at", "2026-01-01T00:00:01.500000Z"},
               {"updated_at", "2026-01-01T00:00:02.500000Z"},
               {"left_call", "2026-01-01T00:00:02.500000Z"}});
}

TEST_CASE("router: a join -> the participant with 201 first and 200 afterwards", "[http][unit]") {
  GroupWorld world;
  const Call call = world.start("team", "ann");
  const std::string path = "threads/team/calls/" + call.id.value();
  const Reply first = world.send("POST", path + "/join", "bob");
  REQUIRE(first.status == 201);
  REQUIRE(keys(first.json) ==
          Keys{"id", "call_id", "owner_id", "owner_type", "owner", "created_at", "updated_at", "left_call"});
  REQUIRE(first.json.at("owner_id") == "bob");
  REQUIRE(first.json.at("left_call").is_null());
  REQUIRE(world.send("POST", path + "/leave", "bob").status == 200);
  const Reply again = world.send("POST", path + "/join", "bob");
  REQUIRE(again.status == 200);
  REQUIRE(again.json.at("id") == first.json.at("id"));

  const Reply everybody = world.send("GET", path + "/participants", "cid");
  REQUIRE(everybody.json.size() == 2);
  REQUIRE(everybody.json.at(0).at("owner_id") == "ann");
  REQUIRE(everybody.json.at(1) == again.json);
  const std::string row = first.json.at("id").get<std::string>();
  REQUIRE(world.send("GET", path + "/participants/" + row, "cid").json == again.json);
}

TEST_CASE("router: a private thread -> has the name of the other member", "[http][unit]") {
  HttpWorld world;
  world.makePrivate("pair", HttpWorld::member("ann"), HttpWorld::member("bob"));
  const Call call = world.start("pair", "ann");
  const std::string path = "threads/pair/calls/" + call.id.value();
  const Json seenByAnn = world.send("GET", path, "ann").json.at("meta");
  REQUIRE(seenByAnn == Json{{"thread_id", "pair"},
                            {"thread_type", 1},
                            {"thread_type_verbose", "PRIVATE"},
                            {"thread_name", "Name of bob"}});
  REQUIRE(world.send("GET", path, "bob").json.at("meta").at("thread_name") == "Name of ann");
  REQUIRE(world.send("GET", "active-calls", "bob").json.at(0).at("meta").at("thread_name") == "Name of ann");
}

TEST_CASE("router: other types of users -> keep their type", "[http][unit]") {
  HttpWorld world;
  ThreadMember company;
  company.user = {"company", "7"};
  company.name = "Seven Ltd.";
  company.admin = true;
  world.makeGroup("desk", {company});
  const Request request{
      .method = "POST", .path = "/api/messenger/threads/desk/calls", .user = company.user, .body = {}};
  const Json call = Json::parse(world.router.handle(request).body);
  REQUIRE(call.at("owner_type") == "company");
  REQUIRE(call.at("owner") ==
          Json{{"name", "Seven Ltd."}, {"provider_id", "7"}, {"provider_alias", "company"}});
}

TEST_CASE("router: calls of a thread -> newest first and page by page", "[http][unit]") {
  Config config = HttpWorld::defaults();
  config.historyFirstPageSize = 2;
  config.historyPageSize = 1;
  GroupWorld world{config};
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    world.clock->advance(std::chrono::seconds{1});
    const Call call = world.start("team", "ann");
    REQUIRE_OK(world.messenger.endCall(call.id, HttpWorld::user("ann")));
    ids.push_back(call.id.value());
  }
  const auto idsOf = [](const Json& list) {
    std::vector<std::string> found;
    for (const Json& each : list.at("data")) found.push_back(each.at("id"));
    return found;
  };
  const Json index = world.send("GET", "threads/team/calls", "bob").json;
  REQUIRE(idsOf(index) == std::vector{ids[3], ids[2]});
  REQUIRE(index.at("meta") == Json{{"index", true},
                                   {"page_id", nullptr},
                                   {"next_page_id", ids[2]},
                                   {"final_page", false},
                                   {"per_page", 2},
                                   {"results", 2},
                                   {"total", 4}});
  const Json second = world.send("GET", "threads/team/calls/page/" + ids[2], "bob").json;
  REQUIRE(idsOf(second) == std::vector{ids[1]});
  REQUIRE(second.at("meta").at("page_id") == ids[2]);
  REQUIRE(second.at("meta").at("next_page_id") == ids[1]);
  const Json last = world.send("GET", "threads/team/calls/page/" + ids[1], "bob").json;
  REQUIRE(idsOf(last) == std::vector{ids[0]});
  REQUIRE(last.at("meta") == Json{{"index", false},
                                  {"page_id", ids[1]},
                                  {"next_page_id", nullptr},
                                  {"final_page", true},
                                  {"per_page", 1},
                                  {"results", 1},
                                  {"total", 4}});
}

TEST_CASE("router: names with quotes -> unchanged", "[http][unit]") {
  HttpWorld world;
  ThreadMember odd = HttpWorld::member("odd");
  odd.name = "O'Brien \"Bob\" \\ / \xE5\x90\x8D <b>";
  odd.admin = true;
  world.makeGroup("team", {odd});
  REQUIRE(world.send("POST", "threads/team/calls", "odd").json.at("owner").at("name") == odd.name);
}

}  // namespace messenger::http
