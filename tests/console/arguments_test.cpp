#include "tests/console/console_world.hpp"

namespace messenger::inline v0::console::testing {

namespace {

/// The reason of a refused command line, after checking that it was refused before anything was done.
std::string refusedFor(World& world, std::vector<std::string> arguments) {
  const std::size_t active = world.activeCalls();
  const Ran plain = world.run(arguments);
  CHECK(plain.exit == 2);
  CHECK(plain.out.empty());
  CHECK(plain.err.rfind("Error: ", 0) == 0);
  arguments.emplace_back("--json");
  const Ran json = world.run(arguments);
  CHECK(json.exit == 2);
  CHECK(json.err.empty());
  CHECK(json.json().at("exit") == 2);
  CHECK(!json.json().at("error").at("message").get<std::string>().empty());
  CHECK(world.activeCalls() == active);
  CHECK_FALSE(world.messenger->host().callsAreDown());
  return json.json().at("error").at("reason");
}

}  // namespace

TEST_CASE("arguments: a wrong command line -> refused with a reason and nothing done", "[console][unit]") {
  World world;
  world.startCall();
  CHECK(refusedFor(world, {"calls:nope"}) == "unknownCommand");
  CHECK(refusedFor(world, {""}) == "unknownCommand");
  CHECK(refusedFor(world, {"-"}) == "unknownCommand");
  CHECK(refusedFor(world, {"calls"}) == "unknownCommand");
  CHECK(refusedFor(world, {"--what", "calls:down"}) == "unknownOption");
  CHECK(refusedFor(world, {"calls:down", "--what"}) == "unknownOption");
  CHECK(refusedFor(world, {"calls:down", "-n"}) == "unknownOption");
}

TEST_CASE("arguments: a duration -> a whole number of minutes from 1 to ten years", "[console][unit]") {
  World world;
  world.startCall();
  for (const std::string value : {"abc", "-5", "0", "1.5", "+5", " 5", "5 ", "0x10", "5256001",
                                  "99999999999999999999", "\xff", "5;drop"}) {
    CAPTURE(value);
    CHECK(refusedFor(world, {"calls:down", "--duration=" + value}) == "badValue");
  }
  CHECK(refusedFor(world, {"calls:down", "--duration="}) == "missingValue");
  CHECK(refusedFor(world, {"calls:down", "--duration=5", "--duration=6"}) == "repeatedOption");
  CHECK(refusedFor(world, {"calls:up", "--now=1;drop"}) == "unknownOption");
  CHECK(refusedFor(world, {"calls:down", "--now=1"}) == "badValue");
  CHECK(refusedFor(world, {"calls:down", "5"}) == "tooManyArguments");
  CHECK(world.run({"calls:down", "--duration", "5"}).exit == 0);
  CHECK(world.run({"calls:down", "--duration=5256000"}).exit == 0);
}

TEST_CASE("arguments: an option without its value -> the message shows the format", "[console][unit]") {
  World world;
  const Ran ran = world.run({"calls:down", "--duration"});
  CHECK(ran.exit == 2);
  CHECK(ran.err.find("--duration=MINUTES") != std::string::npos);
  CHECK(ran.err.find("\"messenger help calls:down\"") != std::string::npos);
}

TEST_CASE("arguments: options that exclude each other -> refused", "[console][unit]") {
  World world;
  world.console.stopRequested = [] { return true; };  // a worker that starts after all shall end
  CHECK(refusedFor(world, {"queue:work", "--once", "--stop-when-empty"}) == "conflictingOptions");
  CHECK(refusedFor(world, {"queue:work", "--once", "--threads=2"}) == "conflictingOptions");
  CHECK(refusedFor(world, {"queue:work", "--queue=a b"}) == "badValue");
  CHECK(refusedFor(world, {"queue:work", "--tries=0"}) == "badValue");
  CHECK(refusedFor(world, {"queue:work", "--threads=257"}) == "badValue");
  CHECK(refusedFor(world, {"queue:work", "--backoff=86401"}) == "badValue");
  CHECK(refusedFor(world, {"queue:retry", "some", "--all"}) == "conflictingOptions");
  CHECK(refusedFor(world, {"queue:retry"}) == "missingArgument");
  CHECK(refusedFor(world, {"calls:show"}) == "missingArgument");
  CHECK(refusedFor(world, {"calls:show", ""}) == "missingArgument");
}

TEST_CASE("arguments: a small typing error -> a suggestion", "[console][unit]") {
  World world;
  CHECK(world.run({"calls:donw"}).err.find("Did you mean calls:down?") != std::string::npos);
  CHECK(world.run({"calls:down", "--duratoin=5"}).err.find("Did you mean --duration?") != std::string::npos);
  CHECK(world.run({"help", "queue:wrok"}).err.find("Did you mean queue:work?") != std::string::npos);
  CHECK(world.run({"queue"}).err.find("queue:status, queue:failed") != std::string::npos);
}

TEST_CASE("arguments: control characters -> cannot steer the terminal", "[console][unit]") {
  World world;
  const std::string typed = "\x1b[2Jcalls";
  const std::vector<std::vector<std::string>> lines{{typed},
                                                    {"help", typed},
                                                    {"--" + typed},
                                                    {"calls:list", typed},
                                                    {"calls:list", "--limit=" + typed},
                                                    {"calls:list", "--json=" + typed},
                                                    {"queue:work", "--queue=" + typed}};
  for (const auto& line : lines) {
    CAPTURE(line.front(), line.size());
    const Ran ran = world.run(line);
    CHECK(ran.exit == 2);
    CHECK(ran.err.find('\x1b') == std::string::npos);
  }
  CHECK(world.run({std::string(1 << 20, 'x')}).err.size() < 1000);
}

TEST_CASE("help: every command -> explained and also in JSON", "[console][unit]") {
  World world;
  const Ran list = world.run({});
  CHECK(list.exit == 0);
  const nlohmann::json commands = world.run({"list", "--json"}).json().at("commands");
  CHECK(commands.size() == 16);
  for (const auto& each : commands) {
    const std::string name = each.at("name");
    CAPTURE(name);
    CHECK(list.out.find("  " + name + " ") != std::string::npos);
    const Ran help = world.run({"help", name});
    CHECK(help.exit == 0);
    CHECK(help.out.find("usage: messenger " + name) != std::string::npos);
    CHECK(world.run({name, "--help"}).out == help.out);
    CHECK(world.run({name, "-h"}).out == help.out);
    CHECK(world.run({"help", name, "--json"}).json().at("name") == name);
    for (const auto& option : each.at("options")) {
      CHECK(help.out.find("  " + option.at("name").get<std::string>()) != std::string::npos);
    }
  }
  CHECK(world.run({"--version"}).out.find("messenger 0.") != std::string::npos);
  CHECK(world.run({"--help"}).out == list.out);
}

TEST_CASE("help: any line -> not wider than the terminal", "[console][unit]") {
  World world;
  const std::size_t width = GENERATE(as<std::size_t>{}, 30, 50, 80);
  world.console.width = width;
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"list"}, {"help", "queue:work"}}) {
    std::istringstream lines(world.run(arguments).out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= width);
  }
}

TEST_CASE("command line: the name of an Artisan command -> understood and suggested", "[console]") {
  World world;
  world.startCall();
  const Ran down = world.run({"messenger:calls:down", "--duration=5"});
  CHECK(down.exit == 0);
  CHECK(down.out.find("Call system is now down for 5 minutes.") != std::string::npos);
  CHECK(world.run({"messenger:calls:up"}).out.find("Call system is now online.") == 0);
  CHECK(world.run({"messenger:calls:check-activity"}).exit == 0);
  CHECK(world.run({"help", "messenger:calls:down"}).out == world.run({"help", "calls:down"}).out);
  CHECK(world.run({"messenger:calls:donw"}).err.find("Did you mean calls:down?") != std::string::npos);
  CHECK(world.run({"help", "messenger:calls:donw"}).err.find("Did you mean calls:down?") !=
        std::string::npos);
  CHECK(world.run({"messenger:calls"}).err.find("There are calls:list") != std::string::npos);
  CHECK(world.run({"messenger:"}).exit == 2);
  CHECK(world.run({"messenger:messenger:calls:up"}).exit == 2);
}

}  // namespace messenger::console::testing
