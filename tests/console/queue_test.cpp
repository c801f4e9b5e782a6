#include <atomic>

#include "messenger/errors.hpp"
#include "tests/console/console_world.hpp"

namespace messenger::inline v0::console::testing {

using namespace std::chrono_literals;
using messenger::testing::ProviderAnswer;

namespace {

/// A storage with two jobs that this version cannot read.
class WithUnreadableJobs final : public messenger::testing::ForwardingStorage {
 public:
  explicit WithUnreadableJobs(std::shared_ptr<Storage> storage)
      : ForwardingStorage(std::move(storage)), queue_(inner().jobs()) {}
  [[nodiscard]] JobQueue& jobs() noexcept override { return queue_; }

 private:
  class Queue final : public messenger::testing::ForwardingJobQueue {
   public:
    using ForwardingJobQueue::ForwardingJobQueue;
    [[nodiscard]] JobCounts counts(const std::string& queue, StorageTime now) override {
      JobCounts counts = ForwardingJobQueue::counts(queue, now);
      counts.waiting += 2;
      counts.unreadable = 2;
      return counts;
    }
  };
  Queue queue_;
};

}  // namespace

TEST_CASE("queue:work: no driver -> refused and every job is left", "[console][unit]") {
  World world({.driver = false});
  world.startCall();
  for (const std::string how : {"--once", "--stop-when-empty"}) {
    const Ran ran = world.run({"queue:work", how});
    CHECK(ran.exit == 1);
    CHECK(ran.err.find("no video driver") != std::string::npos);
    CHECK(world.run({"queue:work", how, "--json"}).json().at("error").at("reason") == "noVideoDriver");
  }
  const auto jobs = world.messenger->jobs().pending();
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].attempts == 0);
  CHECK_FALSE(world.messenger->host().findCall(*jobs[0].call)->setupComplete);
}

TEST_CASE("queue:work --once: a job -> run and reported", "[console][unit]") {
  World world;
  const Call call = world.startCall();
  world.startCall();
  const Ran ran = world.run({"queue:work", "--once"});
  CHECK(ran.exit == 0);
  CHECK(ran.out == "2026-01-01 00:00:00 UTC  done    SetupCall           " + call.id.value() +
                       "\n1 done, 0 to be retried, 0 failed.\n");
  CHECK(world.messenger->jobs().pending().size() == 1);
}

TEST_CASE("queue:work --once: no job -> says so", "[console][unit]") {
  World world;
  CHECK(world.run({"queue:work", "--once"}).out == "No job was available.\n");
}

TEST_CASE("queue:work --stop-when-empty: available jobs -> run on the given number of threads",
          "[console][unit]") {
  World world;
  for (int i = 0; i < 8; ++i) world.startCall();
  const nlohmann::json said = world.run({"queue:work", "--stop-when-empty", "--threads=4", "--json"}).json();
  CHECK(said.at("stopped") == "empty");
  CHECK(said.at("done") == 8);
  CHECK(said.at("runs").size() == 8);
  CHECK(said["runs"][0].at("type") == "SetupCall");
  CHECK(said["runs"][0].at("outcome") == "done");
  CHECK(world.messenger->jobs().pending().empty());
}

TEST_CASE("queue:work --stop-when-empty: the storage fails -> not taken for an empty queue",
          "[console][unit]") {
  World world;
  world.startCall();
  world.storage->failIf([](const auto&) { return true; }, messenger::testing::Fault::before);
  const Ran ran = world.run({"queue:work", "--stop-when-empty"});
  CHECK(ran.exit == 4);
  CHECK(ran.out.empty());
  CHECK_FALSE(ran.err.empty());
  world.storage->heal();
  CHECK(world.messenger->jobs().pending().size() == 1);
}

TEST_CASE("queue:work --stop-when-empty: jobs that this version cannot read → it stops, and says so",
          "[console][unit]") {
  World world;
  world.startCall();
  const auto storage = std::make_shared<WithUnreadableJobs>(world.storage);
  Dependencies dependencies;
  dependencies.storage = storage;
  dependencies.clock = world.clock;
  dependencies.logger = nullLogger();
  world.messenger = std::make_unique<Messenger>(world.messenger->config(), dependencies);
  world.messenger->setVideoDriver<messenger::testing::FakeVideoDriver>(world.provider);
  const nlohmann::json said = world.run({"queue:work", "--stop-when-empty", "--json"}).json();
  CHECK(said.at("stopped") == "unreadable");
  CHECK(said.at("done") == 1);
  CHECK(world.run({"queue:work", "--stop-when-empty"}).err.find("2 jobs were left alone") !=
        std::string::npos);
  CHECK(world.run({"queue:status", "--json"}).json().at("unreadable") == 2);
}

