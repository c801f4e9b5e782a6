#pragma once

#include <exception>

#include "actions/context.hpp"
#include "actions/log.hpp"
#include "actions/thrown.hpp"

namespace messenger::jobs {

inline constexpr std::size_t sweepBatch = 100;

/// Does something for each of many calls. An exception does not stop the sweep; the last one is thrown at the
/// end.
class Sweep {
 public:
  explicit Sweep(actions::Context& context) : context_(context) {}

  template <class Each>
  void attempt(const CallId& call, Each&& each) {
    try {
      each();
    } catch (...) {
      failure_ = std::current_exception();
      actions::logSafely(context_.logger, LogLevel::error,
                         fmt::format("sweep: call {}: {}", call.value(), actions::whatWasThrown()));
    }
  }

  void finish() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  actions::Context& context_;
  std::exception_ptr failure_;
};

}  // namespace messenger::jobs
