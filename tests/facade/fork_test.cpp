// After fork() the child has a copy of everything and none of the OS threads: it is told so, and never waits.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <future>
#include <stdexcept>

#include "messenger/jobs/async_worker.hpp"
#include "messenger/testing/manual_loop.hpp"
#include "support/home_process.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

constexpr seconds generous{60};
constexpr unsigned childSeconds = 20;

/// What went wrong in the child, where nothing of Catch may be used; null for nothing.
using InChild = std::function<const char*()>;

/// Runs it in a child. Returns whether it came to its end in time, and all was as expected.
bool fineInChild(const InChild& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(childSeconds);  // ends a child that waits for ever
    const char* wrong = "an exception";
    try {
      wrong = body();
    } catch (const std::exception& error) {
      static_cast<void>(std::fprintf(stderr, "in the child: %s\n", error.what()));
    }
    if (wrong != nullptr) static_cast<void>(std::fprintf(stderr, "in the child: %s\n", wrong));
    ::_exit(wrong == nullptr ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class Operation>
bool throwsLogicError(Operation&& operation) {
  try {
    static_cast<void>(operation());
  } catch (const std::logic_error&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("fork: a child uses the Messenger of its parent -> logic_error from everything", "[facade][fork]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  const Call call = world.startTeam();
  Messenger& messenger = *world.messenger;
  auto worker = messenger.jobs().startWorker({.threads = 2});
  REQUIRE(worker.drain(generous));
  REQUIRE(fineInChild([&]() -> const char* {
    if (!throwsLogicError([&] { return messenger.startCall(world.pair, named("alice")); }))
      return "startCall";
    if (!throwsLogicError([&] { return messenger.joinCall(call.id, member(1)); })) return "joinCall";
    if (!throwsLogicError([&] { return messenger.endCall(call.id, member(0)); })) return "endCall";
    if (!throwsLogicError([&] { return messenger.heartbeat(call.id, member(0)); })) return "heartbeat";
    if (!throwsLogicError([&] { return messenger.tryHeartbeat(call.id, member(0)); })) return "tryHeartbeat";
    if (!throwsLogicError([&] { return messenger.showCall(call.id, member(0)); })) return "showCall";
    if (!throwsLogicError([&] { return messenger.callHistory(world.team, member(0)); })) return "callHistory";
    if (!throwsLogicError([&] { return messenger.activeCalls(member(0)); })) return "activeCalls";
    if (!throwsLogicError([&] { return messenger.onCallEnded([](const CallEnded&) {}); })) return "on";
    if (!throwsLogicError([&] { return messenger.poll(1); })) return "poll";
    if (!throwsLogicError([&] { return messenger.host().findCall(call.id); })) return "findCall";
    if (!throwsLogicError([&] { return messenger.host().runDueTasks(); })) return "runDueTasks";
    if (!throwsLogicError([&] { return messenger.host().callsDown(minutes{1}); })) return "callsDown";
    if (!throwsLogicError([&] { return messenger.host().startScheduler(); })) return "startScheduler";
    if (!throwsLogicError([&] { return messenger.jobs().runPending(); })) return "runPending";
    if (!throwsLogicError([&] { return messenger.jobs().startWorker(); })) return "startWorker";
    if (!throwsLogicError([&] { return messenger.jobs().counts(); })) return "counts";
    if (!throwsLogicError([&] { return messenger.threads().find(world.team); })) return "find";
    if (!throwsLogicError([&] { return worker.drain(milliseconds{0}); })) return "drain";
    return messenger.hasVideoDriver() ? "hasVideoDriver" : nullptr;
  }));
  // The parent goes on.
  REQUIRE_OK(messenger.endCall(call.id, member(0)));
  REQUIRE(worker.drain(generous));
  world.requireSound();
}

TEST_CASE("fork: a child destroys what its parent made -> it does not wait and the parent goes on",
          "[facade][fork]") {
  const auto kind = GENERATE(eitherStorage());
  CAPTURE(kind);
  Fixture world(kind);
  std::optional<Worker> worker(world.messenger->jobs().startWorker({.threads = 2}));
  std::optional<Scheduler> scheduler(world.messenger->host().startScheduler());
  REQUIRE(worker->drain(generous));
  // One more OS thread is inside of a listener.
  std::promise<void> inside;
  std::promise<void> go;
  std::optional<Subscription> listening(world.messenger->onCallStarted([&](const CallStarted&) {
    inside.set_value();
    go.get_future().wait();
  }));
  std::thread starter([&] { static_cast<void>(world.messenger->startCall(world.team, member(0))); });
  inside.get_future().wait();
  const bool fine = fineInChild([&]() -> const char* {
    worker->requestStop();
    worker->stop();
    worker.reset();
    scheduler->stop();
    scheduler.reset();
    listening.reset();
    world.messenger.reset();
    return nullptr;
  });
  go.set_value();
  starter.join();
  REQUIRE(fine);
  REQUIRE(worker->drain(generous));
  const auto calls = world.messenger->host().activeCalls(0, 10);
  REQUIRE(calls.size() == 1);
  REQUIRE(calls[0].setupComplete);
  listening.reset();
  worker->stop();
  scheduler->stop();
}

TEST_CASE("fork: a child stops or destroys an AsyncWorker of its parent -> nothing is done on its loop",
          "[facade][fork]") {
  struct NoDriver final : AsyncVideoDriver {
    void create(const Thread&, const Call&, DriverCompletion) override {}
    void destroy(const CallWithRoom&, DriverCompletion) override {}
  };
  Fixture world;
  const auto loop = std::make_shared<testing::ManualLoop>();
  auto worker = world.messenger->jobs().startAsyncWorker(loop, loop, std::make_shared<NoDriver>());
  loop->runAll();
  REQUIRE(fineInChild([&]() -> const char* {
    if (!throwsLogicError([&] {
          return world.messenger->jobs().startAsyncWorker(loop, loop, std::make_shared<NoDriver>());
        }))
      return "startAsyncWorker";
    worker.stop([] {});
    { const AsyncWorker destroyed = std::move(worker); }
    return loop->runAll() == 0 ? nullptr : "it used the loop";
  }));
  bool stopped = false;
  worker.stop([&] { stopped = true; });
  loop->runAll();
  REQUIRE(stopped);
}

TEST_CASE("fork: a child uses or destroys a SQLite storage -> logic_error and the file is left alone",
          "[facade][fork][sqlite]") {
  const testing::TempDir folder;
  auto storage = sqliteStorage(folder.file("app.db"));
  const std::string log = folder.file("app.db").string() + "-wal";
  REQUIRE(storage->switches().takeCallsDown({StorageTime{hours{1}}, {}}).count == 0);
  const auto before = std::filesystem::file_size(log);
  REQUIRE(before > 0);
  REQUIRE(fineInChild([&]() -> const char* {
    if (!throwsLogicError([&] { return storage->jobs().list({}); })) return "list";
    if (!throwsLogicError([&] { return storage->switches().callsDownUntil(); })) return "callsDownUntil";
    if (!throwsLogicError([&] { return storage->switches().bringCallsUp(StorageTime{}); })) return "bringUp";
    if (!storage->takeUnreadable().empty()) return "takeUnreadable";
    storage.reset();
    return nullptr;
  }));
  REQUIRE(std::filesystem::file_size(log) == before);
  REQUIRE(storage->switches().callsDownUntil() == StorageTime{hours{1}});
  REQUIRE(storage->switches().bringCallsUp(StorageTime{}));
}

// The memory of a sanitizer is not safe to use on OS threads that such a child starts, and the thread
// sanitizer ends a child that starts any: what the sanitizers' own manuals say of fork().
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define MESSENGER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define MESSENGER_SANITIZED 1
#endif
#endif
#ifndef MESSENGER_SANITIZED
TEST_CASE("fork: a child makes a Messenger of its own -> it works", "[facade][fork]") {
  Fixture world;
  auto worker = world.messenger->jobs().startWorker();
  REQUIRE(fineInChild([]() -> const char* {
    Messenger own(Fixture::configured(), memoryStorage());
    auto ownWorker = own.jobs().startWorker();
    const bool idle = ownWorker.drain(generous);
    return idle ? nullptr : "drain";
  }));
}
#endif

TEST_CASE("fork: home process -> known in the parent and not in the child", "[facade][fork]") {
  const support::HomeProcess home;
  REQUIRE(home.isHere());
  REQUIRE_NOTHROW(home.require());
  REQUIRE(fineInChild([&] { return home.isHere() ? "still here" : nullptr; }));
  REQUIRE(home.isHere());
}

}  // namespace messenger::tests
