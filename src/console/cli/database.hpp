#pragma once

#include <memory>
#include <string>
#include <vector>

#include "console/command.hpp"
#include "messenger/adapters/database/database.hpp"
#include "messenger/messenger.hpp"

namespace messenger::inline v0::console {

/// The database that the command line or the environment names. Only db:migrate creates or upgrades one.
class Database {
 public:
  /// `--database`, `--schema`, `--presence` and `--wait`.
  [[nodiscard]] static std::vector<OptionSpec> options();

  /// Which one, or why it is not known.
  [[nodiscard]] static Expected<DatabaseOptions> locate(const Arguments& arguments);
  /// The one of that URL; `schemaOption` names its schema.
  [[nodiscard]] static Expected<DatabaseOptions> locate(const std::string& url, const Arguments& arguments,
                                                        const char* schemaOption = "schema");

  /// A Messenger on it, made for an operator's tool: it receives no heartbeats, and only stores the
  /// jobs that its commands cause, because it has no video driver to run them.
  Expected<Messenger*> open(const Arguments& arguments);

 private:
  std::unique_ptr<Messenger> messenger_;
};

/// `db:migrate`, `db:check` and `db:copy`.
[[nodiscard]] std::vector<Command> databaseCommands();

}  // namespace messenger::console
