#pragma once

#include <memory>
#include <string>
#include <utility>

#include "tests/replay/fields.hpp"
#include "tests/replay/world.hpp"

namespace messenger::replay {

/// Runs the protocol's operations, one line at a time.
class Host {
 public:
  /// The URLs of a PostgreSQL and of a Redis, or empty.
  Host(std::string database, std::string presence)
      : database_(std::move(database)), presence_(std::move(presence)) {}

  /// The reply to a line. Never throws: the reply says what is wrong with the line.
  [[nodiscard]] std::string handle(const std::string& line);

 private:
  using Operation = Json (Host::*)(const Json&);
  [[nodiscard]] static Operation findOperation(const std::string& name);

  [[nodiscard]] Json attempt(const Json& op);
  [[nodiscard]] Json execute(const Json& op);
  void runNested(const Json& operations);

  Json reset(const Json& op);
  Json restart(const Json& op);
  Json user(const Json& op);
  Json thread(const Json& op);
  Json updateThread(const Json& op);
  Json updateMember(const Json& op);
  Json removeMember(const Json& op);
  Json http(const Json& op);
  Json clock(const Json& op);
  Json jump(const Json& op);
  Json work(const Json& op);
  Json command(const Json& op);
  Json driver(const Json& op);
  Json job(const Json& op);
  Json retryFailed(const Json& op);
  Json state(const Json& op);

  [[nodiscard]] UserId knownUser(const std::string& id);
  [[nodiscard]] Thread knownThread(const std::string& id);
  [[nodiscard]] ThreadId freshThreadId();

  [[nodiscard]] static std::string urlOf(const std::string& given, const char* variable);

  const std::string database_;
  const std::string presence_;
  std::unique_ptr<World> world_;
  Json during_ = Json::array();
};

}  // namespace messenger::replay
