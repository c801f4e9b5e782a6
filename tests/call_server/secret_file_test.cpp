#include "secret_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace call_server {
namespace {

using messenger::Secret;
namespace fs = std::filesystem;

constexpr const char* secretText = "Zt6wQ0pLk3vN8sXy";

struct Place {
  messenger::testing::TempDir folder;
  fs::path file = folder.file("calls.db.secret");

  void write(const std::string& content,
             fs::perms mode = fs::perms::owner_read | fs::perms::owner_write) const {
    std::ofstream(file, std::ios::binary) << content;
    fs::permissions(file, mode);
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator{folder.path()}, {});
  }
};

/// What a refusal says; it names the file and shows nothing of what is in it.
std::string refusal(const Place& place) {
  const auto before = place.files();
  try {
    const Secret taken = keptSecret(place.file);
  } catch (const std::invalid_argument& error) {
    const std::string said = error.what();
    INFO(said);
    CHECK(said.find(place.file.string()) != std::string::npos);
    CHECK(said.find(secretText) == std::string::npos);
    CHECK(place.files() == before);
    return said;
  }
  FAIL("it was taken");
  return {};
}

bool says(const std::string& said, const std::string& part) {
  INFO(said);
  return said.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("kept secret: missing -> made once and for its owner alone", "[call_server][unit]") {
  const Place place;
  const Secret made = keptSecret(place.file);
  CHECK(made.reveal().size() == 64);
  CHECK(keptSecret(place.file) == made);
  CHECK(fs::status(place.file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  CHECK(place.files() == 1);
}

TEST_CASE("kept secret: written by a person -> taken with any end of the line", "[call_server][unit]") {
  for (const char* end : {"", "\n", "\r\n"}) {
    const Place place;
    place.write(std::string{secretText} + end);
    CHECK(keptSecret(place.file).reveal() == secretText);
  }
  const Place readOnly;
  readOnly.write(secretText, fs::perms::owner_read);
  CHECK(keptSecret(readOnly.file).reveal() == secretText);
}

TEST_CASE("kept secret: open to others -> refused with what to do", "[call_server][unit]") {
  for (const fs::perms more : {fs::perms::group_read, fs::perms::group_write, fs::perms::others_read,
                               fs::perms::others_write, fs::perms::others_exec}) {
    const Place place;
    place.write(secretText, fs::perms::owner_read | fs::perms::owner_write | more);
    const std::string said = refusal(place);
    CHECK(says(said, "mode 06"));
    CHECK(says(said, "chmod 600"));
  }
}

TEST_CASE("kept secret: of another user -> refused with what to do", "[call_server][unit]") {
  if (::geteuid() != 0) return;  // only root can give a file away
  const Place place;
  place.write(secretText);
  REQUIRE(::chown(place.file.c_str(), 12345, static_cast<gid_t>(-1)) == 0);
  const std::string said = refusal(place);
  CHECK(says(said, "belongs to another user"));
  CHECK(says(said, "remove it"));
}

TEST_CASE("kept secret: a symbolic link -> refused and not followed", "[call_server][unit]") {
  const Place place;
  const fs::path elsewhere = place.folder.file("elsewhere");
  const bool isThere = GENERATE(true, false);
  if (isThere) std::ofstream(elsewhere) << secretText;
  fs::create_symlink(elsewhere, place.file);
  const std::string said = refusal(place);
  CHECK(says(said, "is a symbolic link"));
  CHECK(says(said, "CALL_SERVER_SECRET"));
  CHECK(fs::exists(elsewhere) == isThere);
}

TEST_CASE("kept secret: no file but a folder or a pipe -> refused at once", "[call_server][unit]") {
  {
    const Place place;
    fs::create_directory(place.file);
    CHECK(says(refusal(place), "is a folder: move it away"));
  }
  const Place place;
  REQUIRE(::mkfifo(place.file.c_str(), 0600) == 0);  // nobody writes into it
  CHECK(says(refusal(place), "is a pipe or a device: remove it"));
}

TEST_CASE("kept secret: empty or short or large or of several lines -> refused with what to do",
          "[call_server][unit]") {
  const std::string several = std::string{secretText} + '\n' + secretText;
  const std::string nul = std::string{secretText} + std::string(1, '\0') + secretText;
  for (const auto& [content, part] :
       std::vector<std::pair<std::string, std::string>>{{"", "is empty: remove it"},
                                                        {"\n", "is empty: remove it"},
                                                        {"fifteen letters", "fewer than 16 bytes"},
                                                        {std::string(1025, 'x'), "larger than 1024 bytes"},
                                                        {several, "more in it than one line"},
                                                        {nul, "more in it than one line"}}) {
    const Place place;
    place.write(content);
    CHECK(says(refusal(place), part));
  }
}

TEST_CASE("kept secret: its folder does not exist -> said", "[call_server][unit]") {
  const messenger::testing::TempDir folder;
  const fs::path file = folder.file("nowhere") / "calls.db.secret";
  try {
    const Secret taken = keptSecret(file);
    FAIL("it was made");
  } catch (const std::system_error& error) {
    CHECK(says(error.what(), file.string()));
  }
}

}  // namespace call_server
