#include "support/json_check.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::support {

using namespace std::string_literals;

TEST_CASE("isJson: one value -> accepted", "[support][unit]") {
  for (const std::string& text :
       {"null"s, "true"s, "false"s, "0"s, "-0"s, "12"s, "-1.5e+10"s, "0.25"s, "1E5"s, "\"\""s,
        "\"a\\n\\u00e4\""s, "\"\\ud834\\udd1e\""s, "\"\xF0\x9D\x84\x9E\""s, "[]"s, "{}"s,
        " [ 1 , [ ] , { } ] "s, "{\"a\":{\"b\":[null,\"c\"]},\"d\":1}"s,
        std::string(64, '[') + std::string(64, ']')}) {
    CAPTURE(text);
    CHECK(isJson(text));
  }
}

TEST_CASE("isJson: anything else -> refused", "[support][unit]") {
  for (const std::string& text : {""s,
                                  " "s,
                                  "nul"s,
                                  "True"s,
                                  "nulls"s,
                                  "01"s,
                                  "1."s,
                                  ".5"s,
                                  "-"s,
                                  "+1"s,
                                  "1e"s,
                                  "1e+"s,
                                  "0x1"s,
                                  "NaN"s,
                                  "\""s,
                                  "\"a"s,
                                  "\"\n\""s,
                                  "\"\0\""s,
                                  "\"\\x\""s,
                                  "\"\\u12\""s,
                                  "\"\\u12g4\""s,
                                  "\"\\ud834\""s,
                                  "\"\\ud834\\u0041\""s,
                                  "\"\\udd1e\""s,
                                  "\"\\"s,
                                  "\"\xff\""s,
                                  "['a']"s,
                                  "["s,
                                  "[1"s,
                                  "[1,"s,
                                  "[1,]"s,
                                  "[,]"s,
                                  "[1 2]"s,
                                  "]"s,
                                  "{"s,
                                  "{\"a\""s,
                                  "{\"a\":"s,
                                  "{\"a\":1"s,
                                  "{\"a\":1,}"s,
                                  "{a:1}"s,
                                  "{1:1}"s,
                                  "{\"a\" 1}"s,
                                  "1 2"s,
                                  "1,\"id\":2"s,
                                  "{}}"s,
                                  "[1}"s,
                                  "//"s,
                                  "1\0"s,
                                  "1\f"s,
                                  std::string(66, '[') + std::string(66, ']'),
                                  std::string(1'000'000, '['),
                                  std::string(1'000'000, '{')}) {
    CAPTURE(text.substr(0, 40));
    CHECK_FALSE(isJson(text));
  }
}

}  // namespace messenger::support
