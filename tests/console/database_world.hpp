#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "messenger/adapters/database/database.hpp"
#include "messenger/messenger.hpp"
#include "tests/adapters/postgres/other_session.hpp"
#include "tests/console/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

namespace messenger::inline v0::console::testing {

/// The executable `messenger` on a database of one kind or the other.
class DatabaseWorld {
 public:
  explicit DatabaseWorld(DatabaseKind kind) {
    environment["MESSENGER_CALLING_ENABLED"] = "true";
    if (kind == DatabaseKind::postgres) {
      server_.emplace();
      options.url = server_->options().url;
      options.schema = server_->schema();
      environment["MESSENGER_DATABASE_SCHEMA"] = options.schema;
    } else {
      options.url = "sqlite:" + folder.file("app.db").string();
    }
    environment["MESSENGER_DATABASE"] = options.url;
  }

  struct Ended {
    int exit = 0;
    std::string out;
    std::string err;
  };

  Ended run(const std::vector<std::string>& arguments) {
    Process process(MESSENGER_CLI, arguments, {environment});
    Ended ended;
    ended.exit = process.wait();
    ended.out = process.out();
    ended.err = process.err();
    // Whatever it says, it never says this.
    CHECK((ended.out + ended.err).find(messenger::tests::PostgresServer::password) == std::string::npos);
    return ended;
  }

  nlohmann::json json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    return nlohmann::json::parse(run(arguments).out);
  }

  /// The host's own Messenger, which makes the tables.
  [[nodiscard]] std::unique_ptr<Messenger> host() const {
    Config config;
    config.calling.enabled = true;
    config.ringing.enabled = true;
    return std::make_unique<Messenger>(config, openStorage(options));
  }

  static Call startCall(Messenger& messenger) {
    const UserId alice{"user", "alice"};
    const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {{"user", "bob"}, "Bob"});
    REQUIRE_OK(thread);
    const auto call = messenger.startCall(thread->id, alice);
    REQUIRE_OK(call);
    return *call;
  }

  /// Statements by hand, as an operator would.
  void execute(const std::string& sql) const {
    if (server_) return server_->run(sql);
    sqlite3* handle = nullptr;
    const bool done = sqlite3_open(databaseFile(options).c_str(), &handle) == SQLITE_OK &&
                      sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
    sqlite3_close(handle);
    if (!done) throw std::runtime_error("failed: " + sql);
  }

  /// Somebody else keeps others from changing the table until this is gone; on SQLite, any table.
  [[nodiscard]] std::shared_ptr<void> hold(const std::string& table) const {
    if (server_) {
      auto session = std::make_shared<messenger::tests::OtherSession>(*server_);
      session->run("BEGIN; LOCK TABLE " + table + " IN EXCLUSIVE MODE");
      return session;
    }
    sqlite3* handle = nullptr;
    sqlite3_open(databaseFile(options).c_str(), &handle);
    sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    return {handle, [](sqlite3* open) { sqlite3_close(open); }};
  }

  [[nodiscard]] bool isPostgres() const noexcept { return server_.has_value(); }
  [[nodiscard]] const messenger::tests::PostgresFixture& server() const { return *server_; }

  messenger::testing::TempDir folder;
  DatabaseOptions options;
  std::map<std::string, std::string> environment;

 private:
  std::optional<messenger::tests::PostgresFixture> server_;
};

}  // namespace messenger::console::testing
