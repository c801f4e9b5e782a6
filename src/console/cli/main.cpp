#include <exception>
#include <iostream>
#include <utility>

#include "console/cli/database.hpp"
#include "console/commands/commands.hpp"
#include "console/help.hpp"
#include "console/host_command.hpp"
#ifdef MESSENGER_CLI_WITH_JANUS
#include "messenger/adapters/janus/reconcile_command.hpp"
#include "support/thrown.hpp"
#endif

namespace {

using namespace messenger::console;

Program makeProgram(Database& database) {
  Program program;
  program.name = "messenger";
  program.commands = operatorCommands();
  for (Command& each : databaseCommands()) program.commands.push_back(std::move(each));
#ifdef MESSENGER_CLI_WITH_JANUS
  program.commands.push_back(asCommand(messenger::janus::reconcileCommandFromEnvironment()));
#endif
  addHelpCommands(program);
  program.options = Database::options();
  program.notes = {
      {"MESSENGER_DATABASE", {"the database, where --database is not given"}},
      {"MESSENGER_DATABASE_SCHEMA", {"its schema, where --schema is not given"}},
      {"MESSENGER_PRESENCE", {"where --presence is not given"}},
      {"PG...", {"as libpq reads them: PGPASSWORD, PGSSLMODE, PGPASSFILE"}},
      {"MESSENGER_CALLING_ENABLED", {"true lets calls:down, calls:up and calls:check-activity work"}},
      {"MESSENGER_...",
       {"as in the host application: give this program the same, above all "
        "MESSENGER_CALLING_SUBSCRIBER_CHANNEL"}},
#ifdef MESSENGER_CLI_WITH_JANUS
      {"JANUS_...", {"where Janus is, for janus:reconcile; \"messenger help janus:reconcile\" names them"}},
#endif
      {"NO_COLOR", {"no colours"}}};
  program.sweepNote =
      "Clients were not notified from here, and the host's worker destroys the rooms. Without --now the "
      "host's worker does everything.";
  program.open = [&database](const Arguments& arguments) { return database.open(arguments); };
  return program;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Database database;
    const Program program = makeProgram(database);
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(
        runProgram(program, ConsoleOptions::forTerminal(), arguments, std::cout, std::cerr));
  } catch (const std::exception& error) {
    std::cerr << "Error: " << messenger::support::textOf(error) << '\n';
    return static_cast<int>(ExitCode::failed);
  }
}
