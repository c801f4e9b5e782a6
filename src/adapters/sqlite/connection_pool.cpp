#include "adapters/sqlite/connection_pool.hpp"

#include "adapters/sqlite/database_file.hpp"
#include "adapters/sqlite/sqlite_error.hpp"

namespace messenger::inline v0::sqlite {

ConnectionPool::ConnectionPool(SqliteOptions options, StatementProbe* probe, Migrations migrations)
    : options_(std::move(options)), file_(options_.path.string()), probe_(probe) {
  auto writer = openWriter(options_, probe, migrations);
  fileCheck_.emplace(writer->file());
  clock_ = translating(file_, [&] { return FileClock(*writer, currentBoot()); });
  writes_ = std::make_unique<WriteQueue>(std::move(writer), file_, clock_);
  idle_.reserve(options_.readers);  // returning it must not fail
}

std::unique_ptr<Connection> ConnectionPool::takeReader(Deadline deadline) {
  std::unique_ptr<Connection> reader = findReader(deadline);
  reader->setBusyTimeout(timeLeft(deadline));
  return reader;
}

std::unique_ptr<Connection> ConnectionPool::findReader(Deadline deadline) {
  support::Lock lock(readersMutex_);
  bool late = false;
  while (idle_.empty() && opened_ == options_.readers) {
    if (late) throwBusy(file_, "other reads");
    late = readerFree_.wait_until(lock.native(), deadline) == std::cv_status::timeout;
  }
  if (!idle_.empty()) {
    std::unique_ptr<Connection> reader = std::move(idle_.back());
    idle_.pop_back();
    return reader;
  }
  ++opened_;
  lock.unlock();
  try {
    return openReader(options_, probe_, fileCheck_->file());
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
