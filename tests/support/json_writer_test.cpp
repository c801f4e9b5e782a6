#include "support/json_writer.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::support {
namespace {

using namespace std::string_literals;

TEST_CASE("json writer: values -> commas and colons are added", "[support][unit]") {
  JsonWriter json;
  json.beginObject();
  json.key("id").value("c1");
  json.key("tags").beginArray().value("a").value(1).value(true).null().endArray();
  json.key("empty").beginObject().endObject();
  json.key("none").beginArray().endArray();
  json.key("inner").beginObject().key("x").value(false).key("y").value(2).endObject();
  json.key("last").raw(R"({"made":"elsewhere"})");
  json.endObject();
  REQUIRE(json.text() ==
          R"({"id":"c1","tags":["a",1,true,null],"empty":{},"none":[],"inner":{"x":false,"y":2},)"
          R"("last":{"made":"elsewhere"}})");
}

TEST_CASE("json writer: arrays of objects -> written", "[support][unit]") {
  JsonWriter json;
  json.beginArray();
  for (int i = 0; i < 2; ++i) json.beginObject().key("n").value(i).endObject();
  json.endArray();
  REQUIRE(json.text() == R"([{"n":0},{"n":1}])");
}

std::string written(std::string_view text) {
  return JsonWriter{}.value(text).text();
}

TEST_CASE("json writer: special characters -> escaped as in RFC 8259", "[support][unit]") {
  CHECK(written("say \"hi\" \\ bye") == R"("say \"hi\" \\ bye")");
  CHECK(written("a\nb\rc\td") == R"("a\nb\rc\td")");
  CHECK(written("\0\x01\x1f"s) == R"("\u0000\u0001\u001f")");
  CHECK(written("\x7f/ü☎𝄞") == "\"\x7f/ü☎𝄞\"");
}

TEST_CASE("json writer: ill-formed UTF-8 -> replaced", "[support][unit]") {
  CHECK(written("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(written("ü\xC3") == "\"ü\xEF\xBF\xBD\"");
  CHECK(written("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(written("\xFF\"") == "\"\xEF\xBF\xBD\\\"\"");
}

TEST_CASE("json writer: keys -> escaped too", "[support][unit]") {
  JsonWriter json;
  json.beginObject().key("a\"b").value(1).endObject();
  REQUIRE(json.text() == R"({"a\"b":1})");
}

TEST_CASE("json writer: numbers -> written", "[support][unit]") {
  CHECK(JsonWriter{}.value(std::numeric_limits<std::int64_t>::min()).text() == "-9223372036854775808");
  CHECK(JsonWriter{}.value(std::numeric_limits<std::uint64_t>::max()).text() == "18446744073709551615");
  CHECK(JsonWriter{}.value(0.5).text() == "0.5");
  CHECK(JsonWriter{}.value(std::nan("")).text() == "null");
  CHECK(JsonWriter{}.value(std::numeric_limits<double>::infinity()).text() == "null");
}

TEST_CASE("json writer: an optional text -> the text or null", "[support][unit]") {
  CHECK(JsonWriter{}.optionalValue("x").text() == R"("x")");
  CHECK(JsonWriter{}.optionalValue(std::nullopt).text() == "null");
}

}  // namespace
}  // namespace messenger::support
