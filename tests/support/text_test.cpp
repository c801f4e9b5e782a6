#include "support/text.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace messenger::support {
namespace {

using namespace std::string_literals;

TEST_CASE("isUtf8: well-formed -> accepted", "[support][unit]") {
  for (const std::string& text :
       {""s, "plain"s, "\0"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s,
        "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "ümlaut ☎ 𝄞"s}) {
    CAPTURE(text);
    CHECK(isUtf8(text));
  }
}

TEST_CASE("isUtf8: ill-formed -> refused", "[support][unit]") {
  for (const std::string& text : {
           "\x80"s,              // a tail without a beginning
           "\xC2"s,              // a beginning without a tail
           "\xC0\xAF"s,          // overlong
           "\xC1\xBF"s,          // overlong
           "\xE0\x9F\xBF"s,      // overlong
           "\xF0\x8F\xBF\xBF"s,  // overlong
           "\xED\xA0\x80"s,      // a surrogate
           "\xED\xBF\xBF"s,      // a surrogate
           "\xF4\x90\x80\x80"s,  // beyond U+10FFFF
           "\xF5\x80\x80\x80"s,
           "\xFE"s,
           "\xFF"s,
           "\xE2\x82"s,      // cut
           "\xF0\x9F\x98"s,  // cut
           "good\xE2(\xA1"s,
           "good\xFF"s,
       }) {
    CAPTURE(text);
    CHECK_FALSE(isUtf8(text));
  }
}

TEST_CASE("countCharacters: any text -> counts code points and not bytes", "[support][unit]") {
  CHECK(countCharacters("") == 0);
  CHECK(countCharacters("abc") == 3);
  CHECK(countCharacters("äöü") == 3);
  CHECK(countCharacters("☎𝄞") == 2);
}

TEST_CASE("isPlainText: control characters or bad bytes or too long -> refused", "[support][unit]") {
  CHECK(isPlainText("", 0));
  CHECK(isPlainText("Ümlaut & Söhne", 255));
  CHECK(isPlainText("12345", 5));
  CHECK_FALSE(isPlainText("123456", 5));
  CHECK_FALSE(isPlainText("ää", 3));
  CHECK_FALSE(isPlainText("a\nb", 255));
  CHECK_FALSE(isPlainText("a\0b"s, 255));
  CHECK_FALSE(isPlainText("a\x7F", 255));
  CHECK_FALSE(isPlainText("a\x1F", 255));
  CHECK_FALSE(isPlainText("\xFF", 255));
}

TEST_CASE("presentable: a foreign text -> can be shown", "[support][unit]") {
  CHECK(presentable("all is well", std::nullopt) == "all is well");
  CHECK(presentable("two\nlines\t\x1b[0m", std::nullopt) == "two?lines??[0m");
  CHECK(presentable("bad \xFF\xC3 bytes", std::nullopt) == "bad ?? bytes");
  CHECK(presentable("ümlaut", std::nullopt) == "ümlaut");
}

TEST_CASE("presentable: the secret anywhere -> hidden", "[support][unit]") {
  CHECK(presentable("hush, hushhush", "hush") == "[secret], [secret][secret]");
  CHECK(presentable("nothing here", "hush") == "nothing here");
  CHECK(presentable("an empty secret hides nothing", "") == "an empty secret hides nothing");
  // Hidden before it is cut: no half of it may remain.
  CHECK(presentable("12345swordfish", "swordfish", 9) == "12345[sec");
}

TEST_CASE("presentable: too long -> cut at a character", "[support][unit]") {
  CHECK(presentable("12345", std::nullopt, 3) == "123");
  CHECK(presentable("ää", std::nullopt, 3) == "ä");
  CHECK(presentable(std::string(1'000'000, 'x'), std::nullopt).size() == 500);
}

}  // namespace
}  // namespace messenger::support
