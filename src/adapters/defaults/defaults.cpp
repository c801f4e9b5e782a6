#include "messenger/adapters/defaults.hpp"

namespace messenger::inline v0 {
namespace {

class NullBroadcaster final : public Broadcaster {
 public:
  void broadcast(const Broadcast&) override {}
};

class NullLogger final : public Logger {
 public:
  void log(LogLevel, std::string_view, std::span<const LogField>) override {}
};

}  // namespace

std::shared_ptr<Broadcaster> nullBroadcaster() {
  return std::make_shared<NullBroadcaster>();
}

std::shared_ptr<Logger> nullLogger() {
  return std::make_shared<NullLogger>();
}

}  // namespace messenger
