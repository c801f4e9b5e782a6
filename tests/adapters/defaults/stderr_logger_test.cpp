#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "messenger/adapters/defaults.hpp"
#include "support/text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger {
namespace {

/// Standard error goes to a file while it lives.
class CapturedStderr {
 public:
  explicit CapturedStderr(const std::filesystem::path& file) : saved_(dup(STDERR_FILENO)) {
    std::fflush(stderr);
    const int target = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    dup2(target, STDERR_FILENO);
    close(target);
  }
  ~CapturedStderr() {
    std::fflush(stderr);
    dup2(saved_, STDERR_FILENO);
    close(saved_);
  }
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

 private:
  int saved_;
};

TEST_CASE("stderr logger: a message of its level or above -> one line", "[adapters][null][unit]") {
  const testing::TempDir folder;
  {
    const CapturedStderr captured(folder.file("log"));
    const auto logger = stderrLogger(LogLevel::warning);
    logger->log(LogLevel::debug, "too small", {});
    logger->log(LogLevel::info, "too small", {});
    logger->log(LogLevel::warning, "look here", {});
    logger->log(LogLevel::error, "two\nlines\x1b[31m", {});
    logger->log(LogLevel::error, "C1 \u009b31m, direction \u202e, separator \u2028, hidden \u200b, bad \xff",
                {});
  }
  std::ifstream file(folder.file("log"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(text ==
          "messenger: warning: look here\nmessenger: error: two lines [31m\n"
          "messenger: error: C1  31m, direction  , separator  , hidden  , bad  \n");
}

TEST_CASE("stderr logger: fields -> name=value, in quotation marks where they need them",
          "[adapters][null][unit]") {
  const testing::TempDir folder;
  {
    const CapturedStderr captured(folder.file("log"));
    const std::array fields{LogField{"call", "01H8-x_y.z:1"}, LogField{"error", "disk full"},
                            LogField{"empty", ""}, LogField{"name", "J\u00fcrgen"}};
    stderrLogger(LogLevel::info)->log(LogLevel::info, "it happened", fields);
  }
  std::ifstream file(folder.file("log"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(
      text ==
      "messenger: info: it happened call=01H8-x_y.z:1 error=\"disk full\" empty=\"\" name=\"J\u00fcrgen\"\n");
}

TEST_CASE("stderr logger: a value made to look like another field or line -> stays where it is",
          "[adapters][null][unit]") {
  const std::array<std::string_view, 9> forged{
      "x call=c2",     "x\" call=\"c2",        "x\\\" call=c2",   "x\nmessenger: error: all is lost",
      "x\rmessenger:", "x\x1b[2K\u009b2Kmess", "x\u2028\u202e=x", "=",
      "bad \xff"};
  const testing::TempDir folder;
  {
    const CapturedStderr captured(folder.file("log"));
    const auto logger = stderrLogger(LogLevel::info);
    for (const std::string_view value : forged) {
      const std::array fields{LogField{"user", value}, LogField{"call", "c1"}};
      logger->log(LogLevel::info, "m", fields);
    }
  }
  std::ifstream file(folder.file("log"));
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    INFO(line);
    // Read as a parser would: one text in quotation marks, in which a \\ takes the next letter along.
    const std::string begin = "messenger: info: m user=\"";
    const std::string end = "\" call=c1";
    REQUIRE(line.starts_with(begin));
    REQUIRE(line.ends_with(end));
    const std::string value = line.substr(begin.size(), line.size() - begin.size() - end.size());
    bool escaped = false;
    for (const char letter : value) {
      CHECK((letter != '"' || escaped));
      escaped = letter == '\\' && !escaped;
    }
    CHECK_FALSE(escaped);
    CHECK(support::withoutControls(line) == line);
  }
  CHECK(count == forged.size());
}

}  // namespace
}  // namespace messenger
