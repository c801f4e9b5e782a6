#include <iostream>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"

int main(int argc, char** argv) {
  messenger::Config config;
  config.calling.enabled = true;
  messenger::Messenger messenger{config, messenger::sqliteStorage(argc > 1 ? argv[1] : "consumer.db")};
  const messenger::UserId alice{"user", "1"};
  const auto thread = messenger.threads().createPrivate({.user = alice}, {.user = {"user", "2"}});
  const auto call = messenger.startCall(thread.value().id, alice);
  messenger.jobs().runPending();
  const bool active = messenger.host().findCall(call.value().id).value().active();
  std::cout << "consumer: the call is " << (active ? "active" : "over") << '\n';
  return active ? 0 : 1;
}
