#include "adapters/postgres/connection_pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "adapters/postgres/postgres_error.hpp"
#include "messenger/errors.hpp"

namespace messenger::inline v0::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds longestRetryPause{50};
constexpr Duration clockInterval = std::chrono::seconds{1};

#define MESSENGER_SERVER_TIME "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

constexpr FixedText beginClockText =
    "INSERT INTO @settings (key, value) VALUES ('clock_offset', 0), ('clock_reached', 0) "
    "ON CONFLICT (key) DO NOTHING";
// $1 the key of this machine.
constexpr FixedText clockColumns = MESSENGER_SERVER_TIME
    ", (SELECT offsets.value FROM @settings AS offsets WHERE offsets.key = 'clock_offset'), "
    "(SELECT machines.value FROM @settings AS machines WHERE machines.key = $1::text), settings.value";
constexpr FixedText readClockText =
    "SELECT " + clockColumns + " FROM @settings AS settings WHERE settings.key = 'clock_reached'";
constexpr FixedText rememberText =
    "UPDATE @settings AS settings SET value = greatest(settings.value, $2::bigint) "
    "WHERE settings.key = 'clock_reached' RETURNING " +
    clockColumns;
constexpr FixedText correctOffsetText =
    "UPDATE @settings SET value = $1::bigint WHERE key = 'clock_offset' AND value = $2::bigint";
// Unless another process of the machine was faster.
constexpr FixedText correctMachineText =
    "INSERT INTO @settings AS settings (key, value) VALUES ($1::text, $2::bigint) ON CONFLICT (key) "
    "DO UPDATE SET value = excluded.value WHERE settings.value = $3::bigint";

ServerClock::Reading readClock(const Rows& row, SteadyPoint sent) {
  const auto machine = row.maybeInteger(2);
  return {sent,
          ServerClock::here(),
          Duration{row.integer(0)},
          Duration{row.integer(1)},
          Duration{row.integer(3)},
          machine ? std::optional{Duration{*machine}} : std::nullopt};
}

std::optional<Address> listenAddress(const PostgresOptions& options) {
  if (!options.listens || (options.pooled && options.listenUrl.empty())) return std::nullopt;
  if (options.listenUrl.empty()) return Address(options.url);
  return Address(options.listenUrl, "listenUrl");
}

}  // namespace

ConnectionPool::ConnectionPool(PostgresOptions options)
    : options_(std::move(options)),
      address_(options_.url),
      listenAddress_(listenAddress(options_)),
      jobsChannel_(
          fmt::format("messenger_{:016x}", static_cast<std::uint64_t>(lockKey(LockOf::jobsChannel)))) {}

ConnectionPool::~ConnectionPool() {
  if (home_.isHere()) return;
  // A child made by fork() must not say goodbye on the sessions of its parent.
  for (const auto& each : idle_) each->abandon();
}

std::int64_t lockKey(const std::string& schema, LockOf what) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  const auto mix = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3ULL; };
  for (const char c : std::string_view{"messenger"}) mix(static_cast<unsigned char>(c));
  for (const char c : schema) mix(static_cast<unsigned char>(c));
  mix(static_cast<unsigned char>(what));
  return static_cast<std::int64_t>(hash);
}

std::unique_ptr<JobListener> ConnectionPool::makeListener() {
  if (!listenAddress_) return nullptr;
  return std::make_unique<JobListener>(*listenAddress_, jobsChannel_, options_.timeLimit, clock_);
}

Results ConnectionPool::runOnce(Batch& batch, Deadline until, bool& sent) {
  Lease lease(*this, until);
  sent = true;
  try {
    Results results = lease.connection().run(batch, until);
    lease.keep();
    return results;
  } catch (const SqlError&) {
    if (lease.connection().isIdle()) lease.keep();
    throw;
  }
}

Results ConnectionPool::write(Batch batch, Deadline until) {
  return translating([&] {
    const std::size_t clockStatement = batch.statements().size();
    const SteadyPoint begun = ServerClock::here();
    if (isClockDue(begun)) {
      batch.next();
      batch.add(rememberText, machineKey_, clock_.at(begun));
    }
    for (milliseconds pause{1};; pause = std::min(2 * pause, longestRetryPause)) {
      bool sent = false;
      try {
        const SteadyPoint sentAt = ServerClock::here();
        Results results = runOnce(batch, until, sent);
        if (results.has(clockStatement)) {
          followClock(results.row(clockStatement), sentAt, until);
        }
        return results;
      } catch (const SqlError& error) {
        if (!error.asksForRetry() || steady_clock::now() + pause >= until) throw;
      } catch (const ConnectionLost& error) {
        if (!sent) throw;
        throw StorageUnavailable(
            fmt::format("{}: {}, before the answer came: the change may have been made, or not",
                        address_.name(), error.what()));
      }
      std::this_thread::sleep_for(support::jittered(pause));
    }
  });
}

Results ConnectionPool::read(Batch batch, Deadline until) {
  return translating([&] {
    for (int round = 1;; ++round) {
      bool sent = false;
      try {
        return runOnce(batch, until, sent);
      } catch (const SqlError& error) {
        if (!error.asksForRetry() || steady_clock::now() >= until) throw;
      } catch (const AnswerLate&) {
        throw;
      } catch (const ConnectionLost&) {
        if (!sent || round > 1) throw;
      }
    }
  });
}

