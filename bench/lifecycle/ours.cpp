#include "bench/lifecycle/ours.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace messenger::bench {
namespace {

/// Makes rooms with details of a usual length, at no cost.
class FreeDriver final : public VideoDriver {
 public:
  bool create(const Thread&, const Call&) override { return true; }
  bool destroy(const CallWithRoom&) override { return true; }
  [[nodiscard]] std::optional<std::string> getRoomId() const override { return "1234567890123456"; }
  [[nodiscard]] std::optional<std::string> getRoomPin() const override { return "AbCdEf0123456789"; }
  [[nodiscard]] std::optional<std::string> getRoomSecret() const override {
    return "0123456789AbCdEfGhIjKlMn";
  }
  [[nodiscard]] std::optional<std::string> getExtraPayload() const override { return std::nullopt; }
};

Config configFor(JobMode mode) {
  Config config;
  config.calling.enabled = true;
  config.calling.subscriber.queued = mode == JobMode::deferred;
  return config;
}

template <class Value>
void require(const Result<Value>& result, const char* step) {
  if (!result)
    throw std::runtime_error(fmt::format("{} was refused: {}", step, toString(result.error().reason)));
}

}  // namespace

Groups makeGroups(Storage& storage, std::size_t count) {
  Groups groups;
  for (std::size_t n = 0; n < count; ++n) {
    NewThread group;
    group.thread.id = ThreadId{fmt::format("{:026}", n)};
    group.thread.type = ThreadType::group;
    group.thread.subject = "Bench";
    group.members = {{groups.owner, "Owner", true, true, false, false},
                     {groups.guest, "Guest", false, false, false, false},
                     {groups.third, "Third", false, false, false, false}};
    storage.threads()->createThread(group);
    groups.threads.push_back(group.thread.id);
  }
  return groups;
}

OurLifecycle::OurLifecycle(std::shared_ptr<Storage> storage, JobMode mode, std::shared_ptr<Metrics> metrics)
    : mode_(mode),
      messenger_(configFor(mode), {.storage = std::move(storage), .metrics = std::move(metrics)}) {
  messenger_.setVideoDriver<FreeDriver>();
}

void OurLifecycle::runJob() {
  if (mode_ == JobMode::synchronous) return;
  const auto runs = messenger_.jobs().runPending(1);
  if (runs.size() != 1 || runs.front().outcome != JobOutcome::done)
    throw std::runtime_error("a job was not done");
}

void OurLifecycle::one(const ThreadId& thread, const Groups& groups) {
  const auto call = messenger_.startCall(thread, groups.owner);
  require(call, "start");
  runJob();
  require(messenger_.joinCall(call->id, groups.guest), "join");
  require(messenger_.leaveCall(call->id, groups.guest), "leave");
  require(messenger_.endCall(call->id, groups.owner), "end");
  runJob();
}

}  // namespace messenger::bench
