#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "actions/engine.hpp"

namespace messenger::inline v0::jobs {

/// The result of one attempt of a job.
struct Attempt {
  enum class Kind : std::uint8_t {
    done,       ///< settled together with its change
    notNeeded,  ///< nothing to do; settle it as done
    lost,       ///< another worker took it over, or it was cancelled
    failed,     ///< retry it, or give it up
  };
  Kind kind = Kind::done;
  std::string error{};         ///< when failed: can be stored and shown
  std::optional<Call> call{};  ///< the call as the change left it
};

/// The attempt whose rule settles the claim with its change.
[[nodiscard]] inline Attempt attemptOf(const actions::Done& done) {
  switch (done.kind) {
    case actions::Done::Kind::unchanged:
      return {Attempt::Kind::notNeeded, {}, {}};
    case actions::Done::Kind::claimLost:
      return {Attempt::Kind::lost, {}, {}};
    case actions::Done::Kind::committed:
      break;
  }
  return {Attempt::Kind::done, {}, done.afterJobs ? done.afterJobs : std::optional<Call>{done.call.plain()}};
}

}  // namespace messenger::jobs
