// Presence in three real processes on one file: one receives the heartbeats, this one judges who is silent, a
// third holds the file's write lock. Time is the manual clock of each; nobody waits for a lock.
#include <csignal>

#include "messenger/adapters/defaults.hpp"
#include "messenger/errors.hpp"
#include "tests/facade/helper_process.hpp"
#include "tests/facade/room_folder.hpp"
#include "tests/support/messenger_fixture.hpp"

namespace messenger::tests {
namespace {

/// The defaults: a TTL and a check of 60 s, a report every 15 s, a lease of 30 s.
const Config::Presence defaults = Config{}.presence;

class Judged {
 public:
  /// Member 0 sends a heartbeat every so many seconds.
  explicit Judged(int beatEvery = 1) : beatEvery_(beatEvery) {
    std::filesystem::create_directory(folder_->path);
    SqliteOptions options;
    options.path = directory_.file("calls.db");
    options.durability = Durability::normal;
    options.busyTimeout = milliseconds{0};
    storage_ = sqliteStorage(options);
    judge_ = std::make_unique<Messenger>(Fixture::configured(), Dependencies{.storage = storage_,
                                                                             .threads = nullptr,
                                                                             .presence = nullptr,
                                                                             .broadcaster = nullptr,
                                                                             .clock = clock_,
                                                                             .logger = nullLogger()});
    judge_->setVideoDriver<FolderDriver>(folder_);
    std::vector<ThreadMember> members{Fixture::memberOf(member(0)), Fixture::memberOf(member(1))};
    REQUIRE_OK(judge_->threads().createGroup("The team", members, ThreadId{"team"}));
    receiver_ = helper("presence");
    locker_ = helper("race");
    tell(*receiver_, "due", "done");
    REQUIRE(storage_->heartbeats().peers().size() == 1);
    receiverId_ = storage_->heartbeats().peers().front().id;
    const auto call = judge_->startCall(ThreadId{"team"}, member(0));
    REQUIRE_OK(call);
    REQUIRE_OK(judge_->joinCall(call->id, member(1)));
    call_ = call->id;
    judge_->jobs().runPending();
  }

  /// A second passes, for both. Member 0 may send a heartbeat to the receiver, member 1 does to the judge;
  /// then each does what is due, the judge first.
  void second() {
    clock_->advance(seconds{1});
    tell(*receiver_, "advance 1", "later");
    if (++seconds_ % beatEvery_ == 0 && !beat()) ++notAcknowledged;
    beatHere();
    judge_->host().runDueTasks();
    tell(*receiver_, "due", "done");
    requireNotTooEarly();
  }

  void pass(int count) {
    for (int i = 0; i < count; ++i) second();
  }

  /// A second in which the receiver stands still, or is no more.
  void secondWithout() {
    clock_->advance(seconds{1});
    beatHere();
    judge_->host().runDueTasks();
    requireNotTooEarly();
  }

  void lock() { tell(*locker_, "lock", "locked"); }
  void unlock() { tell(*locker_, "go on", "released"); }
  void passLocked(int count) {
    lock();
    pass(count);
    unlock();
  }

  void stop() { receiver_->signal(SIGSTOP); }
  void goOn(int after) {
    receiver_->signal(SIGCONT);
    tell(*receiver_, "advance " + std::to_string(after), "later");
  }
  void kill() {
    receiver_->signal(SIGKILL);
    REQUIRE(receiver_->wait() == -SIGKILL);
  }

  /// Whether it was acknowledged.
  bool beat() {
    receiver_->send("beat " + call_.value() + " 0");
    const std::string answer = receiver_->line();
    CHECK((answer == "accepted" || answer == "unavailable"));
    if (answer == "accepted") acknowledged_ = now();
    return answer == "accepted";
  }

  [[nodiscard]] bool isIn() const {
    for (const auto& row : judge_->host().participants(call_)) {
      if (row.user == member(0)) return row.inCall();
    }
    return false;
  }

  [[nodiscard]] StorageTime now() const { return storage_->timeAt(clock_->now().steady); }

  int notAcknowledged = 0;

  /// Until when the receiver may acknowledge from memory what it has not reported.
  [[nodiscard]] StorageTime leaseOfTheReceiver() const {
    for (const auto& peer : storage_->heartbeats().peers()) {
      if (peer.id == receiverId_) return peer.leaseUntil;
    }
    FAIL("the receiver is no presence peer");
    return {};
  }

