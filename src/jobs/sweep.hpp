#pragma once

#include <exception>

#include "actions/context.hpp"
#include "actions/log.hpp"
#include "actions/unreadable.hpp"
#include "messenger/errors.hpp"
#include "support/thrown.hpp"

namespace messenger::inline v0::jobs {

inline constexpr std::size_t sweepBatch = 100;

/// Does something for each of many calls. An exception does not stop the sweep; the last one is thrown at the
/// end. A call that this version cannot read is logged only: trying again would not help.
class Sweep {
 public:
  explicit Sweep(actions::Context& context) : context_(context) {}

  template <class Each>
  void attempt(const CallId& call, Each&& each) {
    try {
      each();
    } catch (const StorageUnreadable&) {
      report(call, LogLevel::warning);
    } catch (...) {
      failure_ = std::current_exception();
      report(call, LogLevel::error);
    }
  }

  void finish() const {
    actions::reportUnreadable(context_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  /// REQUIRES: an exception is being handled.
  void report(const CallId& call, LogLevel level) const {
    actions::logSafely(context_.logger, level, "a sweep passed over a call",
                       {{"call", call.value()}, {"error", support::whatWasThrown()}});
  }

  actions::Context& context_;
  std::exception_ptr failure_;
};

}  // namespace messenger::jobs
