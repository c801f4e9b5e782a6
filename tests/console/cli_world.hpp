#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"
#include "tests/console/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::inline v0::console::testing {

struct Ended {
  int exit = 0;
  std::string out;
  std::string err;
};

/// A folder with the executables working on `file` in it.
struct CliWorld {
  CliWorld() { environment["MESSENGER_CALLING_ENABLED"] = "true"; }

  /// The executable `messenger`.
  Ended run(std::vector<std::string> arguments, unsigned short columns = 0) {
    arguments.push_back("--database=" + file.string());
    Process process(MESSENGER_CLI, arguments, {environment, columns});
    Ended ended;
    ended.exit = process.wait();
    ended.out = process.out();
    ended.err = process.err();
    return ended;
  }

  /// The same with --json; the one document.
  nlohmann::json json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    return nlohmann::json::parse(run(std::move(arguments)).out);
  }

  /// The host's own Messenger on the file, which it makes.
  std::unique_ptr<Messenger> host() const {
    Config config;
    config.calling.enabled = true;
    return std::make_unique<Messenger>(config, sqliteStorage(file));
  }

  static Call startCall(Messenger& messenger) {
    const UserId alice{"user", "alice"};
    const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {{"user", "bob"}, "Bob"});
    REQUIRE_OK(thread);
    const auto call = messenger.startCall(thread->id, alice);
    REQUIRE_OK(call);
    return *call;
  }

  void write(const std::string& bytes) const { std::ofstream(file, std::ios::binary) << bytes; }

  /// Everything in the folder, by name.
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& each : std::filesystem::directory_iterator(folder.path())) {
      std::ifstream in(each.path(), std::ios::binary);
      all[each.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return all;
  }

  messenger::testing::TempDir folder;
  std::filesystem::path file = folder.file("app.db");
  std::map<std::string, std::string> environment;
};

}  // namespace messenger::console::testing
