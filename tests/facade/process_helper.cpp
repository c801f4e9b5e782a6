// Another process with a Messenger on the same file, controlled by its arguments and its standard input.
//
//   race FILE ROOMS              reads commands; see `serve`
//   presence FILE ROOMS          the same, and waits for no lock
//   rings FILE ROOMS             the same, and its calls ring for 45 s
//   life FILE ROOMS MODE HOUR POINT NUMBER
//                                runs the life of one call, and kills itself at the named point
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sqlite/statement_probe.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/errors.hpp"
#include "messenger/messenger.hpp"
#include "messenger/testing/manual_clock.hpp"
#include "messenger/testing/recording_broadcaster.hpp"
#include "tests/facade/room_folder.hpp"
#include "tests/support/together.hpp"

namespace messenger::tests {
namespace {

void say(const std::string& line) {
  std::cout << line << std::endl;
}

UserId member(std::size_t i) {
  return {"user", "u" + std::to_string(i)};
}

/// Kills the process when the nth of what is counted comes, or stops it before its next commit.
class Killer final : public sqlite::StatementProbe {
 public:
  /// Before the next commit says "locked" and waits for a line.
  void holdNextCommit() { holds_ = true; }
  void arm(std::string point, std::size_t number) {
    point_ = std::move(point);
    left_ = number;
  }
  void reached(std::string_view point) {
    if (point == point_ && --left_ == 0) std::raise(SIGKILL);
  }
  void beforeStatement(std::string_view sql) override {
    reached("statement");
    if (!holds_ || sql != "COMMIT") return;
    holds_ = false;
    say("locked");
    std::string line;
    std::getline(std::cin, line);
  }
  void afterCommit() override { reached("commit"); }

 private:
  std::string point_;
  std::size_t left_ = 0;
  bool holds_ = false;
};

class Helper {
 public:
  explicit Helper(const std::vector<std::string>& arguments, bool queued = true,
                  std::chrono::hours hour = std::chrono::hours{0},
                  std::chrono::seconds busyTimeout = std::chrono::seconds{60})
      : folder_(std::make_shared<RoomFolder>(arguments.at(2))) {
    SqliteOptions options;
    options.path = arguments.at(1);
    options.durability = Durability::normal;
    options.busyTimeout = busyTimeout;
    Config config;
    config.calling.enabled = true;
    config.calling.subscriber.queued = queued;
    config.ringing.enabled = arguments.at(0) == "rings";
    config.ringing.noAnswerAfter = std::chrono::seconds{45};
    clock_->advance(hour);
    folder_->at = [this](const std::string& point) { at(point); };
    messenger_ = std::make_unique<Messenger>(
        config, Dependencies{.storage = sqlite::makeSqliteStorage(options, &killer_),
                             .threads = nullptr,
                             .presence = nullptr,
                             .broadcaster = broadcaster_,
                             .clock = clock_,
                             .logger = nullLogger()});
    messenger_->setVideoDriver<FolderDriver>(folder_);
    ended_ = messenger_->onCallEnded([this](const CallEnded&) {
      const std::lock_guard lock(mutex_);
      ++endedEvents_;
    });
  }

  /// Commands: `VERB CALL FROM COUNT` (VERB start, join, rejoin or end; answers "set", waits for a line, does
  /// it on COUNT threads, answers "OK-COUNT FIRST-COUNT"), `work` (answers how many jobs ran), `hold` (from
  /// now on each create says "creating" and waits for a line), `told` (answers "CallEnded call.ended"),
  /// `lock` (answers "locked", holds the file's write lock, waits for a line, answers "released"), `advance
  /// SECONDS` (lets its time pass), `call THREAD` (member 0 starts a call; answers its id), `due` (does the
  /// due tasks), `beat CALL N` (a heartbeat of member N; answers "accepted", "refused" or "unavailable").
  int serve() {
    say("ready");
    std::string line;
    while (std::getline(std::cin, line)) {
      std::istringstream words(line);
      std::string verb;
      words >> verb;
      if (verb == "work") {
        say(std::to_string(messenger_->jobs().runPending().size()));
      } else if (verb == "hold") {
        holds_ = true;
        say("held");
      } else if (verb == "lock") {
        killer_.holdNextCommit();
        messenger_->host().memberRemoved(ThreadId{"nowhere"}, member(0));
        say("released");
      } else if (verb == "advance") {
        long seconds = 0;
        words >> seconds;
        clock_->advance(std::chrono::seconds{seconds});
        say("later");
      } else if (verb == "call") {
        std::string thread;
        words >> thread;
        const auto call = messenger_->startCall(ThreadId{thread}, member(0));
        say(call ? call->id.value() : std::string{toString(call.error().reason)});
      } else if (verb == "due") {
        messenger_->host().runDueTasks();
        say("done");
      } else if (verb == "beat") {
        std::string id;
        std::size_t i = 0;
        words >> id >> i;
        say(beat(CallId{id}, member(i)));
      } else if (verb == "told") {
        say(std::to_string(endedEvents_) + ' ' + std::to_string(broadcaster_->named("call.ended").size()));
      } else {
        std::string id;
        std::size_t from = 0;
        std::size_t count = 0;
        words >> id >> from >> count;
        race(verb, CallId{id}, from, count);
      }
    }
    return 0;
  }

