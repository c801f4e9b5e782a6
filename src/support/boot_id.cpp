#include "support/boot_id.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace messenger::inline v0::support {

std::string bootId() {
  // Not by a stream, whose file a program that is started meanwhile would inherit.
  const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  if (file < 0) return {};
  std::array<char, 64> bytes{};
  const ssize_t got = ::read(file, bytes.data(), bytes.size());
  ::close(file);
  if (got <= 0) return {};
  const std::string text(bytes.data(), static_cast<std::size_t>(got));
  return text.substr(0, text.find('\n'));
}

}  // namespace messenger::support