std::unique_ptr<Connection> ConnectionPool::take(Deadline until) {
  // Whoever got a connection later would have no time left for the answer: the outcome of a change would be
  // unknown, where "busy" is certain.
  const Deadline latest = until - options_.timeLimit / 5;
  while (true) {
    std::unique_ptr<Connection> found;
    {
      support::Lock lock(mutex_);
      const auto noneFree = [&]() MESSENGER_REQUIRES(mutex_) {
        return idle_.empty() && open_ >= options_.connections;
      };
      while (noneFree()) {
        if (free_.wait_until(lock.native(), latest) == std::cv_status::timeout && noneFree()) {
          throw StorageBusy(
              fmt::format("{}: waiting for one of {} connections took longer than the time "
                          "limit: busy; it may succeed later",
                          address_.name(), options_.connections));
        }
      }
      if (idle_.empty()) {
        ++open_;
      } else {
        found = std::move(idle_.back());
        idle_.pop_back();
      }
    }
    if (!found) return connect(until);
    if (found->isOpen()) return found;
    giveBack(std::move(found), /*usable=*/false);
  }
}

std::unique_ptr<Connection> ConnectionPool::connect(Deadline until) {
  const auto begun = steady_clock::now();
  try {
    requireTryAllowed();
    auto connection = connectToAny(until);
    noteTry(/*succeeded=*/true);
    return connection;
  } catch (const AnswerLate&) {
    // One that had hardly any time says nothing about the server.
    if (steady_clock::now() - begun >= options_.timeLimit / 2) noteTry(/*succeeded=*/false);
    giveBack(nullptr, /*usable=*/false);
    throw;
  } catch (const ConnectionLost&) {
    noteTry(/*succeeded=*/false);
    giveBack(nullptr, /*usable=*/false);
    throw;
  } catch (...) {
    giveBack(nullptr, /*usable=*/false);
    throw;
  }
}

/// libpq goes on to the next host when one refuses, but not when one is silent: that one gets its share of
/// the time, and is tried last from then on.
std::unique_ptr<Connection> ConnectionPool::connectToAny(Deadline until) {
  for (std::size_t left = address_.hosts();; --left) {
    std::size_t first = firstHost_;
    const auto now = steady_clock::now();
    const Deadline share = left > 1 ? now + (until - now) / static_cast<int>(left) : until;
    try {
      return std::make_unique<Connection>(address_, options_, share, first);
    } catch (const AnswerLate&) {
      firstHost_.compare_exchange_strong(first, first + 1);
      if (left <= 1) throw;
    }
  }
}

void ConnectionPool::requireTryAllowed() {
  const support::Lock lock(mutex_);
  if (backoff_.mayTry()) return;
  throw StorageUnavailable(
      fmt::format("{}: there was no connection a moment ago; the next one is tried soon", address_.name()));
}

void ConnectionPool::noteTry(bool succeeded) noexcept {
  const support::Lock lock(mutex_);
  succeeded ? backoff_.succeeded() : backoff_.failed();
}

void ConnectionPool::giveBack(std::unique_ptr<Connection> connection, bool usable) noexcept {
  {
    const support::Lock lock(mutex_);
    if (usable) {
      idle_.push_back(std::move(connection));
    } else {
      --open_;
    }
  }
  free_.notify_one();
}

void ConnectionPool::beginClock(Deadline until) {
  translating([&] {
    constexpr int rounds = 10;
    for (int round = 0; round < rounds; ++round) {
      Batch batch;
      batch.add(beginClockText);
      const std::size_t read = batch.add(readClockText, machineKey_);
      bool ignored = false;
      const SteadyPoint sent = ServerClock::here();
      const Results results = runOnce(batch, until, ignored);
      const ServerClock::Reading reading = readClock(results.row(read), sent);
      const ServerClock::Correction correction = clock_.begin(reading);
      if (!correction.isNeeded()) return;
      // Another process may be faster; so what is stored counts, and is read again.
      correctClock(correction, reading, until);
    }
  });
}

void ConnectionPool::correctClock(const ServerClock::Correction& correction,
                                  const ServerClock::Reading& reading, Deadline until) {
  Batch batch;
  if (correction.offset) batch.add(correctOffsetText, correction.offset->count(), reading.offset.count());
  if (correction.machine) {
    const auto before = reading.machine.value_or(Duration::zero());
    batch.add(correctMachineText, machineKey_, correction.machine->count(), before.count());
  }
  bool ignored = false;
  static_cast<void>(runOnce(batch, until, ignored));
}

/// The operation that it goes with has succeeded: nothing is thrown.
void ConnectionPool::followClock(const Rows& row, SteadyPoint sent, Deadline until) noexcept {
  try {
    const ServerClock::Reading reading = readClock(row, sent);
    const ServerClock::Correction correction = clock_.follow(reading);
    if (correction.isNeeded()) correctClock(correction, reading, until);
  } catch (const std::exception&) {
    // It is looked at again in a second.
  }
}

bool ConnectionPool::isClockDue(SteadyPoint now) noexcept {
  const std::int64_t moment = std::chrono::floor<Duration>(now.time_since_epoch()).count();
  std::int64_t due = clockDueAt_.load(std::memory_order_relaxed);
  return moment >= due && clockDueAt_.compare_exchange_strong(due, moment + clockInterval.count());
}

}  // namespace messenger::postgres