TEST_CASE("queue:work: --tries and --backoff -> override the configuration", "[console][unit]") {
  World world;
  world.provider->answerCreate(ProviderAnswer::throwing);
  world.startCall();
  SECTION("one try parks at once") {
    const nlohmann::json said = world.run({"queue:work", "--once", "--tries=1", "--json"}).json();
    CHECK(said.at("failed") == 1);
    CHECK(world.messenger->jobs().failed().size() == 1);
  }
  SECTION("the wait is as long as asked for") {
    const nlohmann::json said = world.run({"queue:work", "--once", "--backoff=90", "--json"}).json();
    CHECK(said.at("retry") == 1);
    CHECK(world.messenger->jobs().pending().at(0).availableAt ==
          world.storage->timeAt(world.clock->now().steady) + 90s);
  }
}

TEST_CASE("queue:work: --queue -> that queue is served", "[console][unit]") {
  World world;
  world.startCall();
  CHECK(world.run({"queue:work", "--once", "--queue=other"}).out == "No job was available.\n");
  CHECK(world.run({"queue:work", "--once", "--queue=messenger", "--json"}).json().at("done") == 1);
}

TEST_CASE("queue:work: a failing job -> the command still succeeds", "[console][unit]") {
  World world;
  world.provider->answerCreate(ProviderAnswer::throwing);
  world.startCall();
  CHECK(world.run({"queue:work", "--once", "--tries=1"}).exit == 0);
}

TEST_CASE("queue:work: the host requests a stop -> ends after the current job", "[console][unit]") {
  World world;
  world.startCall();
  world.startCall();
  std::atomic<bool> inHand{false};
  world.provider->onCreate([&](const Thread&, const Call&) { inHand = true; });
  world.console.stopRequested = [&] { return inHand.load(); };
  const nlohmann::json said = world.run({"queue:work", "--json"}).json();
  CHECK(said.at("stopped") == "stopped");
  CHECK(said.at("done").get<int>() >= 1);
  CHECK(said.at("runs")[0].at("outcome") == "done");
}

TEST_CASE("queue:work: progress -> only on a terminal", "[console][unit]") {
  World world;
  world.startCall();
  CHECK(world.run({"queue:work", "--stop-when-empty"}).err.empty());
  world.console.progress = true;
  CHECK(world.run({"queue:work", "--stop-when-empty"}).err.find("\r") != std::string::npos);
}

TEST_CASE("queue:failed and queue:retry: failed jobs -> listed and retried", "[console][unit]") {
  World world;
  CHECK(world.run({"queue:failed"}).out == "No failed jobs.\n");
  CHECK(world.run({"queue:retry", "--all"}).out == "No failed jobs.\n");
  world.provider->answerCreate(ProviderAnswer::throwing);
  const Call first = world.startCall();
  world.startCall();
  world.run({"queue:work", "--stop-when-empty", "--tries=1"});

  const nlohmann::json jobs = world.run({"queue:failed", "--json"}).json().at("jobs");
  REQUIRE(jobs.size() == 2);
  CHECK(jobs[0].at("type") == "SetupCall");
  CHECK(jobs[0].at("call_id") == first.id.value());
  CHECK(jobs[0].at("attempts") == 1);
  CHECK(jobs[0].at("last_error").is_string());
  const std::string id = jobs[0].at("id");
  CHECK(world.run({"queue:failed"}).out.find(id) != std::string::npos);

  SECTION("one of them") {
    CHECK(world.run({"queue:retry", id}).out == "1 job waits for a worker again.\n");
    CHECK(world.messenger->jobs().failed().size() == 1);
    CHECK(world.run({"queue:retry", id}).exit == 3);
  }
  SECTION("all of them") {
    CHECK(world.run({"queue:retry", "--all", "--json"}).json() == nlohmann::json{{"retried", 2}});
    CHECK(world.messenger->jobs().failed().empty());
  }
  SECTION("an unknown one is not found") {
    const Ran ran = world.run({"queue:retry", "nothing"});
    CHECK(ran.exit == 3);
    CHECK(world.messenger->jobs().failed().size() == 2);
  }
}

