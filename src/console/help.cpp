#include "console/help.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "console/layout.hpp"
#include "console/suggest.hpp"
#include "support/json_writer.hpp"

namespace messenger::inline v0::console {
namespace {

const std::vector<Field>& exitCodes() {
  static const std::vector<Field> all{
      {"0", {"done"}},
      {"1", {"the command could not do its work"}},
      {"2", {"wrong command line or environment; nothing was done"}},
      {"3", {"no call or job with that id; nothing was done"}},
      {"4", {"the database is missing, foreign, of another version, busy or damaged"}},
      {"130", {"stopped at once by a second Ctrl-C (SIGTERM: 143)"}}};
  return all;
}

std::string shown(const ArgumentSpec& argument) {
  return argument.required ? argument.name : "[" + argument.name + "]";
}

std::string usage(const Program& program, const Command& command) {
  std::string text = program.name + ' ' + command.name;
  for (const ArgumentSpec& each : command.arguments) text += ' ' + shown(each);
  for (const OptionSpec& each : command.options) text += " [" + shown(each) + ']';
  return text;
}

void printWrapped(Screen& screen, const std::string& text) {
  for (const std::string& line : wrap(text, screen.textWidth())) screen.line(line);
}

/// A heading and indented `name  text` lines.
void printSection(Screen& screen, const std::string& heading, const std::vector<Field>& fields) {
  if (fields.empty()) return;
  screen.line();
  screen.line(screen.paint(Tone::strong, heading));
  std::vector<Field> indented;
  indented.reserve(fields.size());
  for (const Field& each : fields) indented.push_back({"  " + each.name, each.value});
  printFields(screen, indented, screen.textWidth());
}

std::vector<Field> fieldsOf(const std::vector<OptionSpec>& options) {
  std::vector<Field> fields;
  fields.reserve(options.size());
  for (const OptionSpec& each : options) fields.push_back({shown(each), {each.help}});
  return fields;
}

void writeOptions(support::JsonWriter& json, const std::vector<OptionSpec>& options) {
  json.key("options").beginArray();
  for (const OptionSpec& each : options) {
    json.beginObject().key("name").value("--" + each.name);
    json.key("takes");
    each.placeholder.empty() ? json.null() : json.value(each.placeholder);
    json.key("help").value(each.help).endObject();
  }
  json.endArray();
}

void writeCommand(support::JsonWriter& json, const Program& program, const Command& command) {
  json.beginObject().key("name").value(command.name).key("summary").value(command.summary);
  json.key("usage").value(usage(program, command));
  json.key("arguments").beginArray();
  for (const ArgumentSpec& each : command.arguments) json.value(each.name);
  json.endArray();
  writeOptions(json, command.options);
  json.endObject();
}

Outcome runHelp(Invocation& call) {
  const std::optional<std::string> name = call.arguments.argument();
  if (!name) {
    printList(call.program, call.screen);
    return {};
  }
  if (const Command* command = findCommand(call.program, *name)) {
    printHelp(call.program, *command, call.screen);
    return {};
  }
  std::vector<std::string> names;
  for (const Command& each : call.program.commands) names.push_back(each.name);
  const std::string near = nearest(withoutArtisanPrefix(*name), names);
  return fail(
      ExitCode::usage, "unknownCommand", "There is no command " + inQuotes(*name) + ".",
      near.empty() ? "\"" + call.program.name + " list\" shows all commands." : "Did you mean " + near + "?");
}

}  // namespace

std::string_view withoutArtisanPrefix(std::string_view name) noexcept {
  constexpr std::string_view prefix = "messenger:";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

const Command* findCommand(const Program& program, std::string_view name) {
  for (const std::string_view each : {name, withoutArtisanPrefix(name)}) {
    const auto found = std::find_if(program.commands.begin(), program.commands.end(),
                                    [&](const Command& command) { return command.name == each; });
    if (found != program.commands.end()) return &*found;
  }
  return nullptr;
}

void printVersion(const Program& program, Screen& screen) {
  support::JsonWriter json;
  json.beginObject().key("version").value(versionText()).endObject();
  screen.document(json.text());
  screen.line(program.name + " (messenger " + versionText() + ")");
}

void printList(const Program& program, Screen& screen) {
  support::JsonWriter json;
  json.beginObject().key("version").value(versionText()).key("commands").beginArray();
  for (const Command& each : program.commands) writeCommand(json, program, each);
  json.endArray();
  writeOptions(json, program.options);
  json.endObject();
  screen.document(json.text());

  printWrapped(screen, program.name + ": the calling system, from the command line");
  screen.line();
  printWrapped(screen, "usage: " + program.name + " COMMAND [OPTIONS]");
  std::vector<Field> commands;
  for (const Command& each : program.commands) commands.push_back({each.name, {each.summary}});
  printSection(screen, "commands", commands);
  printSection(screen, "options of every command", [&] {
    std::vector<OptionSpec> all = program.options;
    all.insert(all.end(), commonOptions().begin(), commonOptions().end());
    return fieldsOf(all);
  }());
  printSection(screen, "environment", program.notes);
  printSection(screen, "exit codes", exitCodes());
}

void printHelp(const Program& program, const Command& command, Screen& screen) {
  support::JsonWriter json;
  writeCommand(json, program, command);
  screen.document(json.text());

  printWrapped(screen, command.name + ": " + command.summary);
  screen.line();
  printWrapped(screen, "usage: " + usage(program, command));
  for (const std::string& each : command.description) {
    screen.line();
    printWrapped(screen, each);
  }
  if (!command.arguments.empty()) {
    std::vector<Field> arguments;
    for (const ArgumentSpec& each : command.arguments) arguments.push_back({each.name, {each.help}});
    printSection(screen, arguments.size() == 1 ? "argument" : "arguments", arguments);
  }
  printSection(screen, "options", fieldsOf(command.options));
  screen.line();
  printWrapped(screen,
               "\"" + program.name + " list\" shows the options of every command and the exit codes.");
}

void addHelpCommands(Program& program) {
  Command list;
  list.name = "list";
  list.summary = "show the commands";
  list.needsMessenger = false;
  list.run = [](Invocation& call) -> Outcome {
    printList(call.program, call.screen);
    return {};
  };
  Command help;
  help.name = "help";
  help.summary = "show how a command is used";
  help.arguments = {{"COMMAND", false, "the command to explain; without it, all are listed"}};
  help.needsMessenger = false;
  help.run = runHelp;
  program.commands.push_back(list);
  program.commands.push_back(help);
}

}  // namespace messenger::console
