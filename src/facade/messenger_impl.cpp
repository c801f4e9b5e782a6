#include "facade/messenger_impl.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "actions/log.hpp"
#include "facade/threads_impl.hpp"
#include "messenger/adapters/memory.hpp"
#include "messenger/adapters/null.hpp"

namespace messenger {
namespace {

/// Null when there is nothing to point to, an alias of the storage's ownership otherwise.
std::shared_ptr<ThreadDirectory> defaultDirectory(const std::shared_ptr<Storage>& storage) {
  ThreadStore* store = storage->threadStore();
  if (store == nullptr) {
    throw std::invalid_argument(
        "Dependencies::threads is null and the storage has no thread directory of its own: give one");
  }
  return {storage, store};
}

Dependencies completed(Dependencies given) {
  if (!given.storage) throw std::invalid_argument("Dependencies::storage must not be null");
  if (!given.threads) given.threads = defaultDirectory(given.storage);
  if (!given.presence) given.presence = memoryPresence();
  if (!given.broadcaster) given.broadcaster = nullBroadcaster();
  if (!given.clock) given.clock = systemClock();
  if (!given.logger) given.logger = stderrLogger(LogLevel::warning);
  return given;
}

const Config& validated(const Config& config) {
  config.validate();
  return config;
}

std::shared_ptr<const VideoDriverFactory> nullDrivers() {
  return std::make_shared<const VideoDriverFactory>([] { return std::make_unique<NullVideoDriver>(); });
}

}  // namespace

Messenger::Impl::Impl(const Config& given, Dependencies from)
    : config(validated(given)),
      dependencies(completed(std::move(from))),
      bus([logger = dependencies.logger](const std::string& error) {
        actions::logSafely(*logger, LogLevel::error, fmt::format("a listener threw: {}", error));
      }),
      delivery(bus, *dependencies.broadcaster, *dependencies.logger),
      instance(InstanceId{ids.randomNumber()}),
      listening(config, instance, dependencies.clock->now()),
      context{config,
              *dependencies.storage,
              *dependencies.threads,
              *dependencies.presence,
              *dependencies.clock,
              *dependencies.logger,
              ids,
              delivery,
              listening,
              jobsStored,
              instance},
      runner(context, [this] { return drivers(); }),
      dueTasks(context, [this] { checkActivityPeriodically(); }),
      driverFactory(nullDrivers()) {
  ThreadStore* store = dependencies.storage->threadStore();
  if (store != nullptr && store == dependencies.threads.get()) {
    threads = std::make_unique<Threads>(std::make_unique<Threads::Impl>(*this, *store));
  }
}

VideoDriverFactory Messenger::Impl::drivers() {
  std::shared_ptr<const VideoDriverFactory> factory;
  {
    const support::Lock lock(driverMutex);
    factory = driverFactory;
  }
  return [held = std::move(factory)] { return (*held)(); };
}

actions::KeepGoing Messenger::Impl::running(actions::FollowUps& followUps) {
  return [this, &followUps](actions::SweepPoint) {
    runner.runInline(followUps);
    return true;
  };
}

void Messenger::Impl::checkActivityPeriodically() {
  if (!config.calling.enabled) return;
  // Who was silent for the TTL joined before that, so the call is at least as old.
  const bool oldEnough = config.presence.youngCall <= config.presence.ttl;
  const std::int64_t cutoff =
      oldEnough ? std::numeric_limits<std::int64_t>::max()
                : context.storage.activeSummary(context.clock.now().wall - config.presence.youngCall).cutoff;
  perform([&](actions::FollowUps& followUps) {
    return actions::checkActivity(context, cutoff, followUps, running(followUps));
  });
}

std::size_t Messenger::Impl::checkActivity(When when) {
  if (!config.calling.enabled) return 0;
  const TimePoint now = context.clock.now().wall;
  const ActiveSummary summary = context.storage.activeSummary(now - config.presence.youngCall);
  if (summary.count == 0) return 0;
  perform([&](actions::FollowUps& followUps) {
    if (when == When::now) {
      return actions::checkActivity(context, summary.cutoff, followUps, running(followUps));
    }
    NewJob job = followUps.make(JobType::checkCallsActivity, std::nullopt, now);
    job.cutoff = summary.cutoff;
    context.storage.addJob(job);
    followUps.stored({job});
    return true;
  });
  return summary.count;
}

}  // namespace messenger
