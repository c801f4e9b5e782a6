#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/adapters/janus/reconciler.hpp"
#include "messenger/messenger.hpp"

#include <memory>

void useJanus(messenger::Messenger& messenger) {
  using namespace messenger::janus;
  const JanusOptions options = JanusOptions::fromEnvironment();
  const VideoRoom rooms(std::make_shared<JanusClient>(options));
  messenger.setVideoDriver<JanusDriver>(rooms, JanusDriverSettings{options.keyOfRooms()});
  (void)Reconciler(messenger, rooms, options.keyOfRooms()).reconcile();
}
