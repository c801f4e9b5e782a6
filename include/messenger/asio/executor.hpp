#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

#include "messenger/contracts/executor.hpp"

namespace messenger::inline v0 {

/// A pool of Boost.Asio: `std::make_shared<AsioExecutor>(pool.get_executor())` of a
/// `boost::asio::thread_pool`. Its context must outlive what is posted.
class AsioExecutor final : public Executor {
 public:
  /// That of the pool.
  explicit AsioExecutor(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void post(std::function<void()> work) override { boost::asio::post(executor_, std::move(work)); }

 private:
  boost::asio::any_io_executor executor_;
};

/// A loop of Boost.Asio: the executor of an `io_context` that one OS thread runs, or a strand. Timers that
/// wait keep `io_context::run` from returning; those of an AsyncWorker are gone when it has stopped.
class AsioLoop final : public Loop {
 public:
  /// That of the loop.
  explicit AsioLoop(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void post(std::function<void()> work) override { boost::asio::post(executor_, std::move(work)); }

  [[nodiscard]] std::unique_ptr<messenger::Timer> makeTimer() override {
    return std::make_unique<Wait>(executor_);
  }

 private:
  class Wait final : public messenger::Timer {
   public:
    explicit Wait(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    void start(std::chrono::milliseconds delay, std::function<void()> work) override {
      // A handler that is queued already cannot be cancelled: it looks whether it is still meant.
      begun_ = std::make_shared<char>();
      timer_.expires_after(delay);
      timer_.async_wait([meant = std::weak_ptr<char>(begun_),
                         work = std::move(work)](const boost::system::error_code& cancelled) {
        if (!cancelled && !meant.expired()) work();
      });
    }

   private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<char> begun_;
  };

  boost::asio::any_io_executor executor_;
};

}  // namespace messenger
