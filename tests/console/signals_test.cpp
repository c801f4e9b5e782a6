#include <csignal>

#include "tests/console/cli_world.hpp"

namespace messenger::inline v0::console::testing {

TEST_CASE("queue:work: a first Ctrl-C -> the current job finishes", "[console][process]") {
  CliWorld world;
  const auto host = world.host();
  const Call call = CliWorld::startCall(*host);
  CliWorld::startCall(*host);
  const int signal = GENERATE(SIGINT, SIGTERM);

  Process worker(CONSOLE_HOST, {world.file.string(), "queue:work"}, {});
  worker.waitForErr("create begun");
  worker.signal(signal);
  worker.waitForErr("Finishing the current work");
  worker.writeLine("go on");
  CHECK(worker.wait() == 0);
  CHECK(worker.out().find("  done    SetupCall           " + call.id.value() + "\n1 done,") !=
        std::string::npos);
  CHECK(host->host().findCall(call.id)->setupComplete);
  CHECK(host->jobs().pending().size() == 1);
}

TEST_CASE("queue:work: a second Ctrl-C -> ends at once and the job is not lost", "[console][process]") {
  CliWorld world;
  const auto host = world.host();
  const Call call = CliWorld::startCall(*host);
  const int signal = GENERATE(SIGINT, SIGTERM);

  Process worker(CONSOLE_HOST, {world.file.string(), "queue:work"}, {});
  worker.waitForErr("create begun");
  worker.signal(signal);
  worker.waitForErr("Finishing the current work");
  worker.signal(signal);
  CHECK(worker.wait() == 128 + signal);
  CHECK_FALSE(host->host().findCall(call.id)->setupComplete);
  REQUIRE(host->jobs().pending().size() == 1);
  CHECK(host->jobs().pending()[0].leasedUntil.has_value());
}

TEST_CASE("queue:work: Ctrl-C while idle -> stops at once", "[console][process]") {
  CliWorld world;
  world.host();
  Process worker(CONSOLE_HOST, {world.file.string(), "queue:work"}, {});
  worker.waitForErr("Ctrl-C stops");
  worker.signal(SIGINT);
  CHECK(worker.wait() == 0);
  CHECK(worker.out() == "No job was run.\n");
}

TEST_CASE("queue:work: another process stores jobs -> they are run", "[console][process]") {
  CliWorld world;
  const auto host = world.host();
  Process worker(CONSOLE_HOST, {world.file.string(), "queue:work"}, {});
  worker.waitForErr("Ctrl-C stops");
  const Call call = CliWorld::startCall(*host);
  worker.waitForErr("create begun");
  worker.writeLine("go on");
  worker.waitForOut(call.id.value());
  worker.signal(SIGTERM);
  CHECK(worker.wait() == 0);
}

TEST_CASE("schedule:run --watch: started and then Ctrl-C -> checks at once and ends cleanly",
          "[console][process]") {
  CliWorld world;
  world.host();
  Process watching(CONSOLE_HOST, {world.file.string(), "schedule:run", "--watch"}, {});
  watching.waitForOut("No matching active calls found.");
  watching.signal(SIGINT);
  CHECK(watching.wait() == 0);
}

}  // namespace messenger::console::testing
