// A call from its start to its teardown, on a SQLite file, in this one process. What ./scripts/demo runs.
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <set>

using namespace messenger;

// One line of the story: when, who, what, where.
void say(const std::string& who, const std::string& what, const std::string& where) {
  const std::time_t now = std::time(nullptr);
  std::cout << std::put_time(std::localtime(&now), "%T  ") << std::left << std::setw(14) << who
            << std::setw(24) << what << where << std::endl;
}

// Stands in for a driver of a real media server; `rooms` are those that exist there.
class DemoDriver final : public VideoDriver {
 public:
  explicit DemoDriver(std::set<std::string>* rooms) : rooms_(rooms) {}
  bool create(const Thread&, const Call& call) override {
    room_ = "room-" + call.id.value();  // from the call's id: a create that is repeated finds the same room
    rooms_->insert(room_);
    say("media server", "made a room", room_);
    return true;
  }
  bool destroy(const Call& call) override {
    rooms_->erase("room-" + call.id.value());
    say("media server", "destroyed the room", "room-" + call.id.value());
    return true;
  }
  std::optional<std::string> getRoomId() const override { return room_; }
  std::optional<std::string> getRoomPin() const override { return "4711"; }
  std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  std::set<std::string>* rooms_;
  std::string room_;
};

int main(int argc, char** argv) {
  const auto fresh = "first_call-" + std::to_string(std::time(nullptr)) + ".db";
  const std::filesystem::path file = argc > 1 ? argv[1] : std::filesystem::temp_directory_path() / fresh;
  std::cout << "A call on the SQLite file " << file.string() << "\n\n";
  std::set<std::string> rooms;
  const UserId alice{"user", "alice"}, bob{"user", "bob"};
  // [call]
  Config config = Config::fromEnvironment();
  config.calling.enabled = true;
  Messenger messenger{config, sqliteStorage(file)};
  messenger.setVideoDriver<DemoDriver>(&rooms);
  const auto told = messenger.onCallEnded([](const auto& e) { say(e.by->id, "ended the call", e.call.id.value()); });

  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);
  messenger.runPendingJobs();  // makes the room; startWorker() does so by itself, on threads of its own
  messenger.joinCall(call->id, bob);
  messenger.heartbeat(call->id, bob);
  messenger.endCall(call->id, alice);
  messenger.runPendingJobs();  // destroys the room
  // [/call]
}
