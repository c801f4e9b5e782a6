#include "messenger/testing/manual_loop.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace messenger::inline v0::testing {

class ManualLoop::State {
 public:
  using Work = std::function<void()>;

  void post(Work work) {
    const std::lock_guard lock(mutex_);
    posted_.push_back({0, std::move(work)});
  }

  bool runOne() {
    Work work;
    {
      const std::lock_guard lock(mutex_);
      if (posted_.empty()) return false;
      work = std::move(posted_.front().work);
      posted_.pop_front();
    }
    work();
    return true;
  }

  std::size_t start(std::chrono::milliseconds delay, Work work) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(now_ + delay, Task{++last_, std::move(work)});
    return last_;
  }

  /// Also when its work was posted and is not begun.
  void cancel(std::size_t timer) {
    std::deque<Task> destroyedOutside;
    const std::lock_guard lock(mutex_);
    std::erase_if(waiting_, [&](auto& each) {
      if (each.second.timer != timer) return false;
      destroyedOutside.push_back(std::move(each.second));
      return true;
    });
    for (Task& each : posted_) {
      if (each.timer == timer) destroyedOutside.push_back(std::exchange(each, {0, [] {}}));
    }
  }

  void advance(std::chrono::milliseconds by) {
    const std::lock_guard lock(mutex_);
    now_ += by;
    const auto end = waiting_.upper_bound(now_);
    for (auto each = waiting_.begin(); each != end; ++each) posted_.push_back(std::move(each->second));
    waiting_.erase(waiting_.begin(), end);
  }

  [[nodiscard]] std::size_t timers() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

  /// What is left may hold timers, which hold this.
  void drop() {
    std::deque<Task> posted;
    std::multimap<std::chrono::milliseconds, Task> waiting;
    const std::lock_guard lock(mutex_);
    posted.swap(posted_);
    waiting.swap(waiting_);
  }

 private:
  struct Task {
    std::size_t timer;  ///< 0: was posted
    Work work;
  };

  mutable std::mutex mutex_;
  std::deque<Task> posted_;
  std::multimap<std::chrono::milliseconds, Task> waiting_;  ///< by the time at which they are due
  std::chrono::milliseconds now_{};
  std::size_t last_ = 0;
};

class ManualLoop::ManualTimer final : public Timer {
 public:
  explicit ManualTimer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  ~ManualTimer() override { cancel(); }
  ManualTimer(const ManualTimer&) = delete;
  ManualTimer& operator=(const ManualTimer&) = delete;

  void start(std::chrono::milliseconds delay, std::function<void()> work) override {
    cancel();
    begun_ = state_->start(delay, std::move(work));
  }

 private:
  void cancel() {
    if (begun_ != 0) state_->cancel(begun_);
  }

  std::shared_ptr<State> state_;
  std::size_t begun_ = 0;
};

ManualLoop::ManualLoop() : state_(std::make_shared<State>()) {}

ManualLoop::~ManualLoop() {
  state_->drop();
}

void ManualLoop::post(std::function<void()> work) {
  state_->post(std::move(work));
}

std::unique_ptr<Timer> ManualLoop::makeTimer() {
  return std::make_unique<ManualTimer>(state_);
}

std::size_t ManualLoop::runAll() {
  std::size_t done = 0;
  while (runOne()) ++done;
  return done;
}

bool ManualLoop::runOne() {
  return state_->runOne();
}

void ManualLoop::advance(std::chrono::milliseconds by) {
  state_->advance(by);
}

std::size_t ManualLoop::timers() const {
  return state_->timers();
}

}  // namespace messenger::testing
