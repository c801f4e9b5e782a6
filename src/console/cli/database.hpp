#pragma once

#include <memory>
#include <vector>

#include "console/command.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"

namespace messenger::console {

/// The SQLite file that the command line or the environment names. Opening it never makes or upgrades a file:
/// only db:migrate does.
class Database {
 public:
  /// `--database=FILE` and `--wait=SECONDS`.
  [[nodiscard]] static std::vector<OptionSpec> options();

  /// The file, or why there is none to speak of.
  [[nodiscard]] static Expected<SqliteOptions> locate(const Arguments& arguments);

  /// A Messenger on the file, made for an operator's tool: it hears no heartbeats, and only stores the jobs
  /// that its commands cause, since it has no video driver to run them with.
  Expected<Messenger*> open(const Arguments& arguments);

 private:
  std::unique_ptr<Messenger> messenger_;
};

/// `db:migrate` and `db:check`.
[[nodiscard]] std::vector<Command> databaseCommands();

}  // namespace messenger::console
