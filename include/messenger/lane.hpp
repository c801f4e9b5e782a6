#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "messenger/contracts/executor.hpp"
#include "messenger/messenger.hpp"
#include "messenger/result.hpp"

namespace messenger::inline v0 {

/// What a verb did: what it returned, or what it threw. Passed on as an error and the value; beside an error
/// the value is a Refusal without a reason where it can be one, otherwise empty.
template <class Returned>
class VerbOutcome {
 public:
  /// How the outcome is passed on.
  using Signature = void(std::exception_ptr, Returned);

  /// Runs the verb.
  template <class Verb>
  VerbOutcome(Verb& verb, Messenger& messenger) noexcept {
    try {
      value_.emplace(verb(messenger));
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  /// Calls `done` with what the verb did; once.
  template <class Done>
  void passTo(Done&& done) && {
    if (value_) return std::forward<Done>(done)(std::exception_ptr{}, *std::move(value_));
    if constexpr (std::is_constructible_v<Returned, Refused>) {
      std::forward<Done>(done)(std::move(error_), Returned(Refused(Refusal{})));
    } else {
      std::forward<Done>(done)(std::move(error_), Returned{});
    }
  }

 private:
  std::optional<Returned> value_;
  std::exception_ptr error_;
};

/// The same for a verb that returns nothing.
template <>
class VerbOutcome<void> {
 public:
  /// How the outcome is passed on.
  using Signature = void(std::exception_ptr);

  /// Runs the verb.
  template <class Verb>
  VerbOutcome(Verb& verb, Messenger& messenger) noexcept {
    try {
      verb(messenger);
    } catch (...) {
      error_ = std::current_exception();
    }
  }

  /// Calls `done` with what the verb did; once.
  template <class Done>
  void passTo(Done&& done) && {
    std::forward<Done>(done)(std::move(error_));
  }

 private:
  std::exception_ptr error_;
};

/// What a verb that is given a Messenger returns.
template <class Verb>
using VerbResult = std::decay_t<std::invoke_result_t<std::decay_t<Verb>&, Messenger&>>;

/// Verbs for a host whose own OS thread must not wait for a storage: they run on OS threads that may, and
/// what they did comes back to the loop. With Boost.Asio use AsioLane.
///
///     lane.run([=](Messenger& m) { return m.startCall(thread, user); },
///              [](std::exception_ptr error, Result<Call> call) { … });
///
/// Starts no OS thread. Copyable, thread-safe. The Messenger and both executors must exist until what was
/// begun is done.
class Lane {
 public:
  /// `pool` runs the verbs, as many at a time as it has OS threads; two of a lane may end in another order
  /// than they were begun. `home` is where their outcome is wanted.
  Lane(Messenger& messenger, std::shared_ptr<Executor> pool, std::shared_ptr<Executor> home)
      : messenger_(&messenger), pool_(std::move(pool)), home_(std::move(home)) {}

  /// Runs `verb(messenger)` on the pool, any verb or query or several, then `done(error, result)` at home, or
  /// `done(error)` when the verb returns nothing. `error` is what the verb threw, a messenger::Error as a
  /// rule. Both are copyable; `verb` keeps what it refers to by value.
  template <class Verb, class Done>
  void run(Verb verb, Done done) const {
    pool_->post([messenger = messenger_, home = home_, verb = std::move(verb), done = std::move(done)] {
      auto outcome = std::make_shared<VerbOutcome<VerbResult<Verb>>>(verb, *messenger);
      home->post([done, outcome = std::move(outcome)] { std::move(*outcome).passTo(done); });
    });
  }

  /// `Messenger::tryHeartbeat`, here and now: in memory, with no waiting. False: run `heartbeat`.
  [[nodiscard]] bool tryHeartbeat(const CallId& call, const UserId& user, const DeviceId& device = {}) const {
    return messenger_->tryHeartbeat(call, user, device);
  }

 private:
  Messenger* messenger_;
  std::shared_ptr<Executor> pool_;
  std::shared_ptr<Executor> home_;
};

}  // namespace messenger
