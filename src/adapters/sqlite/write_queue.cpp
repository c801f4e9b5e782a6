#include "adapters/sqlite/write_queue.hpp"

#include <optional>
#include <thread>

#include "adapters/sqlite/database_file.hpp"

namespace messenger::inline v0::sqlite {

std::chrono::milliseconds timeLeft(Deadline deadline) {
  return std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
}

WriteQueue::WriteQueue(std::unique_ptr<Connection> writer, std::string file, const FileClock& clock)
    : file_(std::move(file)), clock_(clock), probe_(writer->probe()), writer_(std::move(writer)) {}

std::size_t WriteQueue::waiting() {
  const support::Lock lock(mutex_);
  std::size_t count = 0;
  for (const Entry* each = first_; each != nullptr; each = each->next) {
    if (each->state == State::waiting) ++count;
  }
  return count;
}

void WriteQueue::append(Entry& entry) {
  if (last_ != nullptr) {
    last_->next = &entry;
  } else {
    first_ = &entry;
  }
  last_ = &entry;
}

void WriteQueue::remove(Entry& entry) {
  Entry* before = nullptr;
  for (Entry* each = first_; each != &entry; each = each->next) before = each;
  if (before != nullptr) {
    before->next = entry.next;
  } else {
    first_ = entry.next;
  }
  if (last_ == &entry) last_ = before;
  entry.next = nullptr;
}

void WriteQueue::perform(Deadline deadline, Task task) {
  Entry own{.task = task, .deadline = deadline};
  {
    support::Lock lock(mutex_);
    append(own);
    if (led_ && !waitForTurn(own, lock)) {
      lock.unlock();
      if (own.error) std::rethrow_exception(own.error);
      return;
    }
    led_ = true;
    own.state = State::leading;
  }
  lead(own);
  if (own.error) std::rethrow_exception(own.error);
}

/// Sleeping and being woken costs more than a short COMMIT: others run meanwhile, and whoever is done by then
/// never sleeps. Without the lock, so the state may be old; it is read again under the lock.
void WriteQueue::yieldWhileWaiting(const Entry& entry) const noexcept {
  constexpr int most = 64;
  for (int n = 0; n < most;) {
    const State state = entry.state.load(std::memory_order_relaxed);
    if (state == State::leading || state == State::done) return;
    if (probe_ != nullptr && probe_->whileWaiting()) continue;
    std::this_thread::yield();
    ++n;
  }
}

bool WriteQueue::waitForTurn(Entry& entry, support::Lock& lock) {
  lock.unlock();
  yieldWhileWaiting(entry);
  lock.lock();
  while (entry.state == State::waiting || entry.state == State::taken) {
    if (entry.state == State::taken) {  // being executed, so it cannot be withdrawn
      entry.changed.wait(lock.native());
      continue;
    }
    const bool late = entry.changed.wait_until(lock.native(), entry.deadline) == std::cv_status::timeout;
    if (late && entry.state == State::waiting) {
      remove(entry);
      throwBusy(file_, "other changes");
    }
  }
  return entry.state == State::leading;
}

/// Executes the waiting changes, and passes the turn to the next waiter.
void WriteQueue::lead(Entry& own) {
  Entry* group = nullptr;
  try {
    begin(own.deadline);
    const support::Lock lock(mutex_);
    group = takeGroup(own);
  } catch (...) {
    own.error = std::current_exception();
    const support::Lock lock(mutex_);
    remove(own);
    group = &own;
  }
  if (!own.error) runGroup(group);

  const support::Lock lock(mutex_);
  finish(group);
  nextLeads();
}

void WriteQueue::nextLeads() noexcept {
  if (first_ == nullptr) {
    led_ = false;
    return;
  }
  first_->state = State::leading;
  first_->changed.notify_one();
}

bool WriteQueue::takeIdle() {
  const support::Lock lock(mutex_);
  return !std::exchange(led_, true);
}

void WriteQueue::handOver() noexcept {
  const support::Lock lock(mutex_);
  nextLeads();
}

/// The leader's own change, which may not be the first any more, and others up to the limit.
WriteQueue::Entry* WriteQueue::takeGroup(Entry& own) {
  remove(own);
  Entry* tail = &own;
  for (std::size_t size = 1; size < mostInGroup && first_ != nullptr; ++size) {
    Entry* each = first_;
    remove(*each);
    each->state = State::taken;
    tail->next = each;
    tail = each;
  }
  return &own;
}

void WriteQueue::finish(Entry* group) {
  for (Entry* each = group; each != nullptr;) {
    Entry* next = each->next;  // its OS thread may have continued after this
    const bool waits = each->state == State::taken;
    each->state = State::done;
    if (waits) each->changed.notify_one();
    each = next;
  }
}

void WriteQueue::begin(Deadline deadline) {
  writer_->setBusyTimeout(timeLeft(deadline));
  translating(file_, [&] {
    writer_->rollback();  // left open by an earlier failure
    writer_->begin(Begin::immediate);
  });
  try {
    writer_->file().requireUnchanged();
  } catch (...) {
    writer_->rollback();
    throw;
  }
}

/// REQUIRES: a transaction is open.
void WriteQueue::runGroup(Entry* first) {
  try {
    commitMakingRoom(first);
  } catch (...) {
    writer_->rollback();
    if (first->next == nullptr) {
      first->error = std::current_exception();
      return;
    }
    for (Entry* each = first; each != nullptr; each = each->next) runAlone(*each);
    return;
  }
  announce(first);
}

/// The log can be used from its beginning once it is written back, and its space belongs to others once it is
/// cut. REQUIRES: a transaction is open.
void WriteQueue::commitMakingRoom(Entry* first) {
  using Checkpoint = Connection::Checkpoint;
  for (const std::optional<Checkpoint> next :
       {std::optional{Checkpoint::passive}, std::optional{Checkpoint::truncate},
        std::optional<Checkpoint>{}}) {
    try {
      return commitGroup(first);
    } catch (const DiskFull&) {
      if (!next) throw;
    }
    writer_->rollback();
    writer_->setBusyTimeout(timeLeft(first->deadline));
    writer_->checkpoint(*next);
    begin(first->deadline);
  }
}

/// REQUIRES: a transaction is open.
void WriteQueue::commitGroup(Entry* first) {
  const StorageTime now = clock_.now();
  bool remember = saturatingDifference(now, remembered_) >= FileClock::remembering;
  translating(file_, [&] {
    const int before = writer_->database().getTotalChanges();
    runAll(first);
    // Only with other writes: refused changes cause no write.
    const bool writes = writer_->database().getTotalChanges() != before;
    remember = remember && writes;
    if (remember) rememberTime(*writer_, now);
    if (writes) writer_->reserveFile();
    writer_->commit();
  });
  if (!remember) return;
  remembered_ = now;
  keepLogSmall(*writer_, file_.c_str());
}

void WriteQueue::runAll(Entry* first) {
  for (Entry* each = first; each != nullptr; each = each->next) each->task.call(each->task.held, *writer_);
}

/// Calls the probe. Every change of the group gets its exception: the changes are made, and only the answers
/// are lost.
void WriteQueue::announce(Entry* first) {
  try {
    translating(file_, [&] { writer_->announceCommit(); });
  } catch (...) {
    for (Entry* each = first; each != nullptr; each = each->next) each->error = std::current_exception();
  }
}

void WriteQueue::runAlone(Entry& entry) {
  Entry* const next = std::exchange(entry.next, nullptr);
  try {
    begin(entry.deadline);
    runGroup(&entry);
  } catch (...) {
    entry.error = std::current_exception();
  }
  entry.next = next;
}

}  // namespace messenger::sqlite
