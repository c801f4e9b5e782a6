#include "adapters/sqlite/connection_pool.hpp"

#include "adapters/sqlite/database_file.hpp"

namespace messenger::sqlite {

ConnectionPool::ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations)
    : options_(std::move(options)),
      file_(options_.path.string()),
      probe_(probe),
      writer_(openWriter(options_, probe, migrations)) {
  idle_.reserve(options_.readers);  // giving back must not fail
}

std::unique_ptr<Connection> ConnectionPool::takeReader() {
  support::Lock lock(readersMutex_);
  while (idle_.empty() && opened_ == options_.readers) readerFree_.wait(lock.native());
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
