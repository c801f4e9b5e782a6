// Commands that a host adds to its console.
#include <stdexcept>

#include "messenger/errors.hpp"
#include "tests/console/console_world.hpp"
#include "tests/support/strange_exceptions.hpp"

namespace messenger::inline v0::console::testing {
namespace {

HostCommand hello() {
  HostCommand command;
  command.name = "app:hello";
  command.summary = "say hello";
  command.description = {"Says hello, and how many calls there are."};
  command.flags = {{"loud", "say it loudly"}};
  command.run = [](CommandCall& call) -> std::optional<Failure> {
    call.progress("saying hello");
    const std::size_t calls = call.messenger().host().activeCalls(0, 100).size();
    call.document("{\"calls\":" + std::to_string(calls) + "}");
    call.line((call.has("loud") ? "HELLO" : "hello") + std::string{"\x1b[2J "} + std::to_string(calls));
    call.note("said");
    return std::nullopt;
  };
  return command;
}

HostCommand failing(Failure failure) {
  HostCommand command;
  command.name = "app:fail";
  command.summary = "fail";
  command.run = [=](CommandCall& call) -> std::optional<Failure> {
    call.document("{}");
    return failure;
  };
  return command;
}

TEST_CASE("host commands: one throws what it likes → a failed command with a clean text",
          "[console][host_command]") {
  World world;
  HostCommand command = hello();
  SECTION("a null what") {
    command.run = [](CommandCall&) -> std::optional<Failure> { throw tests::Wordless<>(); };
  }
  SECTION("a null what of the storage's kind") {
    command.run = [](CommandCall&) -> std::optional<Failure> { throw tests::Wordless<StorageUnavailable>(); };
  }
  SECTION("a wild text") {
    command.run = [](CommandCall&) -> std::optional<Failure> { throw std::runtime_error(tests::wildText()); };
  }
  SECTION("a number") {
    command.run = [](CommandCall&) -> std::optional<Failure> { throw 7; };
  }
  world.console.commands = {command};
  const Ran said = world.run({"app:hello"});
  CHECK(said.exit != 0);
  CHECK_FALSE(said.err.empty());
  CHECK(said.err.size() < 2000);
  CHECK(said.err.find('\x1b') == std::string::npos);
}

TEST_CASE("host commands: whatever they print -> no control character gets through",
          "[console][host_command]") {
  const std::string wild = "a\x1b[2J\u009b31m\u202eb\u2066\u200b\u2028\x7f\xff";
  World world;
  HostCommand command = hello();
  command.description = {wild};
  command.run = [wild](CommandCall& call) -> std::optional<Failure> {
    call.progress(wild);
    call.line(wild);
    call.note(wild);
    call.document("{\"text\":\"" + wild + "\"}");
    return Failure{ExitCode::failed, "wild", wild, wild};
  };
  world.console.commands = {command};
  world.console.progress = true;
  world.console.colour = GENERATE(false, true);
  const auto requireHarmless = [](std::string text) {
    for (const char* ours : {"\x1b[K", "\x1b[0m", "\x1b[1m"}) {
      for (auto at = text.find(ours); at != std::string::npos; at = text.find(ours)) {
        text.erase(at, std::string_view{ours}.size());
      }
    }
    INFO(text);
    for (const char* each : {"\x1b", "\u009b", "\u202e", "\u2066", "\u200b", "\u2028", "\x7f", "\xff"}) {
      CHECK(text.find(each) == std::string::npos);
    }
  };
  const Ran said = world.run({"app:hello"});
  CHECK(said.out == "a?[2J?31m?b?????\n");
  requireHarmless(said.err);
  CHECK(said.err.find("Error: a?[2J?31m?b?????") != std::string::npos);
  requireHarmless(world.run({"help", "app:hello"}).out);
  const Ran json = world.run({"app:hello", "--json"});
  requireHarmless(json.out);
  CHECK(json.out.find("\\u009b31m\\u202eb\\u2066\\u200b\\u2028\\u007f") != std::string::npos);
  requireHarmless(world.run({"help", "app:hello", "--json"}).out);
  requireHarmless(world.run({wild, "--" + wild, wild}).err);
}

TEST_CASE("host commands: run -> have the host's Messenger and flags and --json", "[console][host_command]") {
  World world;
  world.console.commands = {hello()};
  world.startCall();
  const Ran said = world.run({"app:hello"});
  CHECK(said.exit == 0);
  CHECK(said.out == "hello?[2J 1\n");
  CHECK(said.err == "said\n");
  CHECK(world.run({"app:hello", "--loud"}).out == "HELLO?[2J 1\n");
  const Ran json = world.run({"app:hello", "--json"});
  CHECK(json.json()["calls"] == 1);
  CHECK(json.err.empty());
}

TEST_CASE("host commands: added -> listed and explained and suggested and checked",
          "[console][host_command]") {
  World world;
  world.console.commands = {hello()};
  CHECK(world.run({"list"}).out.find("app:hello") != std::string::npos);
  const std::string help = world.run({"help", "app:hello"}).out;
  CHECK(help.find("usage: messenger app:hello [--loud]") != std::string::npos);
  CHECK(help.find("say it loudly") != std::string::npos);
  CHECK(world.run({"app:helo"}).err.find("Did you mean app:hello?") != std::string::npos);
  CHECK(world.run({"app:hello", "--quiet"}).exit == 2);
}

TEST_CASE("host commands: failure -> a code and a reason and a hint unless already reported",
          "[console][host_command]") {
  World world;
  world.console.commands = {failing({ExitCode::notFound, "noSuchApp", "There is no app.", "Make one."})};
  const Ran failed = world.run({"app:fail"});
  CHECK(failed.exit == 3);
  CHECK(failed.err.find("There is no app.") != std::string::npos);
  CHECK(failed.err.find("Make one.") != std::string::npos);
  world.console.commands = {failing({ExitCode::failed, "", "", ""})};
  const Ran quiet = world.run({"app:fail", "--json"});
  CHECK(quiet.exit == 1);
  CHECK(quiet.out == "{}\n");
  CHECK(quiet.err.empty());
}

TEST_CASE("host commands: stop requested -> they can see it", "[console][host_command]") {
  World world;
  bool stop = false;
  std::vector<bool> heard;
  HostCommand command = hello();
  command.run = [&](CommandCall& call) -> std::optional<Failure> {
    heard.push_back(call.stopRequested());
    stop = true;
    heard.push_back(call.stopRequested());
    return std::nullopt;
  };
  world.console.commands = {command};
  world.console.stopRequested = [&] { return stop; };
  CHECK(world.run({"app:hello"}).exit == 0);
  CHECK(heard == std::vector<bool>{false, true});
}

TEST_CASE("host commands: an invalid or taken name -> refused", "[console][host_command]") {
  World world;
  for (const char* name : {"", "-x", "App", "a b", "list", "help", "calls:down", "queue:work", "app:hello"}) {
    HostCommand other = hello();
    other.name = name;
    world.console.commands = {hello(), other};
    INFO(name);
    CHECK_THROWS_AS(Console(*world.messenger, world.console), std::invalid_argument);
  }
  HostCommand empty = hello();
  empty.run = nullptr;
  world.console.commands = {empty};
  CHECK_THROWS_AS(Console(*world.messenger, world.console), std::invalid_argument);
}

}  // namespace
}  // namespace messenger::console::testing
