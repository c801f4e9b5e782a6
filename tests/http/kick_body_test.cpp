#include "http/kick_body.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::http {

TEST_CASE("kick body: true or 1 or \"1\" -> kick", "[http][unit]") {
  for (const char* value : {"true", "1", "\"1\""}) {
    INFO(value);
    REQUIRE(parseKickBody("{\"kicked\":" + std::string{value} + "}") == KickBody::kick);
  }
}

TEST_CASE("kick body: false or 0 or \"0\" -> un-kick", "[http][unit]") {
  for (const char* value : {"false", "0", "-0", "\"0\""}) {
    INFO(value);
    REQUIRE(parseKickBody("{\"kicked\":" + std::string{value} + "}") == KickBody::unkick);
  }
}

TEST_CASE("kick body: any other value -> no flag", "[http][unit]") {
  for (const char* value : {"null", "2", "-1", "1.0", "0.0", "1e0", "\"true\"", "\"\"", "\"01\"", "[]",
                            "[true]", "{}", R"({"kicked":true})", "18446744073709551617"}) {
    INFO(value);
    REQUIRE(parseKickBody("{\"kicked\":" + std::string{value} + "}") == KickBody::noFlag);
  }
}

TEST_CASE("kick body: no field or no object -> no flag", "[http][unit]") {
  for (const char* body : {"", "{}", R"({"Kicked":true})", R"({"a":{"kicked":true}})", R"([{"kicked":true}])",
                           R"(["kicked",true])", "true", "1", "null", "\"kicked\"", R"({"kicked":[],"b":1})",
                           R"({"a":"kicked","b":true})"}) {
    INFO(body);
    REQUIRE(parseKickBody(body) == KickBody::noFlag);
  }
}

TEST_CASE("kick body: several flags -> the last one counts", "[http][unit]") {
  REQUIRE(parseKickBody(R"({"kicked":true,"kicked":false})") == KickBody::unkick);
  REQUIRE(parseKickBody(R"({"kicked":false,"x":{"kicked":false},"kicked":1,"y":[0]})") == KickBody::kick);
  REQUIRE(parseKickBody(R"({"kicked":true,"kicked":null})") == KickBody::noFlag);
  REQUIRE(parseKickBody("{\"\\u006bicked\": true}") == KickBody::kick);
}

TEST_CASE("kick body: not JSON -> malformed", "[http][unit]") {
  for (const char* body : {"{", "}", "{\"kicked\":}", "{\"kicked\":true", "{\"kicked\":true}x", "kicked=1",
                           "{'kicked':true}", "{\"kicked\":tru}", "{\"kicked\":\"\xff\"}", "[1,]", " "}) {
    INFO(body);
    REQUIRE(parseKickBody(body) == KickBody::malformed);
  }
}

TEST_CASE("kick body: nested too deeply -> malformed", "[http][unit]") {
  for (const std::size_t depth : {std::size_t{65}, std::size_t{60'000}}) {
    REQUIRE(parseKickBody(std::string(depth, '[')) == KickBody::malformed);
    REQUIRE(parseKickBody("{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}") ==
            KickBody::malformed);
  }
  REQUIRE(parseKickBody("{\"a\":" + std::string(60, '[') + std::string(60, ']') + ",\"kicked\":true}") ==
          KickBody::kick);
}

}  // namespace messenger::http
