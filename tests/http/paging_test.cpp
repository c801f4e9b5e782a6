// Lists that are longer than a response: page by page, each item once.

#include <set>
#include <string>
#include <vector>

#include "http/page_query.hpp"
#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

RouterOptions pagesOf(std::size_t size) {
  RouterOptions options;
  options.pageSize = size;
  return options;
}

std::string nameOf(int number) {
  return "user" + std::to_string(number);
}

/// A call of a group in which some were.
struct Crowd : HttpWorld {
  explicit Crowd(int size, RouterOptions options = pagesOf(3)) : HttpWorld(defaults(), std::move(options)) {
    std::vector<ThreadMember> members;
    for (int i = 0; i < size; ++i) members.push_back(member(nameOf(i)));
    members.front().admin = true;
    makeGroup("team", members);
    call = start("team", nameOf(0));
    for (int i = 1; i < size; ++i) join(call.id, nameOf(i));
  }

  [[nodiscard]] std::string path(const std::string& tail = {}) const {
    return "threads/team/calls/" + call.id.value() + tail;
  }

  Call call;
};

/// What is between `<` and `>`.
std::string linkOf(const Reply& reply) {
  const std::string header = reply.header("Link");
  if (header.empty()) return {};
  REQUIRE(header.front() == '<');
  REQUIRE(header.ends_with(R"(>; rel="next")"));
  return header.substr(1, header.find('>') - 1);
}

std::vector<std::string> owners(const Json& rows) {
  std::vector<std::string> found;
  for (const Json& each : rows) found.push_back(each.at("owner_id"));
  return found;
}

}  // namespace

TEST_CASE("paging: the participants of a call -> in the order of joining and each once", "[http][unit]") {
  const int size = GENERATE(1, 2, 3, 4, 6, 7);
  Crowd world{size};
  const std::string path = world.path("/participants");
  std::vector<std::string> expected;
  for (int i = 0; i < size; ++i) expected.push_back(nameOf(i));
  std::vector<std::string> found;
  std::string query;
  do {
    const Reply page = world.send("GET", path + query, nameOf(0));
    REQUIRE(page.status == 200);
    REQUIRE(page.json.size() <= 3);
    REQUIRE_FALSE(page.json.empty());
    for (const std::string& each : owners(page.json)) found.push_back(each);
    query = linkOf(page);
  } while (!query.empty());
  REQUIRE(found == expected);
}

TEST_CASE("paging: a limit -> fewer at once and the same in the link", "[http][unit]") {
  Crowd world{4};
  const Reply page = world.send("GET", world.path("/participants?x=y&limit=2"), nameOf(0));
  REQUIRE(owners(page.json) == std::vector<std::string>{nameOf(0), nameOf(1)});
  const std::string last = page.json[1].at("id");
  REQUIRE(linkOf(page) == "?after=" + last + "&limit=2");
  const Reply rest = world.send("GET", world.path("/participants?limit=3&after=" + last), nameOf(0));
  REQUIRE(owners(rest.json) == std::vector<std::string>{nameOf(2), nameOf(3)});
  REQUIRE(linkOf(rest).empty());
  REQUIRE(linkOf(world.send("HEAD", world.path("/participants"), nameOf(0))) ==
          linkOf(world.send("GET", world.path("/participants"), nameOf(0))));
}

TEST_CASE("paging: an ended call -> its first participants and a link to the others", "[http][unit]") {
  Crowd world{4};
  REQUIRE_OK(world.messenger.endCall(world.call.id, HttpWorld::user(nameOf(0))));
  const Reply shown = world.send("GET", world.path(), nameOf(0));
  REQUIRE(owners(shown.json.at("participants")).size() == 3);
  // Relative to the call's own address.
  const Reply rest = world.send("GET", "threads/team/calls/" + linkOf(shown), nameOf(0));
  REQUIRE(owners(rest.json) == std::vector<std::string>{nameOf(3)});

  Crowd few{3};
  REQUIRE_OK(few.messenger.endCall(few.call.id, HttpWorld::user(nameOf(0))));
  REQUIRE(linkOf(few.send("GET", few.path(), nameOf(0))).empty());
}