 private:
  std::unique_ptr<HelperProcess> helper(const std::string& kind) {
    auto made = std::make_unique<HelperProcess>(
        std::vector<std::string>{kind, directory_.file("calls.db").string(), folder_->path.string()});
    REQUIRE(made->line() == "ready");
    return made;
  }

  static void tell(HelperProcess& process, const std::string& line, const std::string& answer) {
    process.send(line);
    REQUIRE(process.line() == answer);
  }

  /// So that the call goes on whatever becomes of member 0.
  void beatHere() {
    try {
      (void)judge_->heartbeat(call_, member(1));
    } catch (const StorageUnavailable&) {  // NOLINT(bugprone-empty-catch): without a lease, behind the lock
    }
  }

  void requireNotTooEarly() const {
    if (now() - acknowledged_ < defaults.ttl) REQUIRE(isIn());
  }

  const int beatEvery_;
  int seconds_ = 0;
  testing::TempDir directory_;
  std::shared_ptr<RoomFolder> folder_ = std::make_shared<RoomFolder>(directory_.file("rooms"));
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<Storage> storage_;
  std::unique_ptr<Messenger> judge_;
  std::unique_ptr<HelperProcess> receiver_;
  std::unique_ptr<HelperProcess> locker_;
  InstanceId receiverId_{};
  CallId call_;
  StorageTime acknowledged_{};
};

}  // namespace

TEST_CASE(
    "presence of processes: the reports of the receiver are held up for less than its lease -> every "
    "heartbeat acknowledged, nobody evicted",
    "[facade][processes][presence]") {
  // The lock begins at each moment between two reports, and is gone again when the next check comes, or not.
  const int held = GENERATE(1, 14);
  const int beatEvery = GENERATE(1, 50);  // the slow one is known to the judge by its report alone
  CAPTURE(held, beatEvery);
  Judged world(beatEvery);
  world.pass(200);
  for (int start = 0; start < 60; start += 7) {
    CAPTURE(start);
    world.passLocked(held);
    world.pass(67 - held);
    REQUIRE(world.isIn());
  }
  REQUIRE(world.notAcknowledged == 0);
}

TEST_CASE(
    "presence of processes: the reports of the receiver are held up for long -> evicted by nobody who "
    "was acknowledged within a TTL",
    "[facade][processes][presence]") {
  const int held = GENERATE(31, 61, 200);
  CAPTURE(held);
  Judged world;
  world.pass(200);
  for (int start = 0; start < 60; start += 7) {
    CAPTURE(start);
    world.passLocked(held);
    world.notAcknowledged = 0;
    world.pass(67);  // requires it in every second
    REQUIRE(world.isIn());
    REQUIRE(world.notAcknowledged == 0);
  }
}

TEST_CASE("presence of processes: the receiver stands still for less than a TTL -> nobody evicted",
          "[facade][processes][presence]") {
  const int still = GENERATE(16, 31, 45, 59);
  CAPTURE(still);
  Judged world;
  world.pass(200);
  // In each round at another moment between two checks.
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    world.stop();
    for (int i = 0; i < still; ++i) world.secondWithout();
    REQUIRE(world.isIn());
    world.goOn(still);
    REQUIRE(world.beat());
    world.pass(67);
    REQUIRE(world.isIn());
  }
}

TEST_CASE("presence of processes: the receiver dies -> evicted one TTL after its lease, not before",
          "[facade][processes][presence]") {
  const int sinceCheck = GENERATE(0, 13, 14, 15, 44);
  CAPTURE(sinceCheck);
  Judged world;
  world.pass(200 + sinceCheck);
  REQUIRE(world.beat());
  world.kill();
  const StorageTime lease = world.leaseOfTheReceiver();
  REQUIRE(lease > world.now());
  while (world.now() < lease + defaults.ttl - seconds{1}) {
    world.secondWithout();
    REQUIRE(world.isIn());
  }
  for (int i = 0; i <= defaults.checkInterval / seconds{1}; ++i) world.secondWithout();
  REQUIRE_FALSE(world.isIn());
}

}  // namespace messenger::tests
