#include "support/home_process.hpp"

#include <sys/mman.h>

#include <stdexcept>

namespace messenger::inline v0::support {
namespace {

constexpr std::size_t pageBytes = 4096;

/// A page with a number that is not zero, which is zero in a child. Null when the system cannot do that.
const volatile int* makeMark() noexcept {
#ifdef MADV_WIPEONFORK
  void* page = ::mmap(nullptr, pageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, pageBytes, MADV_WIPEONFORK) == 0) {
    int* mark = static_cast<int*>(page);
    *mark = 1;
    return mark;
  }
  ::munmap(page, pageBytes);
#endif
  return nullptr;
}

}  // namespace

HomeProcess::HomeProcess() noexcept : mark_(makeMark()), process_(::getpid()) {}

HomeProcess::~HomeProcess() {
  if (mark_ != nullptr) ::munmap(const_cast<int*>(mark_), pageBytes);  // NOLINT(*-const-cast): it was an int
}

void HomeProcess::throwInChild() {
  throw std::logic_error(
      "this object of the messenger belongs to the process that made it, and this one is a child made by "
      "fork(): "
      "run another program in the child (exec), or make the object after the fork");
}

}  // namespace messenger::support
