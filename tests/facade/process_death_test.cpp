// A process is killed at every point of a call's life: what it acknowledged is kept, and the next process
// finishes its work.
#include <array>
#include <csignal>

#include "messenger/adapters/defaults.hpp"
#include "tests/facade/helper_process.hpp"
#include "tests/facade/room_folder.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// A file and a folder of rooms that outlive the processes that work on them.
class Remains {
 public:
  Remains() : folder_(std::make_shared<RoomFolder>(directory_.file("rooms"))) {
    std::filesystem::create_directory(folder_->path);
    open();
    std::vector<ThreadMember> members{Fixture::memberOf(member(0)), Fixture::memberOf(member(1))};
    REQUIRE_OK(messenger_->threads().createGroup("The team", members, ThreadId{"team"}));
  }

  /// Runs a life that is killed at the nth `point`; false when it reached its end.
  bool liveAndDie(bool queued, const std::string& point, std::size_t n) {
    hour_ += 100;
    HelperProcess life({"life", file(), folder_->path.string(), queued ? "queued" : "sync",
                        std::to_string(hour_), point, std::to_string(n)});
    acknowledged_ = life.lines();
    const int status = life.wait();
    REQUIRE((status == 0 || status == -SIGKILL));
    return status != 0;
  }

  /// The state that the next process finds, and the state after it has run all remaining jobs.
  void requireRecovery() {
    findAcknowledged();
    drain();
    requireSound();
    requireEnd();
  }

  /// The next process ends the call before it runs the remaining jobs: an unrecorded room is destroyed too.
  void requireRecoveryBehindAnEnd() {
    findAcknowledged();
    requireEnd();
  }

 private:
  void findAcknowledged() {
    if (++rounds_ % 8 == 0) open();
    clock_->advance(testing::ManualClock::defaultStart + hours{hour_} - clock_->now().wall);
    requireAcknowledged();
  }

  /// Ends all active calls, then runs all jobs.
  void requireEnd() {
    for (const Call& call : messenger_->host().activeCalls(0, 10))
      REQUIRE_OK(messenger_->host().endCall(call.id));
    drain();
    requireSound();
    REQUIRE(folder_->rooms().empty());
    REQUIRE(messenger_->host().activeCalls(0, 10).empty());
  }

  [[nodiscard]] std::string file() const { return directory_.file("calls.db").string(); }

  void open() {
    messenger_.reset();
    SqliteOptions options;
    options.path = file();
    options.durability = Durability::normal;
    options.busyTimeout = seconds{60};
    messenger_ =
        std::make_unique<Messenger>(Fixture::configured(), Dependencies{.storage = sqliteStorage(options),
                                                                        .threads = nullptr,
                                                                        .presence = nullptr,
                                                                        .broadcaster = nullptr,
                                                                        .clock = clock_,
                                                                        .logger = nullLogger()});
    messenger_->setVideoDriver<FolderDriver>(folder_);
  }

  [[nodiscard]] bool isMember(const UserId& user) const {
    return messenger_->threads().findMember(ThreadId{"team"}, user).has_value();
  }

  void requireAcknowledged() {
    for (const std::string& line : acknowledged_) {
      INFO("acknowledged: " << line);
      if (line.starts_with("started ")) call_ = CallId{line.substr(8)};
      const auto call = messenger_->host().findCall(call_);
      REQUIRE(call);
      if (line == "set-up") REQUIRE(call->setupComplete);
      if (line == "joined") REQUIRE(messenger_->host().participants(call_).size() >= 2);
      if (line == "removed") REQUIRE_FALSE(isMember(member(2)));
      if (line == "ended") REQUIRE_FALSE(call->active());
      if (line == "torn-down") REQUIRE(call->teardownComplete);
    }
  }

  void drain() {
    for (int i = 0; i < 20; ++i) {
      messenger_->jobs().runPending();
      if (messenger_->jobs().pending().empty()) return;
      clock_->advance(hours{1});
    }
    FAIL("jobs are left");
  }

  void requireSound() {
    const auto rooms = folder_->rooms();
    const auto history = messenger_->callHistory(ThreadId{"team"}, member(0)).value();
    std::size_t active = 0;
    for (const CallView& view : history.calls) {
      const Call& call = view.call;
      INFO("call " << call.id);
      const bool hasRoom = std::find(rooms.begin(), rooms.end(), call.id.value()) != rooms.end();
      REQUIRE(hasRoom == call.active());
      REQUIRE(call.teardownComplete != call.active());
      if (call.active()) REQUIRE(call.setupComplete);
      bool anyIn = false;
      for (const auto& row : messenger_->host().participants(call.id)) {
        anyIn = anyIn || row.inCall();
        REQUIRE((isMember(row.user) || !row.inCall()));
      }
      REQUIRE(anyIn == call.active());
      active += call.active() ? 1 : 0;
    }
    REQUIRE(active <= 1);
    REQUIRE(rooms.size() == active);
  }

  testing::TempDir directory_;
  std::shared_ptr<RoomFolder> folder_;
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::unique_ptr<Messenger> messenger_;
  std::vector<std::string> acknowledged_;
  CallId call_;
  long hour_ = 0;
  int rounds_ = 0;
};

constexpr std::array driverPoints{"before-create", "after-create", "before-destroy", "after-destroy"};

}  // namespace

TEST_CASE("process death: at any statement and after any commit -> nothing is lost", "[facade][death]") {
  const bool queued = GENERATE(true, false);
  const std::string point = GENERATE("statement", "commit");
  Remains remains;
  std::size_t deaths = 0;
  while (remains.liveAndDie(queued, point, deaths + 1)) {
    ++deaths;
    CAPTURE(queued, point, deaths);
    remains.requireRecovery();
    REQUIRE(deaths < 200);
  }
  remains.requireRecovery();
  REQUIRE(deaths >= (point == "commit" ? 8 : 40));
}

TEST_CASE("process death: inside the driver -> nothing is lost", "[facade][death]") {
  const bool queued = GENERATE(true, false);
  Remains remains;
  for (const char* point : driverPoints) {
    CAPTURE(queued, point);
    REQUIRE(remains.liveAndDie(queued, point, 1));
    remains.requireRecovery();
  }
}

TEST_CASE("process death: the call ends before the dead process's jobs run -> no room is left",
          "[facade][death]") {
  const bool queued = GENERATE(true, false);
  Remains remains;
  SECTION("when it died at any statement") {
    std::size_t deaths = 0;
    while (remains.liveAndDie(queued, "statement", deaths + 1)) {
      ++deaths;
      CAPTURE(queued, deaths);
      remains.requireRecoveryBehindAnEnd();
      REQUIRE(deaths < 200);
    }
    REQUIRE(deaths >= 40);
  }
  SECTION("when it died inside the driver") {
    for (const char* point : driverPoints) {
      CAPTURE(queued, point);
      REQUIRE(remains.liveAndDie(queued, point, 1));
      remains.requireRecoveryBehindAnEnd();
    }
  }
}

}  // namespace messenger::tests
