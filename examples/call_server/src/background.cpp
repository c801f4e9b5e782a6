#include "background.hpp"

#include <utility>

namespace call_server {

Periodic::Periodic(std::chrono::milliseconds interval, std::function<void()> work)
    : interval_(interval), work_(std::move(work)), thread_([this] { run(); }) {}

void Periodic::requestStop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
}

void Periodic::stop() {
  requestStop();
  if (thread_.joinable()) thread_.join();
}

bool Periodic::isStopping() const {
  const std::lock_guard lock{mutex_};
  return stopping_;
}

void Periodic::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    work_();
    lock.lock();
    wake_.wait_for(lock, interval_, [this] { return stopping_; });
  }
}

Lane::Lane(const Size& size) : mostWaiting_(size.mostWaiting), patience_(size.patience) {
  try {
    for (std::size_t i = 0; i < size.threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (...) {  // no further OS thread could be started: end the others
    stop();
    throw;
  }
}

void Lane::run(std::function<void()> task, std::function<void(Refusal)> refuse) {
  Refusal why = Refusal::full;
  {
    const std::lock_guard lock{mutex_};
    if (!stopping_ && waiting_.size() < mostWaiting_) {
      waiting_.push_back({std::move(task), std::move(refuse), Clock::now()});
      changed_.notify_one();
      return;
    }
    if (stopping_) why = Refusal::stopping;
  }
  refuse(why);
}

void Lane::refuseLate(Clock::time_point now) {
  std::vector<Waiting> late;
  {
    const std::lock_guard lock{mutex_};
    // The first has waited longest.
    while (!waiting_.empty() && now - waiting_.front().since >= patience_) {
      late.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
  }
  for (const Waiting& each : late) each.refuse(Refusal::late);
}

void Lane::setPatience(std::chrono::milliseconds patience) {
  const std::lock_guard lock{mutex_};
  patience_ = patience;
}

void Lane::stop() {
  std::deque<Waiting> left;
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    left.swap(waiting_);
  }
  changed_.notify_all();
  for (const Waiting& each : left) each.refuse(Refusal::stopping);
  for (std::thread& each : threads_) {
    if (each.joinable()) each.join();
  }
}

void Lane::work() {
  std::unique_lock lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      next.task();
    }  // what it holds goes without the lock
    lock.lock();
  }
}

}  // namespace call_server