TEST_CASE("queue:status: jobs and switch -> shown", "[console][unit]") {
  World world;
  world.startCall();
  world.clock->advance(5s);
  const nlohmann::json said = world.run({"queue:status", "--json"}).json();
  CHECK(said == nlohmann::json{{"queue", "messenger"},
                               {"waiting", 1},
                               {"running", 0},
                               {"unreadable", 0},
                               {"failed", 0},
                               {"next_at", "2026-01-01T00:00:00.000000Z"},
                               {"calling_enabled", true},
                               {"calls_down", false}});
  CHECK(world.run({"queue:status"}).out.find("waiting   1\n") != std::string::npos);
  world.run({"calls:down"});
  CHECK(world.run({"queue:status"}).out.find("down for maintenance") != std::string::npos);
}

TEST_CASE("schedule:run: a program that receives heartbeats -> leaves the check to a worker",
          "[console][unit]") {
  World world;
  world.startCall();
  world.clock->advance(61s);
  CHECK(world.run({"schedule:run"}).out == "1 active calls found. Call activity checks dispatched!\n");
  CHECK(world.messenger->jobs().pending().size() == 2);
}

TEST_CASE("schedule:run: a program that receives no heartbeats -> checks itself", "[console][unit]") {
  World world({.receivesHeartbeats = false});
  world.startCall();
  world.clock->advance(61s);
  CHECK(world.run({"schedule:run"}).out == "1 active calls found. Call activity checks completed!\n");
  CHECK(world.messenger->jobs().pending().size() == 1);
}

TEST_CASE("schedule:run: retention is configured -> old calls are deleted", "[console][unit]") {
  World world({.retention = std::chrono::hours{24}});
  const Call old = world.startCall();
  world.end(old);
  world.startCall();
  world.clock->advance(25h);
  CHECK(world.run({"schedule:run"}).out.find("1 old calls deleted.\n") != std::string::npos);
  CHECK_FALSE(world.messenger->host().findCall(old.id).has_value());
}

TEST_CASE("schedule:run: old calls cannot be deleted -> one document that says so", "[console][unit]") {
  World world({.retention = std::chrono::hours{24}});
  world.storage->failIf([](const auto& operation) { return operation.name == "prune"; },
                        messenger::testing::Fault::before);
  const Ran ran = world.run({"schedule:run", "--json"});
  CHECK(ran.exit == 4);
  CHECK(ran.json().contains("error"));
}

TEST_CASE("schedule:run --watch: until stopped -> repeats", "[console][unit]") {
  World world;
  int asked = 0;
  world.console.stopRequested = [&] { return ++asked > 2; };
  const nlohmann::json said = world.run({"schedule:run", "--watch", "--json"}).json();
  CHECK(said.at("rounds") == 1);
  CHECK(asked == 3);
}

TEST_CASE("failure: each error of a storage -> a reason of its own and a hint that is right",
          "[console][unit]") {
  World world;
  const auto shown = [&](const auto& thrown) {
    world.storage->failIf([thrown](const messenger::testing::StorageOperation&) -> bool { throw thrown; },
                          messenger::testing::Fault::before);
    const auto said = world.run({"queue:status", "--json"}).json();
    CHECK(said.at("exit") == 4);
    CHECK(said.at("error").at("message") == "Why.");
    return said.at("error").at("reason").get<std::string>() + ": " + said.at("error").value("hint", "");
  };
  CHECK(shown(StorageBusy{"Why"}) == "storageBusy: The same command may succeed later.");
  CHECK(shown(StorageUnavailable{"Why"}) == "storageUnavailable: ");
  CHECK(shown(StorageIncompatible{"Why"}) == "storageIncompatible: The database was left as it was.");
  CHECK(shown(StorageUnreadable{"Why"}) == "storageUnreadable: A newer library may have written this.");
  CHECK(shown(StorageCorrupt{"Why"}) ==
        "storageCorrupt: The library cannot have written this data; db:check looks for more.");
  CHECK(shown(StorageError{"Why"}) == "storageRefused: The storage refused it, and was left as it was.");
}

}  // namespace messenger::console::testing
