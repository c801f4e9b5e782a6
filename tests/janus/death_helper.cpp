// A process that starts a call in a thread, and is killed after Janus has made the room and before that is
// recorded. FILE THREAD
#include <csignal>
#include <iostream>

#include "messenger/adapters/janus/janus_driver.hpp"
#include "messenger/adapters/sqlite.hpp"
#include "messenger/messenger.hpp"

namespace {

using namespace messenger;

class DyingDriver final : public VideoDriver {
 public:
  DyingDriver(const janus::VideoRoom& room, const janus::JanusDriverSettings& settings)
      : made_(room, settings) {}

  bool create(const Thread& thread, const Call& call) override {
    if (made_.create(thread, call)) std::raise(SIGKILL);
    return false;
  }
  bool destroy(const CallWithRoom& call) override { return made_.destroy(call); }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }

 private:
  janus::JanusDriver made_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto options = janus::JanusOptions::fromEnvironment();
  const janus::VideoRoom room(std::make_shared<janus::JanusClient>(options));
  SqliteOptions file;
  file.path = argv[1];
  file.durability = Durability::normal;
  Config config;
  config.calling.enabled = true;
  Messenger messenger(config, sqliteStorage(file));
  messenger.setVideoDriver<DyingDriver>(room, janus::JanusDriverSettings{options.keyOfRooms()});
  if (!messenger.startCall(ThreadId{argv[2]}, UserId{"user", "u0"})) return 3;
  messenger.jobs().runPending();
  return 4;
}
