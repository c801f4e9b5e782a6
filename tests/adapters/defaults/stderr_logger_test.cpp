#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "messenger/adapters/defaults.hpp"
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
    logger->log(LogLevel::debug, "too small");
    logger->log(LogLevel::info, "too small");
    logger->log(LogLevel::warning, "look here");
    logger->log(LogLevel::error, "two\nlines\x1b[31m");
    logger->log(LogLevel::error, "C1 \u009b31m, direction \u202e, separator \u2028, hidden \u200b, bad \xff");
  }
  std::ifstream file(folder.file("log"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(text ==
          "messenger: warning: look here\nmessenger: error: two lines [31m\n"
          "messenger: error: C1  31m, direction  , separator  , hidden  , bad  \n");
}

}  // namespace
}  // namespace messenger
