// Calls on a real Janus: the driver that comes with the library, set up from the environment.
#include <messenger/adapters/janus/janus_driver.hpp>
#include <messenger/adapters/janus/reconciler.hpp>
#include <messenger/adapters/memory.hpp>
#include <messenger/messenger.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <string_view>

#include "setup_help.hpp"

using namespace messenger;

namespace {

const UserId alice{"user", "alice"};
const UserId bob{"user", "bob"};
const UserId carol{"user", "carol"};

/// Prints the room as Janus lists it; false when it is not in the list.
bool showRoom(const janus::VideoRoom& rooms, const std::string& id) {
  const auto listed = rooms.list().value();
  const auto found = std::find_if(listed.begin(), listed.end(),
                                  [&](const janus::RoomInfo& each) { return janus::toText(each.id) == id; });
  if (found == listed.end()) {
    std::cout << "  Janus has no room " << id << '\n';
    return false;
  }
  std::cout << "  Janus has room " << id << ": publishers=" << found->publishers
            << " bitrate=" << found->bitrate << (found->isPrivate ? " private" : " public")
            << (found->pinRequired ? ", asks for a pin" : "") << '\n';
  return true;
}

bool callOnce(Messenger& messenger, const janus::VideoRoom& rooms, const Thread& thread) {
  const auto call = messenger.startCall(thread.id, alice);
  if (!call) {
    std::cerr << call.error().text() << '\n';
    return false;
  }
  messenger.jobs().runPending();
  const auto view = messenger.showCall(call->id, alice);
  if (!view || !view->room) {
    for (const Job& job : messenger.jobs().pending()) {
      std::cerr << "the room could not be made: " << job.lastError.value_or("?") << '\n';
    }
    return false;
  }
  const std::string room = view->room->id.value();
  std::cout << (thread.isGroup() ? "a group of " : "a private thread of ") << thread.members
            << ": call started\n";
  const bool there = showRoom(rooms, room);
  messenger.endCall(call->id, alice).value();
  messenger.jobs().runPending();
  std::cout << "call ended\n";
  return there && !showRoom(rooms, room);
}

int run() {
  // [set]
  const janus::JanusOptions options = janus::JanusOptions::fromEnvironment();
  const janus::VideoRoom rooms(std::make_shared<janus::JanusClient>(options));
  const janus::JanusDriverSettings settings{options.keyOfRooms()};

  Config config;
  config.calling.enabled = true;
  Messenger messenger{config, memoryStorage()};
  messenger.setVideoDriver<janus::JanusDriver>(rooms, settings);
  // [/set]

  const auto server = rooms.client().info();
  const auto listed =
      rooms.list();  // Janus answers `info` to anyone: only this shows whether the secrets are right
  if (!server || !listed) {
    std::cerr << setupHelp((server ? listed.error() : server.error()).describe());
    return 1;
  }
  std::cout << server->name << ' ' << server->version << ", " << listed->size() << " rooms\n";

  const auto pair = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto group = messenger.threads().createGroup(
      "Band", {{alice, "Alice", /*admin=*/true}, {bob, "Bob"}, {carol, "Carol"}});
  if (!callOnce(messenger, rooms, *pair) || !callOnce(messenger, rooms, *group)) return 1;

  // [reconcile]
  // After a restart of either side: destroys rooms of ended calls, renews lost rooms of active calls.
  const auto report = janus::Reconciler(messenger, rooms, settings.roomKey).reconcile();
  std::cout << "reconciled: " << report->destroyed.size() << " destroyed, " << report->renewed.size()
            << " renewed\n";
  // [/reconcile]
  std::cout << "all rooms accounted for\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view{argv[1]} == "--help";
    (help ? std::cout : std::cerr) << "Usage: janus_broker\n\nCalls on a Janus, which the environment names: "
                                      "JANUS_SERVER_ENDPOINT and so on (docs/janus.md).\n";
    return help ? 0 : 2;
  }
  try {
    return run();
  } catch (const std::invalid_argument& error) {
    std::cerr << setupHelp(error.what());
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "Error: " << error.what() << '\n';
    return 1;
  }
}
