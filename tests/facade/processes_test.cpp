// Two processes on one database file do the same thing at the same time.
#include <atomic>
#include <csignal>
#include <sstream>

#include "messenger/adapters/defaults.hpp"
#include "tests/facade/helper_process.hpp"
#include "tests/facade/room_folder.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

constexpr std::size_t half = 32;

/// A Messenger here and another in a helper process, on one file; rooms are files that both can make.
class TwoProcesses {
 public:
  TwoProcesses() : folder(std::make_shared<RoomFolder>(directory_.file("rooms"))) {
    std::filesystem::create_directory(folder->path);
    SqliteOptions options;
    options.path = directory_.file("calls.db");
    options.durability = Durability::normal;
    options.busyTimeout = seconds{60};
    messenger =
        std::make_unique<Messenger>(Fixture::configured(), Dependencies{.storage = sqliteStorage(options),
                                                                        .threads = nullptr,
                                                                        .presence = nullptr,
                                                                        .broadcaster = broadcaster,
                                                                        .clock = clock,
                                                                        .logger = nullLogger()});
    messenger->setVideoDriver<FolderDriver>(folder);
    events.listenTo(*messenger);
    std::vector<ThreadMember> members;
    for (std::size_t i = 0; i < Fixture::groupSize; ++i) members.push_back(Fixture::memberOf(member(i)));
    REQUIRE_OK(messenger->threads().createGroup("The team", members, team));
    other = std::make_unique<HelperProcess>(
        std::vector<std::string>{"race", options.path.string(), folder->path.string()});
    REQUIRE(other->line() == "ready");
  }

  Call start() {
    const auto call = messenger->startCall(team, member(0));
    REQUIRE_OK(call);
    messenger->jobs().runPending();
    return *call;
  }

  struct Answer {
    int ok = 0;
    int first = 0;
  };

  /// Runs it in both; `here` runs on 32 OS threads of this process.
  Answer race(const std::string& verb, const std::string& call, std::size_t from,
              const std::function<void(std::size_t)>& here) {
    other->send(verb + ' ' + call + ' ' + std::to_string(from) + ' ' + std::to_string(half));
    REQUIRE(other->line() == "set");
    other->send("go");
    together(half, here);
    Answer answer;
    std::istringstream words(other->line());
    words >> answer.ok >> answer.first;
    return answer;
  }

  [[nodiscard]] std::filesystem::path file() const { return directory_.file("calls.db"); }

  int ask(const std::string& command) {
    other->send(command);
    return std::stoi(other->line());
  }

  void drain() {
    for (int i = 0; i < 30 && !messenger->jobs().pending().empty(); ++i) {
      messenger->jobs().runPending();
      clock->advance(hours{1});
    }
    REQUIRE(messenger->jobs().pending().empty());
  }

 private:
  testing::TempDir directory_;

 public:
  const ThreadId team{"team"};
  std::shared_ptr<RoomFolder> folder;
  std::shared_ptr<testing::ManualClock> clock = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::RecordingBroadcaster> broadcaster =
      std::make_shared<testing::RecordingBroadcaster>();
  EventLog events;
  std::unique_ptr<Messenger> messenger;
  std::unique_ptr<HelperProcess> other;
};

}  // namespace

TEST_CASE("processes: 64 starts on one thread -> one call", "[facade][processes]") {
  TwoProcesses two;
  std::atomic<int> started{0};
  const auto there = two.race("start", "-", half, [&](std::size_t i) {
    if (two.messenger->startCall(two.team, member(i))) ++started;
  });
  REQUIRE(started + there.ok == 1);
  REQUIRE(two.messenger->callHistory(two.team, member(0))->total == 1);
  REQUIRE(two.messenger->jobs().pending().size() == 1);
}

TEST_CASE("processes: 64 joins of one user -> one row", "[facade][processes]") {
  TwoProcesses two;
  const Call call = two.start();
  std::atomic<int> first{0};
  const auto there = two.race("rejoin", call.id.value(), 1, [&](std::size_t) {
    const auto joined = two.messenger->joinCall(call.id, member(1));
    if (joined && joined->first) ++first;
  });
  REQUIRE(there.ok == half);
  REQUIRE(first + there.first == 1);
  REQUIRE(two.messenger->host().participants(call.id).size() == 2);
}

TEST_CASE("processes: 64 users join -> one row each", "[facade][processes]") {
  TwoProcesses two;
  const Call call = two.start();
  std::atomic<int> first{0};
  const auto there = two.race("join", call.id.value(), half + 1, [&](std::size_t i) {
    const auto joined = two.messenger->joinCall(call.id, member(i + 1));
    if (joined && joined->first) ++first;
  });
  REQUIRE(first + there.first == 2 * half);
  REQUIRE(two.messenger->host().participants(call.id).size() == 2 * half + 1);
}

