// Uses the library in a program that has classes with the library's names: each is called by its own.
#include <messenger/adapters/memory.hpp>
#include <messenger/messenger.hpp>

#include <iostream>

extern int usesOfOwnNames;  // what the host's own classes count, in own_worker.cpp

int main() {
  messenger::Config config;
  config.calling.enabled = true;
  {
    messenger::Messenger messenger{config, messenger::memoryStorage()};
    const messenger::UserId alice{"user", "1"};
    const auto thread = messenger.threads().createPrivate({.user = alice}, {.user = {"user", "2"}});
    auto worker = messenger.jobs().startWorker();
    const auto call = messenger.startCall(thread->id, alice);
    if (!messenger.endCall(call->id, alice) || !worker.drain(std::chrono::seconds{10})) return 1;
    worker.requestStop();
    worker.stop();
  }
  if (usesOfOwnNames != 0) {
    std::cerr << "the library called the host's classes " << usesOfOwnNames << " times\n";
    return 1;
  }
  std::cout << "each class was called by its own\n";
  return 0;
}
