#include "support/wake_up.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace messenger::inline v0::support {

WakeUp::Bell::Bell(WakeUp& news) : news_(news), descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  const Lock lock(news_.mutex_);
  news_.bells_.push_back(descriptor_);
}

WakeUp::Bell::~Bell() {
  {
    const Lock lock(news_.mutex_);
    std::erase(news_.bells_, descriptor_);
  }
  ::close(descriptor_);
}

void WakeUp::Bell::silence() noexcept {
  std::uint64_t rung = 0;
  static_cast<void>(::read(descriptor_, &rung, sizeof rung) == 0);
}

WakeUp::Listener::Listener(WakeUp& news, std::function<void()> heard)
    : news_(news), heard_(std::make_shared<const std::function<void()>>(std::move(heard))) {
  const Lock lock(news_.mutex_);
  news_.listeners_.push_back(heard_);
}

WakeUp::Listener::~Listener() {
  const Lock lock(news_.mutex_);
  std::erase(news_.listeners_, heard_);
}

void WakeUp::ring(int descriptor) noexcept {
  constexpr std::uint64_t once = 1;
  // It fails only when the bell has been rung so often that it rings anyway.
  static_cast<void>(::write(descriptor, &once, sizeof once) == 0);
}

}  // namespace messenger::support