TEST_CASE("paging: active calls -> in the order of creation also when one ends meanwhile", "[http][unit]") {
  HttpWorld world{HttpWorld::defaults(), pagesOf(2)};
  std::vector<std::string> started;
  for (int i = 0; i < 5; ++i) {
    const std::string thread = "t" + std::to_string(i);
    ThreadMember ann = HttpWorld::member("ann");
    ann.admin = true;
    world.makeGroup(thread, {ann, HttpWorld::member("bob")});
    started.push_back(world.start(thread, "ann").id.value());
  }
  std::vector<std::string> found;
  std::string query;
  do {
    const Reply page = world.send("GET", "active-calls" + query, "ann");
    REQUIRE(page.status == 200);
    for (const Json& each : page.json) found.push_back(each.at("id"));
    query = linkOf(page);
    REQUIRE_OK(world.messenger.endCall(CallId{found.back()}, HttpWorld::user("ann")));
  } while (!query.empty());
  REQUIRE(found == started);
  REQUIRE(world.send("GET", "active-calls?after=nothing", "ann").reason() == "callNotFound");
}

TEST_CASE("paging: an unusable parameter -> 422 with its name", "[http][unit]") {
  Crowd world{4};
  const auto wrong = [&](const std::string& query) {
    for (const std::string& path : {world.path("/participants"), std::string{"active-calls"}}) {
      const Reply reply = world.send("GET", path + query, nameOf(0));
      INFO(path << query);
      REQUIRE(reply.status == 422);
      REQUIRE(reply.reason() == "invalidInput");
      REQUIRE(reply.json.at("errors").size() == 1);
    }
    return world.send("GET", "active-calls" + query, nameOf(0)).json.at("errors").begin().key();
  };
  for (const char* limit : {"?limit=", "?limit", "?limit=0", "?limit=4", "?limit=-1", "?limit=two",
                            "?limit=1x", "?limit=99999999999999999999", "?limit=+1", "?limit=1&limit=1"}) {
    INFO(limit);
    REQUIRE(wrong(limit) == "limit");
  }
  const std::string huge = "?after=" + std::string(256, 'x');
  for (const std::string& after : {std::string{"?after=%"}, std::string{"?after=%00"}, huge,
                                   std::string{"?after=a&after=a"}, std::string{"?after=a&limit=1&after="}}) {
    INFO(after);
    REQUIRE(wrong(after) == "after");
  }
  REQUIRE(world.send("GET", world.path("/participants?after=nobody"), nameOf(0)).reason() ==
          "participantNotFound");
  // Before the rules are asked, as with the body of a kick; without a login nobody learns that much.
  REQUIRE(world.send("GET", world.path("/participants?limit=0"), "outsider").status == 422);
  REQUIRE(world.send("GET", world.path("/participants?limit=0"), nobody).status == 401);
}

TEST_CASE("paging: a participant of another call -> 404", "[http][unit]") {
  Crowd world{2};
  ThreadMember ann = HttpWorld::member("ann");
  ann.admin = true;
  world.makeGroup("other", {ann});
  const Call other = world.start("other", "ann");
  const std::string theirs = world.messenger.host().participants(other.id).at(0).id.value();
  REQUIRE(world.send("GET", world.path("/participants?after=" + theirs), nameOf(0)).reason() ==
          "participantNotFound");
}

TEST_CASE("paging: parameters in any order and among others -> found", "[http][unit]") {
  const PageQuery page = parsePageQuery("/p?x=1&after=a%2fb&&limits=7&limit=2&y", 3, 255);
  REQUIRE(page.wrong.empty());
  REQUIRE(page.limit == 2);
  REQUIRE(page.after == "a/b");
  for (const char* target : {"/p", "/p?", "/p?&", "/limit=1", "/p?Limit=1&After=x"}) {
    const PageQuery none = parsePageQuery(target, 3, 255);
    INFO(target);
    REQUIRE(none.wrong.empty());
    REQUIRE(none.limit == 3);
    REQUIRE_FALSE(none.after);
  }
  REQUIRE(linkToNext("", "a b/\"><&\xc3\xa9", 1) ==
          R"(<?after=a%20b%2F%22%3E%3C%26%C3%A9&limit=1>; rel="next")");
}

}  // namespace messenger::http
