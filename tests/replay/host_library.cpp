// The operations that use the library as a host does, and those that look on.

#include <sstream>
#include <vector>

#include "messenger/console/console.hpp"
#include "support/time_text.hpp"
#include "tests/replay/host.hpp"

namespace messenger::replay {
namespace {

constexpr const char* apiRoot = "/api/messenger/";

/// What an `http` operation sends as its body.
std::string requestBody(const Json& op) {
  if (const auto raw = optionalText(op, "rawBody")) return *raw;
  const auto body = op.find("body");
  return body == op.end() || body->is_null() ? std::string{} : body->dump();
}

std::vector<std::string> arguments(const Json& op) {
  const auto argv = op.find("argv");
  if (argv == op.end() || !argv->is_array() || argv->empty()) throw OpError{"bad argv"};
  std::vector<std::string> list;
  for (const Json& each : *argv) {
    if (!each.is_string()) throw OpError{"bad argv"};
    list.push_back(each.get<std::string>());
  }
  // Those of `queue:` and `schedule:` may go on until somebody stops them.
  for (const char* other : {"queue:", "schedule:", "db:"}) {
    if (list.front().starts_with(other)) throw OpError{"no command of the protocol"};
  }
  return list;
}

/// Without the line break at its end: the protocol compares trimmed texts.
std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

}  // namespace

Json Host::http(const Json& op) {
  const std::string method = text(op, "method");
  const std::string path = apiRoot + text(op, "path");
  const auto id = optionalText(op, "user");
  const std::string body = requestBody(op);
  http::Request request{.method = method, .path = path, .user = std::nullopt, .body = body};
  if (id) request.user = knownUser(*id);
  const http::Response response = world_->router().handle(request);
  return {{"status", response.status}, {"body", response.body.empty() ? Json() : Json::parse(response.body)}};
}

Json Host::clock(const Json& op) {
  testing::ManualClock& clock = world_->clock();
  constexpr TimePoint last = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
  const Duration by = seconds(number(op, "advanceSeconds"));
  if (clock.now().wall + by > last) throw OpError{"beyond the end of time"};
  clock.advance(by);
  return {{"now", support::toText(clock.now().wall)}};
}

Json Host::jump(const Json& op) {
  testing::ManualClock& clock = world_->clock();
  constexpr TimePoint first = std::chrono::sys_days{std::chrono::year{1970} / 1 / 1};
  constexpr TimePoint last = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};
  const double by = number(op, "seconds");
  const Duration distance = seconds(by < 0 ? -by : by);
  const TimePoint now = clock.now().wall;
  if (by < 0 ? now - distance < first : now + distance > last) throw OpError{"beyond the end of time"};
  clock.jump(by < 0 ? -distance : distance);
  return {{"now", support::toText(clock.now().wall)}};
}

Json Host::work(const Json& op) {
  const std::int64_t limit = wholeOr(op, "limit", 1000);
  if (limit < 0) throw OpError{"bad limit"};
  Json jobs = Json::array();
  for (const JobRun& run : world_->messenger().jobs().runPending(static_cast<std::size_t>(limit))) {
    jobs.push_back({{"type", toString(run.type)},
                    {"callId", run.call ? Json(run.call->value()) : Json()},
                    {"attempt", run.attempt},
                    {"outcome", toString(run.outcome)}});
  }
  return {{"jobs", std::move(jobs)}};
}

Json Host::command(const Json& op) {
  const std::vector<std::string> argv = arguments(op);
  console::ConsoleOptions options;
  options.clock = world_->sharedClock();
  console::Console console{world_->messenger(), options};
  std::ostringstream out;
  std::ostringstream err;
  const int exit = console.run(argv, out, err);
  return {{"exit", exit}, {"output", trimmed(exit == 0 ? out.str() : out.str() + err.str())}};
}

Json Host::driver(const Json& op) {
  world_->provider().change(op);
  return Json::object();
}

Json Host::job(const Json& op) {
  const std::string name = text(op, "type");
  const CallId call{text(op, "callId")};
  if (name != "SetupCall" && name != "TeardownCall") throw OpError{"bad type of job"};
  const auto dispatched = world_->messenger().jobs().dispatch(
      name == "SetupCall" ? JobType::setupCall : JobType::teardownCall, call);
  if (!dispatched) throw OpError{dispatched.error().text()};
  return Json::object();
}

Json Host::retryFailed(const Json&) {
  return {{"retried", world_->messenger().jobs().retry()}};
}

Json Host::state(const Json&) {
  return world_->state();
}

}  // namespace messenger::replay
