#include "facade/messenger_impl.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "actions/log.hpp"
#include "actions/metered_storage.hpp"
#include "facade/threads_impl.hpp"
#include "jobs/sweeps.hpp"
#include "messenger/adapters/defaults.hpp"
#include "messenger/adapters/memory.hpp"

namespace messenger::inline v0 {
namespace {

/// How many calls are deleted in one change of the storage.
constexpr std::size_t pruneBatch = 100;

/// Null when there is no object; otherwise a pointer that shares ownership of the storage.
std::shared_ptr<ThreadDirectory> defaultDirectory(const std::shared_ptr<Storage>& storage) {
  ThreadStore* store = storage->threads();
  if (store == nullptr) {
    throw std::invalid_argument(
        "Dependencies::threads must not be null, because the storage has no thread directory");
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

MessengerImpl::MessengerImpl(const Config& given, Dependencies from)
    : config(validated(given)),
      dependencies(completed(std::move(from))),
      ids(dependencies.randomSeed),
      bus([logger = dependencies.logger](const std::string& error) {
        actions::logSafely(*logger, LogLevel::error, "a listener threw", {{"error", error}});
      }),
      meter(dependencies.metrics.get(), *dependencies.clock, *dependencies.logger),
      storage(actions::metered(dependencies.storage, meter)),
      delivery(bus, *dependencies.broadcaster, *dependencies.logger, meter),
      instance(InstanceId{ids.randomNumber()}),
      window(config.presence, instance, dependencies.presence->isShared(), dependencies.clock->steady()),
      context{config,
              {config.calling.enabled, config.calling.subscriber.enabled, config.calling.subscriber.channel,
               config.calling.subscriber.enabled && config.calling.subscriber.removesSessions, config.limits,
               config.sessions, config.ringing},
              *storage,
              *dependencies.threads,
              dependencies.threads.get() == dependencies.storage->threads(),
              *dependencies.presence,
              *dependencies.clock,
              *dependencies.logger,
              meter,
              ids,
              delivery,
              window,
              jobsStored,
              instance,
              {dependencies.presenter.get(), *dependencies.logger},
              [this](const CallId& call) {
                return isSynchronous() ? runner.runCall(call) : std::optional<Call>{};
              }},
      engine(context),
      heartbeats(context, engine),
      runner(context, engine, [this] { return drivers(); }),
      dueTasks(context, heartbeats,
               {[this] { checkActivityPeriodically(); }, [this] { return prunePeriodically(); }}),
      driverFactory(nullDrivers()) {
  if (context.threadsAreInStorage) {
    threads =
        std::make_unique<Threads>(std::make_unique<Threads::Impl>(*this, *dependencies.storage->threads()));
  }
}

VideoDriverFactory MessengerImpl::drivers() {
  std::shared_ptr<const VideoDriverFactory> factory;
  bool report = false;
  {
    const support::Lock lock(driverMutex);
    factory = driverFactory;
    report = !hasDriver && !std::exchange(missingDriverReported, true);
  }
  if (report) {
    actions::logSafely(*dependencies.logger, LogLevel::warning,
                       "no video driver is set: calls are set up without a room (Messenger::setVideoDriver)");
  }
  return [held = std::move(factory)] { return (*held)(); };
}

NewJob MessengerImpl::newJob(JobType type, const std::optional<CallId>& call) {
  const rules::Now now = context.now();
  NewJob job;
  job.id = JobId{ids.next(now.wall)};
  job.type = type;
  job.queue = config.calling.subscriber.channel;
  job.call = call;
  job.createdAt = now.wall;
  job.availableAt = now.storage;
  return job;
}

void MessengerImpl::add(const NewJob& job) {
  context.storage.jobs().add(job);
  jobsStored.notify();
}

void MessengerImpl::announceRemoved(const ThreadId& thread, const UserId& user) {
  context.delivery.deliverUnordered({Event{MemberRemoved{thread, user}}});
}

void MessengerImpl::checkActivityPeriodically() {
  if (!config.calling.enabled) return;
  // A participant who was silent for the TTL joined before that, so the call is at least as old.
  const bool oldEnough = config.presence.newCallGrace <= config.presence.ttl;
  const std::int64_t upTo =
      oldEnough ? std::numeric_limits<std::int64_t>::max()
                : context.storage.calls()
                      .activeSummary(saturatingSubtract(context.now().storage, config.presence.newCallGrace))
                      .highestSequence;
  jobs::checkActivity(context, engine, upTo, [] { return true; });
}

std::size_t MessengerImpl::prune(std::chrono::hours olderThan, std::size_t limit) {
  const StorageTime endedBefore = saturatingSubtract(context.now().storage, olderThan);
  std::size_t pruned = 0;
  while (pruned < limit) {
    const std::size_t batch =
        context.storage.calls().prune({endedBefore, std::min(limit - pruned, pruneBatch)});
    if (batch == 0) break;
    pruned += batch;
  }
  return pruned;
}

bool MessengerImpl::prunePeriodically() {
  constexpr std::size_t atOnce = 1000;
  return prune(config.retention.endedCalls, atOnce) == atOnce;
}

void MessengerImpl::measure() {
  if (!meter.measures()) return;
  const CallStore::Totals totals = context.storage.calls().totals();
  const StorageTime now = context.now().storage;
  const auto counted = context.storage.jobs().countsByType(config.calling.subscriber.channel, now);
  const auto downUntil = context.storage.switches().callsDownUntil();

  const auto real = [](std::size_t count) { return static_cast<double>(count); };
  meter.set(Metric::callsActive, real(totals.activeCalls));
  meter.set(Metric::sessionsOpen, real(totals.openSessions));
  meter.set(Metric::ringsActive, real(totals.ringing));
  meter.set(Metric::callsDown, downUntil && now < *downUntil ? 1 : 0);
  for (const std::string_view type : describe(Metric::jobs).labels.front().values) {
    JobQueue::TypeCounts counts;
    for (const JobQueue::TypeCounts& each : counted) {
      if (toString(each.type) == type) counts = each;
    }
    meter.set(Metric::jobs, real(counts.scheduled), type, "scheduled");
    meter.set(Metric::jobs, real(counts.due), type, "due");
    meter.set(Metric::jobs, real(counts.running), type, "running");
    meter.set(Metric::jobs, real(counts.failed), type, "failed");
    const Duration waited = saturatingDifference(now, counts.oldestDue.value_or(now));
    meter.set(Metric::jobOldestDue, actions::Meter::Seconds{waited}.count(), type);
  }
}

std::size_t MessengerImpl::checkActivity(When when) {
  if (!config.calling.enabled) return 0;
  const auto summary = context.storage.calls().activeSummary(
      saturatingSubtract(context.now().storage, config.presence.newCallGrace));
  if (summary.count == 0) return 0;
  if (when == When::now) {
    jobs::checkActivity(context, engine, summary.highestSequence, [] { return true; });
    return summary.count;
  }
  NewJob job = newJob(JobType::checkCallsActivity, std::nullopt);
  job.cutoff = summary.highestSequence;
  add(job);
  if (isSynchronous()) runner.runJob(job.id);
  return summary.count;
}

}  // namespace messenger
