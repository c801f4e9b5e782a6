#include "support/text.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace messenger::inline v0::support {
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

/// The UTF-8 of a character.
std::string utf8(char32_t code) {
  const auto byte = [](char32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0U | (code >> 6U)), byte(0x80U | (code & 0x3FU))};
  if (code < 0x10000) {
    return {byte(0xE0U | (code >> 12U)), byte(0x80U | ((code >> 6U) & 0x3FU)), byte(0x80U | (code & 0x3FU))};
  }
  return {byte(0xF0U | (code >> 18U)), byte(0x80U | ((code >> 12U) & 0x3FU)),
          byte(0x80U | ((code >> 6U) & 0x3FU)), byte(0x80U | (code & 0x3FU))};
}

/// Controls, separators, marks of direction, and what draws nothing.
std::vector<char32_t> unseen() {
  std::vector<char32_t> all{0x7F,    0xAD,    0x34F,   0x61C,   0x115F,  0x1160,  0x17B4,  0x180E,
                            0x200B,  0x200E,  0x200F,  0x2028,  0x2029,  0x202A,  0x202E,  0x2060,
                            0x2064,  0x2066,  0x2069,  0x206F,  0x3164,  0xFDD0,  0xFEFF,  0xFFA0,
                            0xFFF9,  0xFFFB,  0xFFFE,  0xFFFF,  0x13430, 0x1BCA0, 0x1D173, 0x1FFFE,
                            0xE0001, 0xE0020, 0xE0041, 0xE007F, 0x10FFFF};
  for (char32_t c = 0; c < 0x20; ++c) all.push_back(c);
  for (char32_t c = 0x80; c < 0xA0; ++c) all.push_back(c);
  return all;
}

TEST_CASE("control characters: anywhere in a text -> refused and replaced and escaped", "[support][unit]") {
  for (const char32_t code : unseen()) {
    CAPTURE(static_cast<unsigned>(code));
    const std::string each = utf8(code);
    CHECK(firstCharacter(each).code == code);
    for (const std::string& text : {each, "a" + each, each + "b", "ä" + each + "ö"}) {
      CHECK_FALSE(isPlainText(text, 255));
      CHECK(whyNotPlainText(text, 255).value_or("").find("contains U+") == 0);
      CHECK(withoutControls(text).find(each) == std::string::npos);
      CHECK(presentable(text, std::nullopt).find(each) == std::string::npos);
    }
    CHECK(withoutControls("a" + each + "b", ' ') == "a b");
    if (code == '\t' || code == '\n' || code == '\r') continue;
    CHECK(printableJson("\"a" + each + "b\"").find("\"a\\u") == 0);
  }
}

TEST_CASE("control characters: real names and emoji -> have none", "[support][unit]") {
  for (const std::string& text : {"Ümlaut & Söhne"s,
                                  "O’Brien"s,
                                  "日本語"s,
                                  "한국어"s,
                                  "नमस्ते"s,
                                  "עברית"s,
                                  "العربية"s,
                                  "ไทย"s,
                                  "Zoë ☎ 𝄞"s,
                                  "می\u200cخواهم"s,         // Persian
                                  "SMS\u200cها"s,           // Persian, after Latin
                                  "क्\u200dष"s,              // Hindi, joined
                                  "👨\u200d👩\u200d👧"s,       // a family
                                  "🏳\ufe0f\u200d🌈"s,  // a flag of two
                                  "👩🏽\u200d💻"s,    // with a tone of skin
                                  "❤\ufe0f"s,
                                  "1\ufe0f\u20e3"s,   // a heart, a keycap
                                  "葛\U000e0100飾"s,  // a Japanese name
                                  "\u06dd"s,
                                  "\u0601\u0661"s,  // signs that are drawn
                                  "\u00a0"s,
                                  "\ue000"s,
                                  "\ufffd"s}) {
    CAPTURE(text);
    CHECK(isPlainText(text, 255));
    CHECK(withoutControls(text) == text);
    CHECK(presentable(text, std::nullopt) == text);
    CHECK(printableJson('"' + text + '"') == '"' + text + '"');
  }
}

TEST_CASE("control characters: joiners and selectors without an effect -> refused and replaced",
          "[support][unit]") {
  for (const std::string& text :
       {"\u200d"s, "\u200c"s, "a\u200db"s, "ali\u200cce"s, "alice\u200d"s, "\u200dalice"s, "م\u200d"s,
        "\u200dم"s, "م\u200c\u200cخ"s, "م\u200d ع"s, "م \u200dع"s, "م\u200d\u200bع"s, "a\ufe0f"s,
        "alice1\ufe0f"s, "\ufe0f"s, "❤\ufe0f\ufe0f"s, " \ufe0f"s, "م\u200c\ufe0fخ"s, "a\U000e0100"s}) {
    CAPTURE(text);
    CHECK_FALSE(isPlainText(text, 255));
    CHECK(withoutControls(text).find('?') != std::string::npos);
  }
}

TEST_CASE("whyNotPlainText: too long -> in bytes and also in characters where they differ",
          "[support][unit]") {
  CHECK_FALSE(whyNotPlainText("12345", 5));
  CHECK(whyNotPlainText("123456", 5) == "has 6 bytes, at most 5 are allowed");
  CHECK(whyNotPlainText("äää", 5) == "has 6 bytes (3 characters), at most 5 bytes are allowed");
  CHECK(whyNotPlainText("\xFF", 5) == "is not valid UTF-8");
  CHECK(whyNotPlainText("\xFF\xFF", 1) == "has 2 bytes, at most 1 are allowed");
  CHECK(whyNotPlainText("a\x1b", 5) == "contains U+001B, a control or format character");
  CHECK(whyNotPlainText("\U000e0041", 5) == "contains U+E0041, a control or format character");
}

TEST_CASE("printableJson: a document -> means the same and cannot steer a terminal", "[support][unit]") {
  CHECK(printableJson("{\n\t\"a\": [1, \"b\\n\"]\r\n}") == "{\n\t\"a\": [1, \"b\\n\"]\r\n}");
  CHECK(printableJson("\"\u009b31m\"") == "\"\\u009b31m\"");
  CHECK(printableJson("\"\u202e\"") == "\"\\u202e\"");
  CHECK(printableJson("\"\x7f\x1b\"") == "\"\\u007f\\u001b\"");
  CHECK(printableJson("\"\U000e0041\"") == "\"\\udb40\\udc41\"");
  CHECK(printableJson("\"\xff\"") == "\"\xEF\xBF\xBD\"");
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

TEST_CASE("withoutSecrets: one is a part of another -> the longer one is hidden first", "[support][unit]") {
  CHECK(withoutSecrets("hush and hushed", {"hush", "", "hushed"}) == "[secret] and [secret]");
  CHECK(withoutSecrets("nothing here", {}) == "nothing here");
}

TEST_CASE("presentable: too long -> cut at a character", "[support][unit]") {
  CHECK(presentable("12345", std::nullopt, 3) == "123");
  CHECK(presentable("ää", std::nullopt, 3) == "ä");
  CHECK(presentable(std::string(1'000'000, 'x'), std::nullopt).size() == 500);
}

}  // namespace
}  // namespace messenger::support
