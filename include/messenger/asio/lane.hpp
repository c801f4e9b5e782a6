#pragma once

// Boost 1.74 uses it and does not include it.
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <type_traits>

#include "messenger/lane.hpp"

namespace messenger::inline v0 {

/// Whether a completion token makes a coroutine wait.
template <class Token>
inline constexpr bool asioAwaits = false;
#if defined(BOOST_ASIO_HAS_CO_AWAIT)
template <class Executor>
inline constexpr bool asioAwaits<boost::asio::use_awaitable_t<Executor>> = true;
#endif

/// A Lane whose verbs complete as any operation of Boost.Asio does: with a callback, a future, a coroutine.
///
///     AsioLane lane{messenger, pool.get_executor(), loop.get_executor()};
///     const auto start = [=](Messenger& m) { return m.startCall(thread, user); };
///     Result<Call> call = co_await lane.run(start, boost::asio::use_awaitable);
///
/// Starts no OS thread. Copyable, thread-safe. The Messenger and the contexts of both executors must exist
/// until what was begun is done.
class AsioLane {
 public:
  /// `pool` runs the verbs: a `boost::asio::thread_pool`, or a strand on it where they are to run in order.
  /// `home` is where they complete, unless the completion token has an executor of its own.
  AsioLane(Messenger& messenger, boost::asio::any_io_executor pool, boost::asio::any_io_executor home)
      : messenger_(&messenger), pool_(std::move(pool)), home_(std::move(home)) {}

  /// Runs `verb(messenger)` on the pool, any verb or query or several, then completes with what it returned
  /// on the executor of the token: `void(std::exception_ptr, R)`, or `void(std::exception_ptr)` when it
  /// returns nothing. So a future and `co_await` throw what the verb threw, and give a Result. Keeps the
  /// context of that executor running meanwhile. `verb` keeps what it refers to by value. There is no
  /// cancellation: a verb that has begun is done.
  ///
  /// g++ 12 destroys what a lambda within a `co_await` expression holds once too often: there the verb needs
  /// a name before, and does not compile without.
  template <class Verb, class Token>
  auto run(Verb&& verb, Token&& token) const {
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
    static_assert(
        std::is_lvalue_reference_v<Verb> || std::is_trivially_destructible_v<Verb> ||
            !asioAwaits<std::decay_t<Token>>,
        "g++ 12 destroys what this lambda holds once too often: give it a name before the co_await");
#endif
    using Work = std::decay_t<Verb>;
    return boost::asio::async_initiate<Token, typename VerbOutcome<VerbResult<Work>>::Signature>(
        [](auto handler, const AsioLane& lane, Work work) {
          begin(lane, std::move(work), std::move(handler));
        },
        token, *this, Work(std::forward<Verb>(verb)));
  }

  /// `Messenger::tryHeartbeat`, here and now: in memory, with no waiting. False: run `heartbeat`.
  [[nodiscard]] bool tryHeartbeat(const CallId& call, const UserId& user, const DeviceId& device = {}) const {
    return messenger_->tryHeartbeat(call, user, device);
  }

 private:
  template <class Verb, class Handler>
  static void begin(const AsioLane& lane, Verb verb, Handler handler) {
    auto home = boost::asio::make_work_guard(boost::asio::get_associated_executor(handler, lane.home_));
    boost::asio::post(lane.pool_, [messenger = lane.messenger_, home = std::move(home),
                                   verb = std::move(verb), handler = std::move(handler)]() mutable {
      VerbOutcome<VerbResult<Verb>> outcome(verb, *messenger);
      boost::asio::post(home.get_executor(),
                        [outcome = std::move(outcome), handler = std::move(handler)]() mutable {
                          std::move(outcome).passTo(std::move(handler));
                        });
    });
  }

  Messenger* messenger_;
  boost::asio::any_io_executor pool_;
  boost::asio::any_io_executor home_;
};

}  // namespace messenger