TEST_CASE("processes: 64 ends -> the call ends once with one event", "[facade][processes]") {
  TwoProcesses two;
  const Call call = two.start();
  std::atomic<int> ended{0};
  const auto there = two.race("end", call.id.value(), 0, [&](std::size_t) {
    if (two.messenger->endCall(call.id, member(0))) ++ended;
  });
  REQUIRE(ended + there.ok == 1);
  two.other->send("told");
  REQUIRE(two.other->line() == (there.ok == 1 ? "1 1" : "0 0"));
  REQUIRE(two.events.count<CallEnded>() == static_cast<std::size_t>(ended));
  REQUIRE(two.broadcaster->named("call.ended").size() == static_cast<std::size_t>(ended));
  REQUIRE(two.messenger->jobs().pending().size() == 1);
  REQUIRE(two.ask("work") == 1);
  REQUIRE(two.folder->rooms().empty());
}

TEST_CASE("processes: joins during the end -> nobody in an ended call", "[facade][processes]") {
  TwoProcesses two;
  const Call call = two.start();
  const auto there = two.race("join", call.id.value(), half + 1, [&](std::size_t i) {
    if (i == 5) (void)two.messenger->endCall(call.id, member(0));
    if (i > 5) (void)two.messenger->joinCall(call.id, member(i));
  });
  REQUIRE(there.ok == there.first);
  const auto ended = two.messenger->host().findCall(call.id)->endedAt;
  REQUIRE(ended);
  for (const auto& row : two.messenger->host().participants(call.id)) REQUIRE(row.leftAt == ended);
  two.drain();
  REQUIRE(two.folder->rooms().empty());
}

TEST_CASE("processes: the call ends while another process creates its room -> no room is left",
          "[facade][processes]") {
  TwoProcesses two;
  const auto call = two.messenger->startCall(two.team, member(0));
  REQUIRE_OK(call);
  two.other->send("hold");
  REQUIRE(two.other->line() == "held");
  two.other->send("work");
  REQUIRE(two.other->line() == "creating");
  REQUIRE_OK(two.messenger->endCall(call->id, member(0)));
  REQUIRE(two.messenger->jobs().runPending().empty());  // the teardown waits for the create
  REQUIRE(two.folder->rooms().size() == 1);
  two.other->send("go on");
  REQUIRE(two.other->line() == "2");  // the setup, and then the teardown
  two.drain();
  REQUIRE(two.folder->rooms().empty());
  REQUIRE(two.messenger->host().findCall(call->id)->teardownComplete);
}

TEST_CASE("processes: many jobs -> shared and none runs twice", "[facade][processes]") {
  TwoProcesses two;
  constexpr std::size_t many = 40;
  for (std::size_t i = 0; i < many; ++i) {
    const ThreadId thread{"t" + std::to_string(i)};
    REQUIRE_OK(two.messenger->threads().createGroup("T", {Fixture::memberOf(member(0))}, thread));
    REQUIRE_OK(two.messenger->startCall(thread, member(0)));
  }
  two.other->send("work");
  const std::size_t here = two.messenger->jobs().runPending().size();
  const std::size_t there = std::stoul(two.other->line());
  REQUIRE(here + there == many);
  REQUIRE(two.folder->rooms().size() == many);
}

TEST_CASE("processes: one starts a call and is killed while it rings -> another one ends it in time",
          "[facade][processes]") {
  TwoProcesses world;
  const ThreadId pair{"pair"};
  REQUIRE_OK(world.messenger->threads().createPrivate(Fixture::memberOf(member(0)),
                                                      Fixture::memberOf(member(1)), pair));
  HelperProcess caller({"rings", world.file().string(), world.folder->path.string()});
  REQUIRE(caller.line() == "ready");
  caller.send("call pair");
  const CallId call{caller.line()};
  caller.signal(SIGKILL);
  REQUIRE(caller.wait() == -SIGKILL);
  REQUIRE(world.messenger->ringing(member(1)).size() == 1);

  world.clock->advance(seconds{45} - milliseconds{1});
  world.messenger->jobs().runPending();
  CHECK(world.messenger->host().findCall(call)->active());
  world.clock->advance(milliseconds{1});
  world.messenger->jobs().runPending();
  CHECK(world.messenger->host().findCall(call)->endReason == EndReason::noAnswer);
  CHECK(world.messenger->ringing(member(1)).empty());
  CHECK(world.messenger->missedCalls(member(1))->calls.size() == 1);
  CHECK(world.broadcaster->named("ring.stopped").size() == 1);
  world.messenger->jobs().runPending();
  CHECK(std::filesystem::is_empty(world.folder->path));
}

}  // namespace messenger::tests
