#include "messenger/console/console.hpp"

int run(messenger::Messenger& messenger, int argc, const char* const* argv) {
  return messenger::console::runMain(messenger, argc, argv);
}
