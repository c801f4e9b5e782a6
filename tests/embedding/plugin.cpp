// A plug-in that contains the library: a whole call with a worker of its own.
#include <messenger/adapters/memory.hpp>
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

#include <memory>

namespace {

bool wholeCall(std::shared_ptr<messenger::Storage> storage) {
  messenger::Config config;
  config.calling.enabled = true;
  messenger::Messenger messenger{config, std::move(storage)};
  const messenger::UserId alice{"user", "1"};
  const auto thread = messenger.threads().createPrivate({.user = alice}, {.user = {"user", "2"}});
  auto worker = messenger.jobs().startWorker({.threads = 2});
  auto scheduler = messenger.host().startScheduler();
  const auto call = messenger.startCall(thread.value().id, alice);
  const bool ended = messenger.endCall(call.value().id, alice).has_value();
  return worker.drain(std::chrono::seconds{10}) && ended;
}

}  // namespace

/// 0 when all went well.
extern "C" int useLibrary(const char* database) {
  try {
    return wholeCall(messenger::memoryStorage()) && wholeCall(messenger::sqliteStorage(database)) ? 0 : 1;
  } catch (...) {
    return 2;
  }
}
