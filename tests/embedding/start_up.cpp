// Opens the database of a host and looks for a call in it: what a start costs. Makes it when it is not there.
//   start_up DATABASE
#include <messenger/adapters/sqlite.hpp>
#include <messenger/messenger.hpp>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  messenger::Config config;
  config.calling.enabled = true;
  messenger::Messenger messenger{config, messenger::sqliteStorage(argv[1])};
  return messenger.host().findCall(messenger::CallId{"none"}) ? 1 : 0;
}
