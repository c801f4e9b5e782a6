#include "messenger/contracts/async_video_driver.hpp"

#include <atomic>
#include <utility>

namespace messenger::inline v0 {

class DriverCompletion::Once {
 public:
  explicit Once(std::function<void(DriverOutcome)> receiver) : receiver_(std::move(receiver)) {}
  ~Once() {
    try {
      report(tl::unexpected<std::string>("the driver dropped the request"));
    } catch (...) {  // nobody is left to hear of it: the lease ends
    }
  }
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  /// What the receiver holds is let go with it: a driver may keep its copy.
  void report(DriverOutcome outcome) {
    if (reported_.exchange(true)) return;
    const auto receiver = std::exchange(receiver_, nullptr);
    receiver(std::move(outcome));
  }

 private:
  std::atomic<bool> reported_ = false;
  std::function<void(DriverOutcome)> receiver_;
};

DriverCompletion::DriverCompletion(std::function<void(DriverOutcome)> receiver)
    : once_(std::make_shared<Once>(std::move(receiver))) {}

void DriverCompletion::succeed(Room room) const {
  once_->report(std::move(room));
}

void DriverCompletion::fail(std::string why) const {
  once_->report(tl::unexpected<std::string>(std::move(why)));
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): overrides keep it
void AsyncVideoDriver::remove(const CallWithRoom&, const Secret&, DriverCompletion done) {
  done.succeed();
}

}  // namespace messenger
