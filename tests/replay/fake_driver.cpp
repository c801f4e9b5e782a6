#include "tests/replay/fake_driver.hpp"

#include <stdexcept>
#include <utility>

namespace messenger::replay {
namespace {

using Behaviour = Provider::Behaviour;

Behaviour behaviour(const Json& value, const std::string& key) {
  if (value.is_boolean()) return value.get<bool>() ? Behaviour::succeed : Behaviour::fail;
  if (value == "throw") return Behaviour::throwIt;
  throw OpError{"bad " + key};
}

std::optional<std::string> roomValue(const Json& value, const std::string& key) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_string()) throw OpError{"bad " + key};
  return value.get<std::string>();
}

Json operations(const Json& value, const std::string& key) {
  if (value.is_null() || value.is_object()) return value;
  if (!value.is_array()) throw OpError{"bad " + key};
  for (const Json& each : value) {
    if (!each.is_object()) throw OpError{"bad " + key};
  }
  return value;
}

Json result(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::succeed:
      return true;
    case Behaviour::fail:
      return false;
    case Behaviour::throwIt:
      break;
  }
  return "throw";
}

}  // namespace

void Provider::change(const Json& op) {
  Script script = script_;
  for (const auto& [key, value] : op.items()) {
    if (key == "op") continue;
    if (key == "create") {
      script.create = behaviour(value, key);
    } else if (key == "destroy") {
      script.destroy = behaviour(value, key);
    } else if (key == "roomId") {
      script.roomId = roomValue(value, key);
    } else if (key == "roomPin") {
      script.roomPin = roomValue(value, key);
    } else if (key == "roomSecret") {
      script.roomSecret = roomValue(value, key);
    } else if (key == "payload") {
      script.payload = roomValue(value, key);
    } else if (key == "duringCreate") {
      script.duringCreate = operations(value, key);
    } else if (key == "duringDestroy") {
      script.duringDestroy = operations(value, key);
    } else {
      throw OpError{"unknown key " + key};
    }
  }
  script_ = std::move(script);
}

Json Provider::takeCalls() {
  return std::exchange(calls_, Json::array());
}

bool Provider::act(Behaviour behaviour, Json& during, const Json& record) {
  calls_.push_back(record);
  const Json operations = std::exchange(during, Json());
  if (!operations.is_null()) runNested_(operations);
  if (behaviour == Behaviour::throwIt) throw std::runtime_error{"the provider does not answer"};
  return behaviour == Behaviour::succeed;
}

bool FakeDriver::create(const Thread& thread, const Call& call) {
  Provider::Script& script = provider_.script_;
  const Provider::Script now = script;
  const bool made = provider_.act(now.create, script.duringCreate,
                                  {{"method", "create"},
                                   {"callId", call.id.value()},
                                   {"threadId", thread.id.value()},
                                   {"roomId", now.create == Behaviour::succeed ? orNull(now.roomId) : Json()},
                                   {"result", result(now.create)}});
  if (made) made_ = now;
  return made;
}

bool FakeDriver::destroy(const CallWithRoom& call) {
  Provider::Script& script = provider_.script_;
  return provider_.act(script.destroy, script.duringDestroy,
                       {{"method", "destroy"},
                        {"callId", call.id.value()},
                        {"threadId", call.threadId.value()},
                        {"roomId", call.room ? orNull(call.room->id) : Json()},
                        {"result", result(script.destroy)},
                        {"secretSeen", call.room && call.room->secret.has_value()}});
}

}  // namespace messenger::replay
