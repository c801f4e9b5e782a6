#include "tests/replay/host.hpp"

#include <array>
#include <utility>

namespace messenger::replay {

std::string Host::handle(const std::string& line) {
  Json reply;
  try {
    reply = attempt(parseLine(line));
  } catch (const OpError& error) {
    reply = {{"ok", false}, {"error", error.what()}};
  }
  if (world_) world_->takeStreams(reply);
  if (!during_.empty()) reply["during"] = std::exchange(during_, Json::array());
  return reply.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// An operation and its reply, without what belongs to the line as a whole.
Json Host::attempt(const Json& op) {
  try {
    Json reply = execute(op);
    reply["ok"] = true;
    return reply;
  } catch (const std::exception& error) {
    return {{"ok", false}, {"error", error.what()}};
  }
}

Json Host::execute(const Json& op) {
  const std::string name = text(op, "op");
  const Operation operation = findOperation(name);
  if (operation == nullptr) throw OpError{"unknown op"};
  if (!world_ && name != "reset") throw OpError{"reset first"};
  return (this->*operation)(op);
}

void Host::runNested(const Json& operations) {
  const Json list = operations.is_array() ? operations : Json::array({operations});
  for (const Json& op : list) {
    const Json name = op.value("op", Json());
    if (name == "reset" || name == "restart" || name == "driver") {
      during_.push_back({{"ok", false}, {"error", "not allowed here"}});
    } else {
      during_.push_back(attempt(op));
    }
  }
}

Host::Operation Host::findOperation(const std::string& name) {
  static const std::array<std::pair<const char*, Operation>, 16> operations{{
      {"reset", &Host::reset},
      {"restart", &Host::restart},
      {"user", &Host::user},
      {"thread", &Host::thread},
      {"updateThread", &Host::updateThread},
      {"updateMember", &Host::updateMember},
      {"removeMember", &Host::removeMember},
      {"http", &Host::http},
      {"clock", &Host::clock},
      {"jump", &Host::jump},
      {"work", &Host::work},
      {"command", &Host::command},
      {"driver", &Host::driver},
      {"job", &Host::job},
      {"retryFailed", &Host::retryFailed},
      {"state", &Host::state},
  }};
  for (const auto& [known, operation] : operations) {
    if (name == known) return operation;
  }
  return nullptr;
}

}  // namespace messenger::replay
