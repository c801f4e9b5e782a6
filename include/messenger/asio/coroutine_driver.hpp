#pragma once

// Boost 1.74 uses it and does not include it.
#include <utility>

#include <boost/asio/awaitable.hpp>

#if !defined(BOOST_ASIO_HAS_CO_AWAIT)
#error "this Boost.Asio has no coroutines for this compiler (docs/event_loop.md)"
#endif

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string>

#include "messenger/contracts/async_video_driver.hpp"

namespace messenger::inline v0 {

/// An AsyncVideoDriver whose requests are coroutines on a loop of Boost.Asio. A room that is returned, or a
/// return without one, is a success; an exception is a failure, and its `what()` is kept with the job.
class AsioVideoDriver : public AsyncVideoDriver {
 public:
  /// What a request is.
  template <class T>
  using Awaitable = boost::asio::awaitable<T>;

  /// The coroutines run on `loop`, that of the AsyncWorker.
  explicit AsioVideoDriver(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}

  /// What AsyncVideoDriver says of `create`, `destroy` and `remove`. The arguments belong to the coroutine.
  /// @{
  virtual Awaitable<Room> makeRoom(Thread thread, Call call) = 0;
  virtual Awaitable<void> destroyRoom(CallWithRoom call) = 0;
  virtual Awaitable<void> removeSession(CallWithRoom, Secret) { co_return; }
  /// @}

  void create(const Thread& thread, const Call& call, DriverCompletion done) final {
    boost::asio::co_spawn(loop_, makeRoom(thread, call), [done](const std::exception_ptr& error, Room room) {
      report(error, std::move(room), done);
    });
  }
  void destroy(const CallWithRoom& call, DriverCompletion done) final {
    spawn(destroyRoom(call), std::move(done));
  }
  void remove(const CallWithRoom& call, const Secret& mediaId, DriverCompletion done) final {
    spawn(removeSession(call, mediaId), std::move(done));
  }

 private:
  void spawn(Awaitable<void> request, DriverCompletion done) {
    boost::asio::co_spawn(
        loop_, std::move(request),
        [done = std::move(done)](const std::exception_ptr& error) { report(error, {}, done); });
  }

  static void report(const std::exception_ptr& error, Room room, const DriverCompletion& done) {
    try {
      if (error) std::rethrow_exception(error);
      done.succeed(std::move(room));
    } catch (const std::exception& thrown) {
      done.fail(thrown.what());
    } catch (...) {
      done.fail("an exception that is no std::exception");
    }
  }

  boost::asio::any_io_executor loop_;
};

}  // namespace messenger
