// A whole host, as small as it can be: the program in README.md.
#include <messenger/adapters/memory.hpp>
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <iostream>
#include <string>

using namespace messenger;

// Asks your media server for a room. Here there is none: the room is only a name.
class MyDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call& call) override {
    room_ = "room-" + call.id.value();  // from the call's id, so that a repeated create finds the same room
    std::cout << "made " << room_ << '\n';
    return true;
  }
  bool destroy(const CallWithRoom& call) override {
    std::cout << "destroyed room-" << call.id.value() << '\n';
    return true;
  }
  std::optional<std::string> getRoomId() const override { return room_; }
  std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  std::string room_;
};

int main(int argc, char** argv) try {
  const std::string argument = argc > 1 ? argv[1] : "";
  if (argument.starts_with("-") || argc > 2) {
    std::cout << "Usage: quick_start [DATABASE]\n\nOne call, on a SQLite file or in memory.\n";
    return argument == "--help" ? 0 : 2;
  }
  const UserId alice{"user", "alice"};  // users are your own: a type and an id
  const UserId bob{"user", "bob"};

  // [call]
  Config config = Config::fromEnvironment();
  config.calling.enabled = true;
  Messenger messenger{config, argument.empty() ? memoryStorage() : sqliteStorage(argument)};
  messenger.setVideoDriver<MyDriver>();

  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"}).value();
  const auto call = messenger.startCall(thread.id, alice);
  if (!call) {  // a rule forbids it: not an exception
    std::cerr << call.error().text() << '\n';
    return 1;
  }
  messenger.jobs().runPending();  // makes the room; or startWorker() once, and it happens in the background
  messenger.joinCall(call->id, bob).value();
  messenger.heartbeat(call->id, bob).value();  // every 30 s; evicted after 60 s without one
  messenger.endCall(call->id, alice).value();
  messenger.jobs().runPending();  // destroys the room
  // [/call]
  return 0;
} catch (const std::exception& error) {  // messenger::Error: the disk is full, the file is not ours, …
  std::cerr << error.what() << '\n';
  return 1;
}