  /// Runs one call from its start to the end of its room; prints what was acknowledged.
  int live(const std::string& point, std::size_t number) {
    killer_.arm(point, number);
    const auto call = messenger_->startCall(ThreadId{"team"}, member(0));
    if (!call) return 2;
    say("started " + call->id.value());
    messenger_->jobs().runPending();
    say("set-up");
    if (!messenger_->joinCall(call->id, member(1))) return 3;
    say("joined");
    if (!joinAndRemove(call->id, member(2))) return 6;
    say("removed");
    if (!messenger_->leaveCall(call->id, member(0))) return 4;
    if (!messenger_->host().endCall(call->id)) return 5;
    say("ended");
    messenger_->jobs().runPending();
    say("torn-down");
    return 0;
  }

 private:
  std::string beat(const CallId& call, const UserId& user) {
    try {
      return messenger_->heartbeat(call, user) ? "accepted" : "refused";
    } catch (const StorageUnavailable&) {
      return "unavailable";
    }
  }

  void at(const std::string& point) {
    killer_.reached(point);
    if (!holds_ || point != "after-create") return;
    say("creating");
    std::string line;
    std::getline(std::cin, line);
  }

  bool joinAndRemove(const CallId& call, const UserId& user) {
    ThreadMember guest;
    guest.user = user;
    Threads& threads = messenger_->threads();
    const ThreadId team{"team"};
    return threads.putMember(team, guest) && messenger_->joinCall(call, user) &&
           threads.removeMember(team, user);
  }

  void race(const std::string& verb, const CallId& call, std::size_t from, std::size_t count) {
    say("set");
    std::string line;
    std::getline(std::cin, line);
    std::atomic<int> ok{0};
    std::atomic<int> first{0};
    together(count, [&](std::size_t i) {
      if (verb == "start" && messenger_->startCall(ThreadId{"team"}, member(from + i))) ++ok;
      if (verb == "end" && messenger_->host().endCall(call)) ++ok;
      if (verb != "join" && verb != "rejoin") return;
      const auto joined = messenger_->joinCall(call, member(verb == "join" ? from + i : from));
      if (joined) ++ok;
      if (joined && joined->first) ++first;
    });
    say(std::to_string(ok) + ' ' + std::to_string(first));
  }

  Killer killer_;
  std::shared_ptr<RoomFolder> folder_;
  std::shared_ptr<testing::ManualClock> clock_ = std::make_shared<testing::ManualClock>();
  std::shared_ptr<testing::RecordingBroadcaster> broadcaster_ =
      std::make_shared<testing::RecordingBroadcaster>();
  bool holds_ = false;
  std::mutex mutex_;
  int endedEvents_ = 0;
  std::unique_ptr<Messenger> messenger_;
  Subscription ended_;
};

int run(const std::vector<std::string>& arguments) {
  if (arguments.at(0) == "race" || arguments.at(0) == "rings") return Helper(arguments).serve();
  if (arguments.at(0) == "presence") {
    return Helper(arguments, true, std::chrono::hours{0}, std::chrono::seconds{0}).serve();
  }
  const bool queued = arguments.at(3) == "queued";
  const std::chrono::hours hour{std::stol(arguments.at(4))};
  return Helper(arguments, queued, hour).live(arguments.at(5), std::stoul(arguments.at(6)));
}

}  // namespace
}  // namespace messenger::tests

int main(int argc, char** argv) {
  try {
    return messenger::tests::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
