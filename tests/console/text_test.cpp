#include "console/layout.hpp"
#include "console/suggest.hpp"
#include "console/time_words.hpp"
#include "tests/support/catch.hpp"

namespace messenger::inline v0::console {

using namespace std::chrono_literals;

TEST_CASE("layout: foreign text -> cannot steer a terminal", "[console][unit]") {
  CHECK(printable("plain") == "plain");
  CHECK(printable("a\x1b[31mb\nc") == "a?[31mb?c");
  CHECK(printable("a\xc2\x9b"
                  "31mb") == "a?31mb");  // U+009B is ESC [ to a terminal
  CHECK(printable("a\xe2\x80\xae"
                  "b") == "a?b");  // U+202E turns the text around
  CHECK(printable("a\xff"
                  "b") == "a?b");  // no UTF-8
}

TEST_CASE("layout: a long text -> cut at a character with dots", "[console][unit]") {
  CHECK(printable("abcdefgh", 8) == "abcdefgh");
  CHECK(printable("abcdefghi", 8) == "abcde...");
  CHECK(printable("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5) == "\xe6\x97\xa5...");
  CHECK(printable("abc", 2) == "..");
}

TEST_CASE("layout: wide and combining characters -> take two columns and none", "[console][unit]") {
  CHECK(columns("abc") == 3);
  CHECK(columns("\xe6\x97\xa5") == 2);
  CHECK(columns("e\xcc\x81") == 1);
  CHECK(padded("\xe6\x97\xa5", 4) == "\xe6\x97\xa5  ");
}

TEST_CASE("layout: text -> broken at blanks and a long word stays whole", "[console][unit]") {
  CHECK(wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrap("abcdefghij k", 4) == std::vector<std::string>{"abcdefghij", "k"});
  CHECK(wrap("", 4) == std::vector<std::string>{""});
}

TEST_CASE("suggest: a small error -> a suggestion and never a guess", "[console][unit]") {
  const std::vector<std::string> commands{"calls:down", "calls:up", "queue:work", "queue:retry"};
  CHECK(nearest("calls:donw", commands) == "calls:down");
  CHECK(nearest("CALLS:DOWN", commands) == "calls:down");
  CHECK(nearest("down", commands) == "calls:down");
  CHECK(nearest("queue:wrk", commands) == "queue:work");
  CHECK(nearest("elephant", commands).empty());
  CHECK(nearest("", commands).empty());
  CHECK(nearest("ab", {"aa", "bb"}).empty());  // both as near
  CHECK(nearest(std::string(100000, 'x'), commands).empty());
}

TEST_CASE("time words: near times -> in words and all times in UTC", "[console][unit]") {
  const TimePoint now = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2};
  CHECK(absolute(now + 61s) == "2026-01-02 00:01:01 UTC");
  CHECK(relative(now, now) == "just now");
  CHECK(relative(now - 42s, now) == "42 s ago");
  CHECK(relative(now - 3min, now) == "3 min ago");
  CHECK(relative(now + 5h, now) == "in 5 h");
  CHECK(relative(now - 48h, now) == "2 days ago");
  CHECK(moment(now - 3min, now) == "3 min ago (2026-01-01 23:57:00 UTC)");
  CHECK(length(59s) == "59 s");
  CHECK(length(200s) == "3 min 20 s");
  CHECK(length(5h + 3min) == "5 h 3 min");
  CHECK(length(72h) == "3 days");
}

}  // namespace messenger::console
