// A call from its start to its teardown, on a SQLite file, in this one process. What ./scripts/demo runs.
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <stdlib.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <set>
#include <string_view>
#include <system_error>

using namespace messenger;

// One line of the story: when, who, what, in which room.
void say(const std::string& who, const std::string& what, const std::string& room) {
  const std::time_t now = std::time(nullptr);
  std::cout << std::put_time(std::localtime(&now), "%T  ") << std::left << std::setw(14) << who
            << std::setw(22) << what << room << std::endl;
}

// Takes the place of the driver of a media server, whose rooms are the names in `rooms`.
struct DemoDriver final : VideoDriver {
  explicit DemoDriver(std::set<std::string>* existing) : rooms(existing) {}
  bool create(const Thread&, const Call& call) override {
    room = "room-" + call.id.value();  // from the call's id: a create that is repeated finds the same room
    rooms->insert(room);
    say("media server", "made a room", room);
    return true;
  }
  bool destroy(const CallWithRoom& call) override {
    rooms->erase("room-" + call.id.value());
    say("media server", "destroyed the room", "room-" + call.id.value());
    return true;
  }
  std::optional<std::string> getRoomId() const override { return room; }
  std::optional<std::string> getRoomPin() const override { return "4711"; }
  std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
  std::set<std::string>* rooms;
  std::string room;
};

// A new folder of nobody else's for temporary files, removed with all that is in it.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "first_call-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

constexpr std::string_view usage =
    "Usage: first_call [DATABASE]\n\n"
    "A call goes through its whole life on a SQLite file, step by step.\n\n"
    "DATABASE  the file, made when it is missing, and kept; without it a new one is made and removed again\n";

int main(int argc, char** argv) try {
  const std::string_view argument = argc > 1 ? argv[1] : "";
  if (argument == "--help" || argument == "-h") return std::cout << usage, 0;
  if (argument.starts_with("-") || argc > 2) return std::cerr << usage, 2;
  std::optional<TemporaryFolder> temporary;
  if (argument.empty()) temporary.emplace();
  const std::filesystem::path file = temporary ? temporary->path / "calls.db" : argument;
  std::cout << "A call on the SQLite file " << file.string() << (temporary ? ", removed afterwards" : "")
            << "\n\n";
  std::set<std::string> rooms;
  const UserId alice{"user", "alice"}, bob{"user", "bob"};
  // [wire]
  Config config = Config::fromEnvironment();
  config.calling.enabled = true;
  Messenger messenger{config, sqliteStorage(file)};
  messenger.setVideoDriver<DemoDriver>(&rooms);
  // [/wire]
  const auto roomOf = [&](const Call& call) { return *messenger.showCall(call.id, bob)->room->id; };
  messenger.onCallStarted([](auto& e) { say(e.by.id, "started a call", "(none yet)"); }).detach();
  messenger.onCallJoined([&](auto& e) { say(e.participant.user.id, "joined", roomOf(e.call)); }).detach();
  messenger.onCallEnded([](auto& e) { say(e.by->id, "ended the call", "(on its way out)"); }).detach();
  // [call]
  const auto thread = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto call = messenger.startCall(thread->id, alice);
  if (!call) return std::cerr << call.error().text() << '\n', 1;
  messenger.jobs().runPending();  // makes the room; or startWorker() once, and it happens in the background
  messenger.joinCall(call->id, bob).value();
  messenger.heartbeat(call->id, bob).value();  // every 30 s; evicted after 60 s without one
  messenger.endCall(call->id, alice).value();
  messenger.jobs().runPending();  // destroys the room
  // [/call]
  const Call row = messenger.host().findCall(call->id).value();
  std::cout << std::boolalpha << "\ncalls         " << row.id << "  " << toString(row.endReason.value())
            << ", set up: " << row.setupComplete << ", torn down: " << row.teardownComplete << '\n';
  for (const CallParticipant& each : messenger.host().participants(call->id))
    std::cout << "participants  " << each.id << "  " << each.user << ", in call: " << each.inCall() << '\n';
  const JobCounts jobs = messenger.jobs().counts();
  std::cout << "jobs          " << jobs.waiting + jobs.running << " to do, " << jobs.failed << " failed\n"
            << "rooms left    " << rooms.size() << std::endl;
  return rooms.empty() ? 0 : 1;
} catch (const std::exception& error) {  // the file cannot be opened, the disk is full, …
  return std::cerr << error.what() << '\n', 1;
}
