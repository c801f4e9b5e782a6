#include "messenger/http/query.hpp"

#include <string>
#include <vector>

#include "tests/http/http_world.hpp"

namespace messenger::inline v0::http {
namespace {

using State = QueryParameter::State;

constexpr std::size_t mostBytes = 26;

QueryParameter before(std::string_view target) {
  return findQueryParameter(target, "before", mostBytes);
}

}  // namespace

TEST_CASE("query: a parameter anywhere among others -> found", "[http][unit]") {
  for (const char* target : {"/h?before=c", "/h?x=1&before=c", "/h?before=c&x=1", "/h?x&before=c&y=&=z",
                             "/h?&&before=c&&", "?before=c", "/h?x=%zz&%=1&before=c", "/h?x=1&x=2&before=c",
                             "/h?b%65fore=%63", "/h?Before=1&before=c&before2=3", "/h?x=before=d&before=c"}) {
    INFO(target);
    const QueryParameter found = before(target);
    REQUIRE(found.state == State::given);
    REQUIRE(found.value == "c");
  }
}

TEST_CASE("query: no such parameter -> absent", "[http][unit]") {
  for (const char* target : {"", "/h", "/h?", "/h?x=before", "/h?Before=c", "/before=c", "/h?before%=c",
                             "/h?beforee=c", "/h?befor=c", "/h?&", "/h?=before", "/h?x=?before"}) {
    INFO(target);
    REQUIRE(before(target).state == State::absent);
  }
}

TEST_CASE("query: a repeated parameter -> refused even if both are the same", "[http][unit]") {
  for (const char* target : {"/h?before=c&before=d", "/h?before=c&before=c", "/h?before&x=1&before=c",
                             "/h?before=c&%62efore=c", "/h?before=%zz&before=c"}) {
    INFO(target);
    REQUIRE(before(target).state == State::repeated);
    REQUIRE(before(target).value.empty());
  }
}

TEST_CASE("query: a value -> decoded or malformed", "[http][unit]") {
  REQUIRE(before("/h?before=a%2Bb+c%26d=e%3f").value == "a+b c&d=e?");
  REQUIRE(before("/h?before=%C3%BC").value == "\xC3\xBC");
  for (const char* target : {"/h?before", "/h?before="}) {
    REQUIRE(before(target).state == State::given);
    REQUIRE(before(target).value.empty());
  }
  for (const char* bad : {"%", "%4", "%zz", "a%2", "%00", "%0A", "%7f", "%ff", "%C3"}) {
    INFO(bad);
    REQUIRE(before("/h?before=" + std::string{bad}).state == State::malformed);
  }
  REQUIRE(before("/h?before=" + std::string(26, 'a')).state == State::given);
  REQUIRE(before("/h?before=" + std::string(27, 'a')).state == State::malformed);
}

TEST_CASE("router: a query on any route -> changes nothing", "[http][unit]") {
  HttpWorld world;
  ThreadMember ann = HttpWorld::member("ann");
  ann.admin = true;
  world.makeGroup("team", {ann, HttpWorld::member("bob")});
  const Call call = world.start("team", "ann");
  const std::string bob = world.join(call.id, "bob").value();
  const std::string path = "threads/team/calls";
  const std::string own = path + '/' + call.id.value();
  struct Case {
    const char* method;
    std::string path;
    int status;
  };
  const std::vector<Case> cases{{"GET", "active-calls", 200},
                                {"GET", path, 200},
                                {"GET", path + "/page/" + call.id.value(), 200},
                                {"GET", own, 200},
                                {"GET", own + "/heartbeat", 200},
                                {"POST", own + "/heartbeat", 200},
                                {"GET", own + "/participants", 200},
                                {"GET", own + "/participants/" + bob, 200},
                                {"PUT", own + "/participants/" + bob, 422},
                                {"POST", own + "/join", 200},
                                {"POST", own + "/ignore", 403},
                                {"POST", own + "/leave", 200},
                                {"POST", own + "/end", 403},
                                {"POST", path, 403}};
  for (const char* query : {"?", "?x=1&y=2", "?x=1&x=2", "?/heartbeat", "?a?b=%zz#"}) {
    for (const Case& each : cases) {
      INFO(each.method << ' ' << each.path << query);
      REQUIRE(world.send(each.method, each.path + query, "ann").status == each.status);
      if (each.path.ends_with("/end")) world.join(call.id, "ann");
    }
  }
}

}  // namespace messenger::http
