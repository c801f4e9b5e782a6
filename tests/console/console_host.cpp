// A host application with a console in its main: console_host FILE COMMAND…
// Its provider says on standard error that it makes a room, and waits for a line on standard input.

#include <cstdlib>
#include <iostream>
#include <string>

#include "messenger/adapters/sqlite.hpp"
#include "messenger/console/console.hpp"
#include "messenger/messenger.hpp"

namespace {

class WaitingDriver final : public messenger::VideoDriver {
 public:
  bool create(const messenger::Thread&, const messenger::Call&) override {
    std::cerr << "create begun" << std::endl;
    std::string line;
    return static_cast<bool>(std::getline(std::cin, line));
  }
  bool destroy(const messenger::CallWithRoom&) override { return true; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return "room"; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  messenger::Config config;
  config.calling.enabled = true;
  messenger::Messenger messenger{config, messenger::sqliteStorage(argv[1])};
  messenger.setVideoDriver<WaitingDriver>();
  return messenger::console::runMain(messenger, argc - 1, argv + 1);
}
