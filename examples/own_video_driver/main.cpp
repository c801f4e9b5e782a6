// A video driver for a host's own media server: the room's settings depend on the thread, its identity on the
// call.
#include <messenger/adapters/memory.hpp>
#include <messenger/messenger.hpp>

#include <iostream>
#include <string_view>

#include "video_room_broker.hpp"

using namespace messenger;

namespace {

const UserId alice{"user", "alice"};
const UserId bob{"user", "bob"};
const UserId carol{"user", "carol"};

/// Starts a call, shows the request to the service and what a client gets, and ends the call.
bool callOnce(Messenger& messenger, const VideoRoom& service, const Thread& thread) {
  const auto call = messenger.startCall(thread.id, alice);
  if (!call) {
    std::cerr << call.error().text() << '\n';
    return false;
  }
  messenger.jobs().runPending();
  const auto view = messenger.showCall(call->id, alice);
  const auto room = service.find(view->room->id.value());
  std::cout << (thread.isGroup() ? "group of " : "private, ") << thread.members
            << " members: publishers=" << room->publishers << " bitrate=" << room->bitrate
            << ", the client's pin opens it: " << (room->pin == view->room->pin ? "yes" : "no") << '\n';
  messenger.endCall(call->id, alice).value();
  messenger.jobs().runPending();
  std::cout << "  ended, rooms at the service: " << service.count() << '\n';
  return service.count() == 0;
}

/// Shows what happens when a process dies between the service's answer and the row that records it.
bool repeatAfterCrash(const std::shared_ptr<VideoRoom>& service, HostKey key, const Thread& thread) {
  Call call;
  call.id = CallId{"01JCRASHED"};
  VideoRoomBroker{service, key}.create(thread, call);  // and it was not recorded
  VideoRoomBroker again{service, key};
  again.create(thread, call);
  std::cout << "create repeated: " << service->count() << " room, adopted\n";
  const bool once = VideoRoomBroker{service, key}.destroy({call, std::nullopt});
  const bool twice = VideoRoomBroker{service, key}.destroy({call, std::nullopt});
  std::cout << "destroy repeated: " << (once && twice ? "success" : "failure")
            << ", rooms at the service: " << service->count() << '\n';
  return once && twice && service->count() == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::string_view{argv[1]} == "--help";
    (help ? std::cout : std::cerr) << "Usage: own_video_driver\n\nCalls with a driver for a media server of "
                                      "one's own, and what a crash leaves.\n";
    return help ? 0 : 2;
  }
  const auto service = std::make_shared<VideoRoom>();
  const HostKey key{0x9f1c52d8e07a4b36U, 0x2b7e151628aed2a6U};  // a real one comes from the host's secrets

  Config config;
  config.calling.enabled = true;
  Messenger messenger{config, memoryStorage()};
  // [set]
  messenger.setVideoDriver<VideoRoomBroker>(service, key);
  // [/set]

  const auto pair = messenger.threads().createPrivate({alice, "Alice"}, {bob, "Bob"});
  const auto group = messenger.threads().createGroup(
      "Band", {{alice, "Alice", /*admin=*/true}, {bob, "Bob"}, {carol, "Carol"}});
  const bool good = callOnce(messenger, *service, *pair) && callOnce(messenger, *service, *group) &&
                    repeatAfterCrash(service, key, *group);
  std::cout << (good ? "all rooms accounted for\n" : "something went wrong\n");
  return good ? 0 : 1;
}
