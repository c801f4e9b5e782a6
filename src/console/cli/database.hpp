#pragma once

#include <memory>
#include <vector>

#include "console/command.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"

namespace messenger::console {

/// The SQLite file that the command line or the environment names. Only db:migrate creates or upgrades a
/// file.
class Database {
 public:
  /// `--database=FILE` and `--wait=SECONDS`.
  [[nodiscard]] static std::vector<OptionSpec> options();

  /// The file, or why it is not known.
  [[nodiscard]] static Expected<SqliteOptions> locate(const Arguments& arguments);

  /// A Messenger on the file, made for an operator's tool: it receives no heartbeats, and only stores the
  /// jobs that its commands cause, because it has no video driver to run them.
  Expected<Messenger*> open(const Arguments& arguments);

 private:
  std::unique_ptr<Messenger> messenger_;
};

/// `db:migrate` and `db:check`.
[[nodiscard]] std::vector<Command> databaseCommands();

}  // namespace messenger::console
