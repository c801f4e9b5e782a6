#include "http/route.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::http {

TEST_CASE("route: each endpoint -> found with its ids", "[http][unit]") {
  struct Known {
    const char* path;
    Endpoint endpoint;
    const char* thread;
    const char* call;
    const char* participant;
  };
  const std::vector<Known> known{
      {"active-calls", Endpoint::activeCalls, "", "", ""},
      {"threads/t/calls", Endpoint::calls, "t", "", ""},
      {"threads/t/calls/page/c", Endpoint::page, "t", "c", ""},
      {"threads/t/calls/c", Endpoint::call, "t", "c", ""},
      {"threads/t/calls/c/join", Endpoint::join, "t", "c", ""},
      {"threads/t/calls/c/leave", Endpoint::leave, "t", "c", ""},
      {"threads/t/calls/c/end", Endpoint::end, "t", "c", ""},
      {"threads/t/calls/c/ignore", Endpoint::ignore, "t", "c", ""},
      {"ringing-calls", Endpoint::ringingCalls, "", "", ""},
      {"missed-calls", Endpoint::missedCalls, "", "", ""},
      {"missed-calls/seen", Endpoint::missedCallsSeen, "", "", ""},
      {"threads/t/calls/c/rings", Endpoint::rings, "t", "c", ""},
      {"threads/t/calls/c/heartbeat", Endpoint::heartbeat, "t", "c", ""},
      {"threads/t/calls/c/participants", Endpoint::participants, "t", "c", ""},
      {"threads/t/calls/c/participants/p", Endpoint::participant, "t", "c", "p"},
      {"threads/calls/calls/page", Endpoint::call, "calls", "page", ""},
  };
  for (const Known& each : known) {
    INFO(each.path);
    const auto route = findRoute(each.path);
    REQUIRE(route);
    REQUIRE(route->endpoint == each.endpoint);
    REQUIRE(route->thread == each.thread);
    REQUIRE(route->call == each.call);
    REQUIRE(route->participant == each.participant);
  }
}

TEST_CASE("route: any other path -> none", "[http][unit]") {
  for (const char* path : {"",
                           "/",
                           "threads",
                           "threads/t",
                           "threads/t/",
                           "threads/t/call",
                           "threads//calls",
                           "/threads/t/calls",
                           "threads/t/calls/",
                           "threads/t/calls//join",
                           "threads/t/calls/c/",
                           "threads/t/calls/c/mute",
                           "threads/t/calls/c/join/",
                           "threads/t/calls/c/join/now",
                           "threads/t/calls/c/participants/p/",
                           "threads/t/calls/c/participants/p/q",
                           "active-calls/",
                           "active-calls/x",
                           "Threads/t/calls",
                           "threads/t/Calls",
                           "threads/../threads/t/calls",
                           "calls/t/threads"}) {
    INFO(path);
    REQUIRE_FALSE(findRoute(path));
  }
}

TEST_CASE("route: an id -> decoded or none", "[http][unit]") {
  REQUIRE(decodeId("plain", 255) == "plain");
  REQUIRE(decodeId("a%2Fb%20c%C3%bc+", 255) == "a/b c\xC3\xBC+");
  for (const char* bad :
       {"%", "%4", "%zz", "%4g", "%g4", "a%2", "%-1", "%00", "%0A", "\x01", "\x7f", "%ff", "\xC3"}) {
    INFO(bad);
    REQUIRE_FALSE(decodeId(bad, 255));
  }
  REQUIRE(decodeId(std::string(255, 'a'), 255));
  REQUIRE_FALSE(decodeId(std::string(256, 'a'), 255));
  REQUIRE(decodeId("%41%42", 2) == "AB");
  REQUIRE_FALSE(decodeId("%41%42%43", 2));
}

}  // namespace messenger::http
