#include <chrono>

#include "messenger/adapters/null.hpp"

namespace messenger {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Moment now() const noexcept override {
    return {std::chrono::floor<Duration>(std::chrono::system_clock::now()), std::chrono::steady_clock::now()};
  }
};

}  // namespace

std::shared_ptr<Clock> systemClock() {
  return std::make_shared<SystemClock>();
}

}  // namespace messenger
