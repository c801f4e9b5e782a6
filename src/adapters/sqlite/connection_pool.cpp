#include "adapters/sqlite/connection_pool.hpp"

#include <fmt/format.h>

#include "adapters/sqlite/database_file.hpp"

namespace messenger::sqlite {

ConnectionPool::ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations)
    : options_(std::move(options)), file_(options_.path.string()), probe_(probe) {
  auto writer = openWriter(options_, probe, migrations);
  clock_ = translating(file_, [&] { return FileClock(*writer, currentBoot()); });
  writes_ = std::make_unique<WriteQueue>(std::move(writer), file_);
  idle_.reserve(options_.readers);  // giving back must not fail
}

bool ConnectionPool::shouldRemember(StorageTime now) const noexcept {
  constexpr std::int64_t often = 1'000'000;
  return now.time_since_epoch().count() - remembered_.load(std::memory_order_relaxed) >= often;
}

void ConnectionPool::remembered(StorageTime now) noexcept {
  remembered_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
}

std::unique_ptr<Connection> ConnectionPool::takeReader() {
  const Deadline until = deadline();
  support::Lock lock(readersMutex_);
  while (idle_.empty() && opened_ == options_.readers) {
    const bool late = readerFree_.wait_until(lock.native(), until) == std::cv_status::timeout;
    if (!late || !idle_.empty()) continue;
    throw StorageUnavailable(
        fmt::format("{}: other reads took longer than the time limit; it may succeed later", file_));
  }
  if (!idle_.empty()) {
    std::unique_ptr<Connection> reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }
  ++opened_;
  lock.unlock();
  try {
    return openReader(options_, probe_);
  } catch (...) {
    lock.lock();
    --opened_;
    readerFree_.notify_one();
    throw;
  }
}

void ConnectionPool::giveBack(std::unique_ptr<Connection> reader) noexcept {
  const support::Lock lock(readersMutex_);
  idle_.push_back(std::move(reader));
  readerFree_.notify_one();
}

}  // namespace messenger::sqlite
